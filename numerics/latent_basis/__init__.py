"""Latent bases: class means of a generator, made orthogonal, and the laws that say what they can do."""
