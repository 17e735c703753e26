"""Eigenvalues of drums of any shape, by several methods, each with an estimate of its error."""
