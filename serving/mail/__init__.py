"""Reports by mail: read from where they lie, bounded, kept once, and led to the address that they mean. Nothing in a mail is ever executed."""
