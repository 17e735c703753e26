"""The shape of the rings: the p-norm whose spheres are the level sets of the power, or of the order."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import optimize

from numerics.latent_waves.lattice import ON_THE_CURVE, radius, spiral
from theory.errors import ArgumentError

EXPONENTS = np.arange(15, 201) / 50
"""The p that are tried: 0.3, 0.32, ..., 4."""

ALIKE = 1e-3
"""Exponents whose isotonic R2 differs by less fit alike."""


@dataclasses.dataclass(frozen=True)
class RingShape:
    """The p-norm that orders the frequencies best.

    Parameters
    ----------
    p : float
        Exponent; nan for a radius that is no p-norm.
    isotonic_r2 : float
        Share of the variance that a monotone function of |k|_p explains; below 0.95 the rings are
        no spheres of a p-norm.
    low, high : float
        The exponents between which the isotonic R2 stays within 0.001 of the largest: within them
        the best one moves with every draw of the images.
    """

    p: float
    isotonic_r2: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def middle(self) -> float:
        """Geometric mean of the exponents that fit alike, steadier than the best one."""
        return (self.low * self.high) ** 0.5


def ring_shape(values: np.ndarray, *, exponents: np.ndarray = EXPONENTS) -> RingShape:
    """Return the p that maximises the isotonic R2 of values against |k|_p, zero frequency left out.

    Equal values have the isotonic R2 0 with every p; the first one is returned, with both ends.

    Parameters
    ----------
    values : ndarray, (h, w)
        `log_power` under a Hann window, or `frame_of_use`; zero frequency at (h//2, w//2). Raw
        power misleads: the leakage along the axes draws p to below 1.
    exponents : ndarray
        The p to try.

    Raises
    ------
    ArgumentError
        For values that are not finite.

    Source: latent waves, estimating p.
    """
    found = np.array([shape_in(radius(values.shape, p), values).isotonic_r2 for p in exponents])
    best = int(found.argmax())
    alike = exponents[found >= found[best] - ALIKE]
    return RingShape(float(exponents[best]), float(found[best]), float(alike[0]), float(alike[-1]))


def shape_in(radii: np.ndarray, values: np.ndarray) -> RingShape:
    """Return how well any other radius orders the values, zero frequency left out.

    Parameters
    ----------
    radii : ndarray, (h, w)
        Any function of the frequency: of ellipses, say, or `natural_radius`.
    values : ndarray, (h, w)
        As for `ring_shape`.

    Raises
    ------
    ArgumentError
        For values that are not finite, and radii of another shape, negative or not finite.
    """
    if radii.shape != values.shape or not (np.isfinite(radii) & (radii >= 0)).all():
        raise ArgumentError(
            "radii",
            f"shape {radii.shape}, from {radii.min()} to {radii.max()}",
            f"must be one finite number of at least 0 for each of {values.shape} frequencies",
            "make them like lattice.radius",
        )
    height, width = values.shape
    kept = np.arange(values.size) != height // 2 * width + width // 2
    flat = values.ravel()[kept]
    if not np.isfinite(flat).all():
        raise ArgumentError(
            "values",
            f"{np.count_nonzero(~np.isfinite(flat))} of {flat.size} not finite",
            "must be finite away from the zero frequency",
            "pass log_power, not the logarithm of no power",
        )
    return RingShape(float("nan"), isotonic_r2(radii.ravel()[kept], flat))


def log_power(power: np.ndarray) -> np.ndarray:
    """Return log S(k), where S below n eps of the largest is rounding and counts as that.

    Raises
    ------
    ArgumentError
        Where there is no power at all.
    """
    if not power.max() > 0:
        raise ArgumentError("power", 0.0, "must be positive somewhere", "images are constant")
    return np.log(np.maximum(power, power.size * np.finfo(float).eps * power.max()))


def half_sample_bar(first: np.ndarray, second: np.ndarray) -> float:
    """Return how far p moves between two halves of the images, the error bar of `ring_shape`.

    Parameters
    ----------
    first, second : ndarray, (h, w)
        The values of either half, as for `ring_shape`.
    """
    return abs(ring_shape(first).p - ring_shape(second).p)


def isotonic_r2(radii: np.ndarray, values: np.ndarray) -> float:
    """Return the R2 of the best monotone function of the radius, rising or falling.

    Points of one radius have one value. Where all values are equal but for rounding there is no
    order to explain, and the R2 is 0.

    Parameters
    ----------
    radii, values : ndarray, (points,)
    """
    if np.ptp(values) <= values.size * np.finfo(float).eps * np.abs(values).max():
        return 0.0
    _, group, counts = np.unique(radii, return_inverse=True, return_counts=True)
    means = np.bincount(group, values) / counts
    total = ((values - values.mean()) ** 2).sum()
    within = ((values - means[group]) ** 2).sum()
    fits = [
        optimize.isotonic_regression(means, weights=counts, increasing=rising).x
        for rising in (True, False)
    ]
    between = min((counts * (means - fit) ** 2).sum() for fit in fits)
    return float(1 - (within + between) / total)


def decay_exponent(power: np.ndarray) -> float:
    """Return alpha of S ~ |k|^-alpha: minus the slope of log S on log |k|_2, 2 <= |k| <= N/2 - 1.

    Parameters
    ----------
    power : ndarray, (h, w)
        S(k) under a Hann window; N is the longer side.

    Raises
    ------
    ArgumentError
        Where this range holds fewer than two radii, as for N < 7, and where there is no power.
    """
    radii = radius(power.shape)
    inside = (radii >= 2) & (radii <= max(power.shape) / 2 - 1)
    if len(np.unique(radii[inside])) < 2:
        raise ArgumentError(
            "power",
            f"{power.shape[0]} x {power.shape[1]} frequencies",
            "must have two radii or more from 2 to N/2 - 1, for a slope",
            "take images of 7 x 7 pixels or more",
        )
    slope, _ = np.polyfit(np.log(radii[inside]), log_power(power)[inside], 1)
    return float(-slope)


def natural_radius(power: np.ndarray) -> np.ndarray:
    """Return the radius of the disc that holds as many modes as have more power, (h, w), no p in it.

    Level sets of the power are its circles, whatever their shape; the zero frequency has radius 0.

    Parameters
    ----------
    power : ndarray, (h, w)
        S(k) under a Hann window.
    """
    height, width = power.shape
    falling = -power
    falling[height // 2, width // 2] = -np.inf
    ranks = np.empty(power.size)
    ranks[spiral(falling)] = np.arange(power.size)
    return np.sqrt(ranks / np.pi).reshape(power.shape)


def sharpest_ring(
    magnitudes: np.ndarray, exponents: np.ndarray, *, half_width: float, centre: str = "release"
) -> tuple[float, int]:
    """Return the p and the radius of the ring with the largest mean magnitude of one frame.

    The paper's estimate of p. Small rings win by chance, for u <= 1/sqrt(points): hold it against
    `ring_shape`.

    Parameters
    ----------
    magnitudes : ndarray, (h, w)
        F of one frame, zero frequency at (h//2, w//2).
    exponents : ndarray
        The p to try.
    half_width : float
        Of the rings 0, 1, ..., N + 9; those without points are left out.
    centre : {"release", "dc"}
        As in `radius`.
    """
    best = (-np.inf, float("nan"), -1)
    for p in exponents:
        radii = radius(magnitudes.shape, p, centre=centre)
        for ring in range(max(magnitudes.shape) + 10):
            inside = np.abs(radii - ring) <= half_width + ON_THE_CURVE
            if inside.any():
                best = max(best, (float(magnitudes[inside].mean()), float(p), ring))
    return best[1], best[2]
