"""How far one gets without sources about persons: models of more and more sources, on one town with a hidden truth."""
