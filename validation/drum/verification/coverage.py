"""Do the errors that finite elements state cover, and do they fail where they must?"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from numerics.drum.isospectral.tilings import unfolded_pair
from numerics.drum.shapes import named
from numerics.drum.shapes.curved import Annulus, Disk
from numerics.drum.spectra import exact
from numerics.drum.spectra.curved_elements import curved_spectrum
from numerics.drum.spectra.estimates import three_level_estimate
from numerics.drum.spectra.finite_elements import accurate_spectrum, finite_element_spectrum
from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues
from numerics.drum.spectra.polygon_mesh import mesh_of_triangles
from numerics.drum.spectra.spectrum import Spectrum
from validation.drum.verification.literature import PAIR, PAIR_ERROR
from validation.drum.verification.polygons import COUNT, estimated, reference

GOLDEN = (1 + np.sqrt(5)) / 2
FEW, MANY = 12, 62  # polygons
UNGRADED = (2, 3, 4)  # refinements of each of seven triangles


def family_spectra() -> Iterable[tuple[Spectrum, np.ndarray]]:
    """Yield what finite elements find of six domains, and their exact eigenvalues."""
    polygons = (
        (named.square(), exact.rectangle_spectrum(1, 1, COUNT)),
        (named.rectangle(GOLDEN, 1), exact.rectangle_spectrum(GOLDEN, 1, COUNT)),
        (named.right_isosceles(), exact.right_isosceles_spectrum(1, COUNT)),
        (named.equilateral(), exact.equilateral_spectrum(1, COUNT)),
    )
    for shape, truth in polygons:
        yield finite_element_spectrum(shape, COUNT), truth.eigenvalues
    yield curved_spectrum(Disk(), COUNT), exact.disk_spectrum(1, COUNT).eigenvalues
    yield curved_spectrum(Annulus(), COUNT), exact.annulus_spectrum(0.5, 1, COUNT).eigenvalues


def d30() -> float:
    """Eigenvalues of six exact families that the stated errors do not cover, 20 each."""
    return float(sum((~found.covers(truth)).sum() for found, truth in family_spectra()))


def polygon_shares(number: int) -> np.ndarray:
    """Return true errors over stated ones of a polygon, (mode,); what is not known counts as error."""
    found, truth = estimated(number), reference(number)
    return (np.abs(found.eigenvalues - truth.eigenvalues) + truth.errors) / found.errors


def uncovered(count: int) -> float:
    """Return how many eigenvalues are not covered: of the L, a drum of the pair, and random stars.

    Parameters
    ----------
    count : int
        Of polygons.
    """
    shares = np.concatenate([polygon_shares(number) for number in range(count)])
    return float((~(shares <= 1)).sum())  # one that is not a number covers nothing


def d30c() -> float:
    """Smallest estimate over true error where no corner is graded: the pair, 189 to 3441 unknowns."""
    triangles = unfolded_pair()[0].triangles
    levels = [mesh_eigenvalues(mesh_of_triangles(triangles, k), COUNT) for k in UNGRADED]
    estimates = three_level_estimate(*levels, monotone=False)
    return float((estimates / np.abs(levels[-1] - PAIR[:COUNT])).min())


def d30g() -> float:
    """Published eigenvalues of the pair that a stated error does not reach: both drums, two methods."""
    missed = 0
    for drum in named.isospectral_pair():
        for method in (finite_element_spectrum, accurate_spectrum):
            found = method(drum, len(PAIR))
            near = np.abs(found.eigenvalues - PAIR) <= found.errors + PAIR_ERROR
            missed += int((~near).sum())
    return float(missed)


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D30": d30,
    "D30b": lambda: uncovered(FEW),
    "D30bm": lambda: uncovered(MANY),
    "D30c": d30c,
    "D30g": d30g,
}
