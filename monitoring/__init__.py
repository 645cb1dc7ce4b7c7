"""Is it still right, fair, and used as meant: reports and advice."""
