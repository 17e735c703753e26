"""Hearing the shape of a drum with a wave network: every note predicted to the last bin.

Case ``square``: square drums struck at a node, after Fig 2 of the paper. From the continuum's formula
over the grid, the time step and the bins of the Fourier transform down to the network itself.

Case ``shape``: a drum of any shape, named, drawn, or in a file: its eigenvalues by several methods with
their errors, the isospectral pair, and what of a shape its spectrum lets hear.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from numerics.drum.forms import Form
from validation.checks import Check
from validation.drum.check_table import CASES, CHECKS, SHAPE, SQUARE
from validation.experiment import Case


@dataclasses.dataclass(frozen=True)
class Config:
    """Which drums are struck, and how their waves are stepped."""

    shape: str = "square"
    """square (those of --sides), rectangle, disk, annulus, sector, equilateral, right_isosceles, l_shape
    or isospectral_pair; or the path of a drum: vertices in .json, .csv or .txt, a mask in .npy or .npz, a
    picture .png or .jpg."""
    size: tuple[float, ...] | None = None
    """Lengths of a named shape: sides of rectangle (2 1), inner and outer radius of annulus (0.5 1), degrees
    and radius of sector (270 1), side, leg, arm or radius of the others (1)."""
    nodes: int | None = None
    """Free nodes of a shape's mask, at most. Default: 600 with --preset quick, 2000, 4000 with paper."""
    modes: int = 20
    """Eigenvalues of a shape that are computed and compared."""
    invert: bool = False
    """A picture shows a light drum on dark ground."""
    unit: str | None = None
    """What the unit of a shape's lengths is called: of --size, --spacing and vertices. Default: as its file
    says, or length."""
    component: Literal["largest", "all"] | None = None
    """What to take of a mask or picture that falls into parts."""
    sides: str = "13..21"
    """Sides L of the square drums, in spacings: FIRST..LAST, or a list such as 13,17,21."""
    time_step: tuple[float | Literal["magic"], ...] | None = None
    """Time steps; magic is h/(sqrt(2) c), at which the fundamental is exact. Default: 0.1 h/c, 0.5 h/c
    and magic; nine from 0.01 h/c on with --preset paper."""
    steps: int = 40_000
    """Samples that are heard, the struck state among them."""
    form: Form = "velocity_verlet"
    """How the network takes a step."""
    side_means: Literal["spacings", "free_nodes", "all_nodes"] = "spacings"
    """What L counts: spacings, free nodes, or all nodes of a side, the clamped ones among them."""
    strike: tuple[int, int] | None = None
    """The struck node, the rim counted from 0. Default: M//2, M//2 of M spacings."""
    listen: tuple[int, int] | None = None
    """Where is listened. Default: the struck node."""
    speed: float = 1.0
    """Wave speed c."""
    spacing: float = 1.0
    """Distance h of neighbouring nodes."""
    preset: Literal["quick", "standard", "paper"] = "standard"
    """How much is run: a minute; all 729 readings of the survey; the network itself at nine time steps."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    """Where the network runs."""


class DrumExperiment:
    """The experiment `drum`."""

    name: ClassVar[str] = "drum"
    summary: ClassVar[str] = (
        "a wave network hears the size of a drum: every note predicted to the last bin, then measured"
    )
    config_type: ClassVar[type] = Config
    cases: ClassVar[Mapping[str, str]] = CASES
    checks: ClassVar[tuple[Check, ...]] = CHECKS
    claims: ClassVar[Mapping[str, tuple[str, ...]]] = {
        SQUARE: (
            "drum.fundamental",
            "drum.discrete_angle",
            "drum.space_error",
            "drum.time_error",
            "drum.magic_diagonal",
            "drum.finite_spectrum",
        ),
        SHAPE: (
            "drum.discrete_angle",
            "drum.mode_time_error",
            "drum.finite_spectrum",
            "drum.weyl_transform",
            "drum.tail_of_trace",
            "drum.faber_krahn_disk",
            "drum.li_yau_sum",
        ),
    }

    def case(self, config: Config) -> Case:
        """Return the case that the configuration names."""
        if config.shape == "square":
            from validation.drum.square.case import SquareDrums

            return SquareDrums(config)
        from validation.drum.shapes.case import AnyDrums

        return AnyDrums(config)

    def verifications(self) -> Mapping[str, Callable[[], float]]:
        """Return the functions of `validation.drum.verification`, by the id of their check."""
        from validation.drum.verification import FUNCTIONS

        return FUNCTIONS


EXPERIMENT = DrumExperiment
