"""Figures, not tests: `make bench` prints them and writes docs/bench.json. Ratios within one run; machines are noisy."""
