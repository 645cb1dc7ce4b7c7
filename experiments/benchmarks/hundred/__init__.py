"""The same hundred columns three times: by the matrix builder, in SQL written by hand, and with pandas. See experiments/benchmarks/peers.py."""
