"""The study of who looked: ways to take the strictness of teams out of a ranking, against the town's hidden truth."""
