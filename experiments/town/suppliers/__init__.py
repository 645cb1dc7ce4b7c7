"""The suppliers: one file per register, each delivering raw extracts in its own shape and with its own mess."""
