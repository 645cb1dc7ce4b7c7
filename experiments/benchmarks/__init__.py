"""Scripts that print a figure of speed or size, each with its interval; run one with ``python -m experiments.benchmarks.<name>``.

As a module: the folder of a script comes first on its path, where a ``serving.py`` would stand for the package ``serving``.
"""
