"""Scripts that print a figure of speed or size, each with its interval; run one with ``python experiments/benchmarks/<name>.py``."""
