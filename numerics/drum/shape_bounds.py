"""Inequalities between a drum's spectrum, its area and its perimeter: theory's theorems in numbers."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import sympy

from numerics.drum.hearing import require_spectrum
from numerics.drum.spectra.spectrum import Spectrum
from numerics.lambdify import lambdify
from theory.drum import spectral_bounds as theory
from theory.drum.spectral_bounds import BOUNDS, SpectralBound
from theory.errors import ArgumentError

ROUNDING = 16 * np.finfo(float).eps  # relative: the disk attains some, and rounding would decide
HEARD = (theory.LOWEST, theory.SECOND, theory.SUM, theory.EIGENVALUE)  # what a spectrum gives
MEASURED = (theory.AREA, theory.PERIMETER, theory.NUMBER, theory.J01, theory.J11)


@dataclasses.dataclass(frozen=True)
class ShapeBound:
    """A theorem left <= right at one drum.

    Parameters
    ----------
    name : str
        In `theory.drum.spectral_bounds.BOUNDS`.
    number : int
        The k at which it is tightest; 1 where there is no choice.
    left, right : float
    uncertainty : float
        How far left - right may be off by the errors of the eigenvalues and by rounding.
    applies : bool
        Whether the drum is known to be as the theorem assumes; else it may well hold, unproven.
    """

    name: str
    number: int
    left: float
    right: float
    uncertainty: float
    applies: bool

    @property
    def theorem(self) -> SpectralBound:
        """What theory says of it, with the source."""
        return BOUNDS[self.name]

    @property
    def statement(self) -> str:
        """The inequality in symbols."""
        return f"{self.theorem.left} <= {self.theorem.right}"

    @property
    def assumption(self) -> str:
        """The drums that it is a theorem for."""
        return self.theorem.assumption

    @property
    def holds(self) -> bool:
        """Whether left <= right, up to the uncertainty."""
        return self.left - self.right <= self.uncertainty

    @property
    def ratio(self) -> float:
        """Left over right: 1 where it is attained."""
        return self.left / self.right


def shape_bound(
    name: str,
    spectrum: Spectrum,
    area: float,
    perimeter: float,
    *,
    complete: bool,
    applies: bool = False,
) -> ShapeBound:
    """Return one theorem at a drum, of all k the one that is tightest.

    Parameters
    ----------
    name : str
        One of `BOUNDS`.
    spectrum : Spectrum
    area, perimeter : float
    complete : bool
        Whether each eigenvalue stands as often as its multiplicity, none left out.
    applies : bool
        Whether the drum is as the theorem assumes; of itself for those that assume nothing.

    Raises
    ------
    ArgumentError
        For another name; a theorem that needs multiplicities, unless the spectrum is complete;
        eigenvalues that are not finite, positive and ascending, or fewer than two; an area or a
        perimeter that is not positive and finite.
    """
    if name not in BOUNDS:
        raise ArgumentError("name", name, f"must be one of {', '.join(BOUNDS)}", "choose one")
    if BOUNDS[name].needs_multiplicities and not complete:
        raise ArgumentError(
            "complete",
            complete,
            f"{name} counts eigenvalues, and multiplicities may be missing",
            "pass each as often as its multiplicity, or ask faber_krahn, which needs the lowest",
        )
    left, right, uncertainty = _sides(name, spectrum, area, perimeter)
    # of all k the one that errors excuse least: if it holds, all do
    k = int(np.argmax((left - uncertainty) / right))
    return ShapeBound(
        name,
        k + 1,
        float(left[k]),
        float(right[k]),
        float(uncertainty[k]),
        applies or not BOUNDS[name].beyond,
    )


def shape_bounds(
    spectrum: Spectrum,
    area: float,
    perimeter: float,
    *,
    complete: bool,
    simply_connected: bool = False,
    tiles: bool = False,
) -> tuple[ShapeBound, ...]:
    """Return all theorems that may be asked of a spectrum.

    Parameters
    ----------
    spectrum, area, perimeter, complete
        As `shape_bound`. Without multiplicities those that need them are not among the result.
    simply_connected : bool
        Whether the drum is known to have no hole, for Polya's upper bound.
    tiles : bool
        Whether copies of it are known to tile the plane, or it is a disk, a sector or an annulus, for
        Polya's bound, otherwise a conjecture.

    Raises
    ------
    ArgumentError
        As `shape_bound`.
    """
    known = {"polya_upper": simply_connected, "polya": tiles}
    return tuple(
        shape_bound(
            name, spectrum, area, perimeter, complete=complete, applies=known.get(name, False)
        )
        for name, theorem in BOUNDS.items()
        if complete or not theorem.needs_multiplicities
    )


def smallest_area(lowest: float) -> float:
    """Return the area that no drum of a lowest eigenvalue is below: a disk's, by Faber and Krahn.

    Raises
    ------
    ArgumentError
        For an eigenvalue that is not positive and finite.

    Examples
    --------
    >>> bool(np.isclose(smallest_area(bessel_zero(0) ** 2 / 9), 9 * np.pi))
    True
    """
    (known,) = require_spectrum(np.array([lowest]), 1)
    law = theory.smallest_area("faber_krahn")
    return float(law.subs({theory.LOWEST: known, theory.J01: bessel_zero(0)}))


@functools.cache
def bessel_zero(order: int) -> float:
    """Return the first positive zero of the Bessel function J of a whole order, j01 or j11, say."""
    from scipy.special import jn_zeros

    return float(jn_zeros(order, 1)[0])


def _sides(
    name: str, spectrum: Spectrum, area: float, perimeter: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return left, right and the uncertainty of their difference, for every k, each (mode,)."""
    values, errors = require_spectrum(spectrum.eigenvalues, 2), np.asarray(spectrum.errors)
    for given, measure in (("area", area), ("perimeter", perimeter)):
        if not (np.isfinite(measure) and measure > 0):
            raise ArgumentError(given, measure, "must be positive and finite", "measure it again")
    first_two_sums_all = (values[0], values[1], np.cumsum(values), values)
    measured = (area, perimeter, 1.0 + np.arange(len(values)), bessel_zero(0), bessel_zero(1))
    found = _laws(name)(*first_two_sums_all, *measured)
    left, right, *slopes = (
        np.broadcast_to(part, values.shape) for part in np.moveaxis(found[..., 0], -1, 0)
    )
    spread = (errors[0], errors[1], np.cumsum(errors), errors)
    uncertainty = sum(np.abs(s) * e for s, e in zip(slopes, spread, strict=True))
    return left, right, uncertainty + ROUNDING * right


@functools.cache
def _laws(name: str) -> Callable[..., np.ndarray]:
    """Return left, right and how their difference changes with each of HEARD, as one function."""
    bound = BOUNDS[name]
    slopes = [sympy.diff(bound.left - bound.right, symbol) for symbol in HEARD]
    return lambdify(sympy.Matrix([bound.left, bound.right, *slopes]), (*HEARD, *MEASURED))
