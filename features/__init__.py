"""What was known about an address on a day. Knows no model and no HTTP."""
