"""The Chicago study: published figures reproduced, and our own pipeline on the same rows."""
