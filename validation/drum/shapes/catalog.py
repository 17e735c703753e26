"""The drums that ``--shape`` names: their domains, their exact spectra, or what a file holds."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.shapes import named
from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.shapes.grid_masks import Domain
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.sources import LENGTH, require_unit
from numerics.drum.spectra.exact import exact_spectrum
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from validation.drum import Config

PAIR = "isospectral_pair"
ARC_POINTS = 181  # of a drawn circle


@dataclasses.dataclass(frozen=True, eq=False)
class Shape:
    """One drum, before a grid is laid over it.

    Parameters
    ----------
    name : str
    domain : Polygon, Disk, Annulus or Sector; or None
        None: the drum is its mask, and nothing is known behind it.
    family : str
        Its name in `numerics.drum.spectra.exact`, with its lengths; empty: no formula is known.
    mask : Drum, optional
        Given in a file; else it is laid over the domain.
    origin : pair of float
        Where node (0, 0) of a mask from a file is.
    finer : Polygon, optional
        Of a picture: its outline with half the tolerance, by which the error of eigenvalues is judged.
    wall : float
        How far eigenvalues may be off because the wall of a picture is, relative.
    notes : tuple of str
        What a reader needs to know of how it was read.
    told : dict
        Where it came from, for the provenance.
    unit : str
        Of its lengths, as its file or ``--unit`` calls it.
    """

    name: str
    domain: Domain | None
    family: str = ""
    lengths: tuple[float, ...] = ()
    mask: Drum | None = None
    origin: tuple[float, float] = (0.0, 0.0)
    finer: Polygon | None = None
    wall: float = 0.0
    notes: tuple[str, ...] = ()
    told: dict[str, Any] = dataclasses.field(default_factory=dict)
    unit: str = LENGTH

    def exact(self, count: int) -> Spectrum | None:
        """Return the lowest eigenvalues by formula, if there is one."""
        return exact_spectrum(self.family, *self.lengths, count=count) if self.family else None


@dataclasses.dataclass(frozen=True)
class Named:
    """A shape of a name: what its sizes are called, what they are by default, what they make."""

    sizes: dict[str, float]
    domain: Callable[..., Any]
    family: str = ""


def _sector(degrees: float, radius: float) -> Sector:
    if not 0 < degrees <= 360:
        raise ArgumentError("degrees", degrees, "must lie in (0, 360] degrees", "choose another")
    return Sector(math.radians(degrees), radius)


NAMED = {
    "rectangle": Named({"width": 2.0, "height": 1.0}, named.rectangle, "rectangle"),
    "disk": Named({"radius": 1.0}, Disk, "disk"),
    "annulus": Named({"inner radius": 0.5, "outer radius": 1.0}, Annulus, "annulus"),
    "sector": Named({"angle in degrees": 270.0, "radius": 1.0}, _sector, "sector"),
    "equilateral": Named({"side": 1.0}, named.equilateral, "equilateral"),
    "right_isosceles": Named({"leg": 1.0}, named.right_isosceles, "right_isosceles"),
    "l_shape": Named({"arm": 1.0}, named.l_shape),
    PAIR: Named({"leg": 1.0}, named.isospectral_pair),
}


def shapes_of(config: Config) -> tuple[Shape, ...]:
    """Return the drums of a configuration: one, or the pair.

    Raises
    ------
    ArgumentError
        For a name that is none and a path without a drum, sizes that do not fit, or options that
        belong to another kind of drum.
    """
    if config.shape in NAMED:
        _refuse_of_files(config)
        return _named(config)
    if config.size is not None:
        raise ArgumentError(
            "--size",
            config.size,
            f"belongs to {', '.join(NAMED)}",
            "leave it out: a file has sizes",
        )
    from validation.drum.shapes.own_shapes import own_shape

    return (own_shape(config),)


def outline(domain: Domain | None) -> np.ndarray:
    """Return the rings of a domain as one line, (point, 2), nan between them; empty for a mask."""
    around = np.linspace(0, 2 * np.pi, ARC_POINTS)
    if isinstance(domain, Polygon):
        rings = [np.vstack((ring, ring[:1])) for ring in domain.rings]
    elif isinstance(domain, Disk):
        rings = [_circle(domain.radius, around)]
    elif isinstance(domain, Annulus):
        rings = [_circle(radius, around) for radius in (domain.outer, domain.inner)]
    elif isinstance(domain, Sector):
        arc = _circle(domain.radius, np.linspace(0, domain.angle, ARC_POINTS))
        rings = [np.vstack(([[0.0, 0.0]], arc, [[0.0, 0.0]]))]
    else:
        rings = []
    parts = [part for ring in rings for part in (ring, np.full((1, 2), np.nan))]
    return np.concatenate(parts[:-1]) if parts else np.empty((0, 2))


def _circle(radius: float, angles: np.ndarray) -> np.ndarray:
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _named(config: Config) -> tuple[Shape, ...]:
    entry = NAMED[config.shape]
    unit = LENGTH if config.unit is None else require_unit("--unit", config.unit)
    lengths = tuple(entry.sizes.values()) if config.size is None else config.size
    if len(lengths) != len(entry.sizes):
        raise ArgumentError(
            "--size",
            " ".join(f"{x:g}" for x in lengths),
            f"must be {len(entry.sizes)} for {config.shape}: {', '.join(entry.sizes)}",
            "give as many",
        )
    for length in lengths:
        if abs(length) >= 1e50 or 0 < abs(length) <= 1e-50:  # nor may its square leave the numbers
            raise ArgumentError(
                "--size", length, "must lie between 1e-50 and 1e+50", "choose other units"
            )
    try:
        made = entry.domain(*lengths)
    except ArgumentError as error:
        raise ArgumentError("--size", error.value, error.expected, error.remedy) from error
    if isinstance(made, tuple):
        return tuple(Shape(f"drum {k}", domain, unit=unit) for k, domain in enumerate(made, 1))
    lengths = (made.angle, made.radius) if isinstance(made, Sector) else lengths
    return (Shape(config.shape, made, entry.family, lengths, unit=unit),)


def _refuse_of_files(config: Config) -> None:
    for option in ("invert", "component"):
        if getattr(config, option):
            raise ArgumentError(
                f"--{option}",
                getattr(config, option),
                f"belongs to masks and pictures in files, {config.shape} is neither",
                "leave it out",
            )
    if config.spacing != 1.0:
        raise ArgumentError(
            "--spacing",
            config.spacing,
            f"belongs to masks and pictures in files, {config.shape} is neither",
            "leave it out: --nodes and --size say how fine and how large its grid is",
        )
