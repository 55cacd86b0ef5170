"""Benchmarks and crash runs: `make bench`, `make kills`."""
