"""Benchmarks: what the platform costs beside the bare work that cannot be avoided."""
