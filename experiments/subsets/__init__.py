"""Models of a part of the sources: one matrix of everything, of which each model reads the columns of some sources."""
