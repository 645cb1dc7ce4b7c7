"""A release to scores with reasons, for case systems and people."""
