"""The lattice of spatial frequencies: radii in any p-norm, counts, rings."""

from __future__ import annotations

import functools

import numpy as np
from scipy import sparse

from theory.errors import ArgumentError
from theory.latent_waves import counting

ON_THE_CURVE = 1e-9
"""Points this close outside a curve count as on it: rounding loses them otherwise."""

RADIUS_DIGITS = 12

DC, RELEASE = "dc", "release"
CENTRES = (DC, RELEASE)


def radius(
    shape: tuple[int, int], p: float = 2.0, *, centre: str = DC, square_pixels: bool = True
) -> np.ndarray:
    """Return |k|_p = (|k0|^p + |k1|^p)^(1/p) of every frequency, (h, w), zero frequency at (h//2, w//2).

    Parameters
    ----------
    shape : (int, int)
        Pixels along y and x, h and w.
    p : float
        Positive; below 1 the formula is the same though it is no norm; infinity is the maximum.
    centre : {"dc", "release"}
        Where the radius is 0: at the zero frequency, or, as the paper's code has it, at
        ((h-1)/2, (w-1)/2), half a frequency beside it where a side is even.
    square_pixels : bool
        Frequencies k0/h and k1/w times the longer side, so that circles are circles in space; for
        h = w there is no difference.

    Raises
    ------
    ArgumentError
        For p <= 0 and an unknown centre.

    Examples
    --------
    >>> radius((4, 4), 1)[2].tolist()
    [2.0, 1.0, 0.0, 1.0]
    """
    if not p > 0:
        raise ArgumentError("p", p, "must be positive", "pass 2 for circles")
    if centre not in CENTRES:
        raise ArgumentError("centre", centre, f"must be among {', '.join(CENTRES)}", "pass dc")
    sides = [
        np.abs(np.arange(length) - (length // 2 if centre == DC else (length - 1) / 2))
        for length in shape
    ]
    if square_pixels:
        sides = [side * max(shape) / length for side, length in zip(sides, shape, strict=True)]
    across = np.maximum.outer(*sides)
    if np.isinf(p):
        return across
    # relative to the larger one: no overflow for large p
    with np.errstate(invalid="ignore"):
        ratios = [
            np.where(across > 0, side / across, 0.0) for side in (sides[0][:, None], sides[1])
        ]
    # points of one curve have one radius to the last bit: else rounding orders them
    return np.round(across * (ratios[0] ** p + ratios[1] ** p) ** (1 / p), RADIUS_DIGITS)


@functools.cache
def disc_area(p: float) -> float:
    """Return C_p, the area of |k|_p <= 1, as `theory.latent_waves.counting` derives it.

    Raises
    ------
    ArgumentError
        For p <= 0.

    Examples
    --------
    >>> disc_area(1), disc_area(np.inf)
    (2.0, 4.0)
    """
    return float(counting.disc_area(p))


def count_within(radii: np.ndarray, largest: float) -> int:
    """Return N_p(R), the number of lattice points within a radius, those on the curve included."""
    return int((radii <= largest + ON_THE_CURVE).sum())


def spiral(radii: np.ndarray, *, zero_last: bool = False) -> np.ndarray:
    """Return the lattice points from the innermost to the outermost, as flat indices; ties as they stand.

    Parameters
    ----------
    radii : ndarray, (h, w)
        Of `radius`, or any other function of the frequency.
    zero_last : bool
        Put the point of radius 0 at the end: images without a mean do not use it.
    """
    order = np.argsort(radii.ravel(), kind="stable")
    if zero_last:
        at_zero = radii.ravel()[order] == 0
        order = np.concatenate([order[~at_zero], order[at_zero]])
    return order


def ring_partition(radii: np.ndarray) -> sparse.csr_array:
    """Return the rings rint(radius) = 0, 1, ... as a matrix of ones, (rings, n): each point is in one."""
    ring = np.rint(radii).astype(int).ravel()
    points = np.arange(ring.size)
    return sparse.csr_array(
        (np.ones(ring.size), (ring, points)), shape=(int(ring.max()) + 1, ring.size)
    )


def ring_means(radii: np.ndarray, rings: int, half_width: float) -> sparse.csr_array:
    """Return the means over the rings |radius - x| <= half width, x = 1..rings, as a matrix (rings, n).

    Rings of half width 1 overlap: a point is in two or three of them.

    Raises
    ------
    ArgumentError
        For a half width that is not positive, fewer than one ring, and a ring without points.
    """
    if not half_width > 0:
        raise ArgumentError("half_width", half_width, "must be positive", "pass 0.5")
    if rings < 1:
        raise ArgumentError("rings", rings, "must be at least 1", "pass half of the side")
    distances = np.abs(radii.ravel()[None, :] - np.arange(1, rings + 1)[:, None])
    inside = distances <= half_width + ON_THE_CURVE
    counts = inside.sum(axis=1)
    if not counts.all():
        raise ArgumentError(
            "rings",
            rings,
            f"ring {int(np.flatnonzero(counts == 0)[0]) + 1} holds no lattice point",
            "take fewer or wider rings",
        )
    return sparse.csr_array(inside / counts[:, None])
