"""Indicators: one file per subject, one function per indicator, found by import."""
