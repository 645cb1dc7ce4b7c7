"""Feedback loop: a model that is trained again and again on what it chose itself, with a random arm and without."""
