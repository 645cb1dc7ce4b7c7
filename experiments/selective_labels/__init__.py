"""Selective labels: figures over inspected addresses, corrected ones, and the truth of the synthetic town."""
