"""Declared, repeatable studies. May import everything; only schouw.py imports it."""
