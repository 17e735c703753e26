"""How far eigenvalues are from the truth, told by how they move from level to level."""

from __future__ import annotations

import numpy as np

from theory.errors import ArgumentError

LEAST_RATIO, LARGEST_RATIO = 1.5, 16.0
ROUNDING = 1e-12  # relative: no estimate is smaller
SAFETY = 2.0  # with it the estimate covers


def three_level_estimate(
    coarse: np.ndarray, middle: np.ndarray, fine: np.ndarray, *, monotone: bool = True
) -> np.ndarray:
    """Return an estimate of the errors on the finest of three nested levels, without safety factor.

    With d1 and d2 the differences of neighbouring levels and q = d1/d2, kept between 1.5 and 16,
    it is |d2|/(q - 1), and at least 1e-12 of the eigenvalue. Eigenvalues nearer to each other than they
    moved may exchange their errors from level to level: each is given at least the estimate of their
    sum, for all errors of conforming elements have one sign. Doubled (`SAFETY`) it covers the error,
    if every singular corner is graded and the coarsest level has at least five unknowns for each
    eigenvalue.

    Parameters
    ----------
    coarse, middle, fine : array_like, (mode,)
        Eigenvalues, ascending, each mesh half as wide as the one before.
    monotone : bool
        Relative estimates do not fall from mode to mode: where two eigenvalues cross between the
        levels, one difference is small by accident.

    Returns
    -------
    ndarray, (mode,)
        In the unit of the eigenvalues.

    Raises
    ------
    ArgumentError
        If the levels are not of one length, or not positive.

    Examples
    --------
    >>> three_level_estimate([4.64], [4.04], [4.0025]).round(4).tolist()  # 4 + 0.64/16^level
    [0.0025]
    """
    levels = _stacked(coarse, middle, fine)
    steps = -np.diff(levels, axis=0)
    moved = np.abs(steps[1])
    firsts = np.flatnonzero(np.diff(levels[2], prepend=-np.inf) > moved + np.roll(moved, 1))
    of_sums = _extrapolated(np.add.reduceat(steps, firsts, axis=1))
    shared = np.repeat(of_sums, np.diff(firsts, append=len(moved)))
    relative = np.maximum(np.maximum(_extrapolated(steps), shared) / levels[2], ROUNDING)
    return levels[2] * (np.maximum.accumulate(relative) if monotone else relative)


def _extrapolated(steps: np.ndarray) -> np.ndarray:
    """What is left if the second of two steps, (step, mode), falls on as it fell from the first."""
    first, second = steps
    quotient = np.divide(first, second, out=np.full(second.shape, np.inf), where=second != 0)
    return np.abs(second) / (np.clip(quotient, LEAST_RATIO, LARGEST_RATIO) - 1)


def two_level_estimate(wide: np.ndarray, narrow: np.ndarray, ratio: float) -> np.ndarray:
    """Return an estimate of the errors on the narrower of two meshes, without safety factor.

    |difference|/(q - 1), and at least 1e-12 of the eigenvalue; relatively it does not fall from
    mode to mode. Parts of the error that fall by more than q only make it larger.

    Parameters
    ----------
    wide, narrow : array_like, (mode,)
        Eigenvalues, ascending.
    ratio : float
        q, by which the slowest part of the error falls from mesh to mesh.

    Returns
    -------
    ndarray, (mode,)
        In the unit of the eigenvalues.

    Raises
    ------
    ArgumentError
        As `three_level_estimate`; for a ratio that is not above 1.

    Examples
    --------
    >>> two_level_estimate([4.04], [4.0025], 16).round(4).tolist()
    [0.0025]
    """
    if not ratio > 1:
        raise ArgumentError("ratio", ratio, "must be above 1", "refine at the corners first")
    levels = _stacked(wide, narrow)
    relative = np.abs(levels[0] - levels[1]) / (ratio - 1) / levels[1]
    return levels[1] * np.maximum.accumulate(np.maximum(relative, ROUNDING))


def _stacked(*levels: np.ndarray) -> np.ndarray:
    """The levels as rows, (level, mode)."""
    lengths = {np.shape(level) for level in levels}
    if len(lengths) > 1 or len(lengths.pop()) != 1:
        raise ArgumentError(
            "levels", [np.shape(x) for x in levels], "must all be (mode,)", "cut them to one length"
        )
    stacked = np.array(levels, float)
    if not (np.isfinite(stacked).all() and (stacked > 0).all()):
        raise ArgumentError("levels", float(stacked.min()), "must be positive", "pass eigenvalues")
    return stacked
