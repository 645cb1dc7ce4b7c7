"""Matrix to a model that someone may release."""
