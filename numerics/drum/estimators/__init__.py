"""Frequencies that are read off a signal: its lowest line by six roads, and all lines at once."""
