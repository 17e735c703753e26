"""Drums: grids, the wave network, its modes, what is heard, and how its speed is learnt."""
