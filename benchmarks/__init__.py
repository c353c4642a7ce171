"""Tengen beside its peers on the same work, in one run, on one core: `python -m benchmarks`."""
