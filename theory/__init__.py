"""Exact laws of learning and of waves in networks: SymPy alone, derived and checkable.

Every module of this floor is found by its subject's name::

    >>> from theory import linear_cnn
    >>> linear_cnn.mode_law().residual()
    0

Nothing is derived at import.
"""
