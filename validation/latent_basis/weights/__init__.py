"""Trained weights that come with the package: one seed of the digits, both heads, in half precision."""

from pathlib import Path

STORED = Path(__file__).with_name("digits_0.npz")
STORED_SEED = 0
