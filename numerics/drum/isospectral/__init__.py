"""Drums of different shape and one spectrum: how they are glued, and the map from mode to mode."""
