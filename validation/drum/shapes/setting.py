"""What a configuration means for drums of any shape: their masks, strikes and time steps, checked."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.estimators.peaks import SHARE, fft_bin
from numerics.drum.forms import Form
from numerics.drum.lines import Lines
from numerics.drum.modes import Modes, largest_step, modes_of
from numerics.drum.shapes.grid_masks import Domain, follows_grid, grid_origin
from numerics.drum.shapes.polygon import Polygon
from theory.errors import ArgumentError
from validation.drum.options import OF_SQUARES, refuse_changed, require_samples_and_units
from validation.drum.shapes.allowed_nodes import (
    LEAST_NODES,
    MOST_NODES,
    in_one_piece,
    laid_over,
    most_nodes,
)
from validation.drum.shapes.catalog import Shape, shapes_of

if TYPE_CHECKING:
    from validation.drum import Config

MOST_SAMPLES = 1_000_000
COURANTS = (0.1, 0.5, 0.7)
MARGIN = 0.95  # of the largest stable time step
PRINTED = 1e-7  # relative: a limit of eight digits, typed as it is said, is taken
APART = 4  # bins between the two lowest lines, at least


@dataclasses.dataclass(frozen=True, eq=False)
class Membrane:
    """One drum of a run: a shape, its mask, and where it is struck and heard."""

    shape: Shape
    modes: Modes
    strike: tuple[int, int]
    listen: tuple[int, int]

    @property
    def name(self) -> str:
        """Name of the shape."""
        return self.shape.name

    @property
    def drum(self) -> Drum:
        """The mask."""
        return self.modes.drum

    @property
    def origin(self) -> np.ndarray:
        """Where node (0, 0) of the mask is, (2,)."""
        shape = self.shape
        if shape.mask is None and shape.domain is not None:
            return grid_origin(shape.domain, self.drum.spacing)
        return np.array(shape.origin)

    @property
    def follows_grid(self) -> bool:
        """Whether every wall runs along lines of the mask or their diagonals, from node to node."""
        domain, is_laid_over = self.shape.domain, self.shape.mask is None
        return (
            is_laid_over and isinstance(domain, Polygon) and follows_grid(domain, self.drum.spacing)
        )

    def lines(self, time_step: float, form: Form) -> Lines:
        """Return the lines that are heard."""
        return self.modes.lines(time_step, self.strike, self.listen, form)


@dataclasses.dataclass(frozen=True, eq=False)
class ShapeSetting:
    """Drums and time steps of a configuration, checked.

    Parameters
    ----------
    membranes : tuple of Membrane
        One, or the pair.
    time_steps : tuple of float
        Increasing.
    """

    config: Config
    membranes: tuple[Membrane, ...]
    time_steps: tuple[float, ...]

    @property
    def names(self) -> list[str]:
        """Names of the drums."""
        return [membrane.name for membrane in self.membranes]

    @property
    def points(self) -> dict[str, tuple]:
        """The time steps and drums at which the network runs, by their dimensions."""
        return {"time_step": self.time_steps, "drum": tuple(self.names)}

    @property
    def spacing(self) -> float:
        """Distance of neighbouring nodes: the drums of a run have one."""
        return self.membranes[0].drum.spacing

    @property
    def unit(self) -> str:
        """The unit of lengths: the drums of a run have one."""
        return self.membranes[0].shape.unit

    def membrane(self, name: str) -> Membrane:
        """Return the drum of a name."""
        return self.membranes[self.names.index(name)]

    def lines(self, time_step: float, drum: str) -> Lines:
        """Return the lines that are heard of a drum."""
        return self.membrane(drum).lines(time_step, self.config.form)

    @property
    def is_pair(self) -> bool:
        """Whether two drums run side by side."""
        return len(self.membranes) > 1


def setting_of(config: Config) -> ShapeSetting:
    """Check a configuration.

    Raises
    ------
    ArgumentError
        With one line: what was given, what is allowed, what to do.
    """
    refuse_changed(config, OF_SQUARES, "the squares of Fig 2")
    require_samples_and_units(config, MOST_SAMPLES)
    if not LEAST_NODES <= most_nodes(config) <= MOST_NODES:
        raise ArgumentError(
            "--nodes",
            config.nodes,
            f"must lie between {LEAST_NODES} and {MOST_NODES}",
            "choose another",
        )
    membranes = tuple(_membrane(config, shape) for shape in shapes_of(config))
    for membrane in membranes:
        if membrane.drum.nodes < 2:
            raise ArgumentError(
                "--shape", "one free node", "must have two at least", "draw it larger or finer"
            )
        if not 1 <= config.modes < membrane.drum.nodes:
            raise ArgumentError(
                "--modes",
                config.modes,
                f"must be from 1 to {membrane.drum.nodes - 1}, less than the mask has free nodes",
                "ask for fewer, or --nodes for more",
            )
    setting = ShapeSetting(config, membranes, _time_steps(config, membranes))
    for membrane in membranes:
        _require_samples(setting, membrane)
        _require_reading(setting, membrane)
    return setting


def _membrane(config: Config, shape: Shape) -> Membrane:
    drum = shape.mask or _on_a_grid(config, shape.domain)
    drum = dataclasses.replace(drum, speed=config.speed)
    if drum.nodes > most_nodes(config):
        raise ArgumentError(
            "--shape",
            f"{drum.nodes} free nodes",
            f"must be at most {most_nodes(config)}, by "
            f"{f'--preset {config.preset}' if config.nodes is None else '--nodes'}",
            _fewer_or_more_allowed(drum, config),
        )
    modes = modes_of(drum)
    strike = config.strike or modes.loudest_node
    listen = config.listen or strike
    return Membrane(
        shape, modes, drum.require_free("--strike", strike), drum.require_free("--listen", listen)
    )


def _on_a_grid(config: Config, domain: Domain | None) -> Drum:
    assert domain is not None
    return in_one_piece(config, lambda nodes: laid_over(domain, nodes))


def _fewer_or_more_allowed(drum: Drum, config: Config) -> str:
    coarser = math.sqrt(drum.nodes / most_nodes(config))
    redrawn = f"draw it {coarser:.3g} times as coarse"
    return redrawn if drum.nodes > MOST_NODES else f"allow {drum.nodes} with --nodes, or {redrawn}"


def _time_steps(config: Config, membranes: tuple[Membrane, ...]) -> tuple[float, ...]:
    unit = membranes[0].drum.spacing / config.speed
    if config.time_step is None:
        return tuple(nu * unit for nu in COURANTS)
    stable = min(largest_step(membrane.drum) for membrane in membranes)
    limit = max(MARGIN * stable, COURANTS[-1] * unit)  # below 1/sqrt(2), which no grid exceeds
    for step in config.time_step:
        if step == "magic":
            raise ArgumentError("--time-step", step, "is exact for a square alone", "give a number")
        if not 0 < step <= limit * (1 + PRINTED):
            raise ArgumentError(
                "--time-step",
                step,
                f"must lie between 0 and {limit:.8g}: from dt_max = {stable:.8g} on the fastest mode "
                f"grows (nu = c dt/h = {step / unit:.6g}, c = {config.speed:g})",
                "choose one in between",
            )
    if not config.time_step:
        raise ArgumentError("--time-step", "none", "needs a number", "give one")
    return tuple(sorted({float(step) for step in config.time_step}))


def _require_samples(setting: ShapeSetting, membrane: Membrane) -> None:
    """Refuse signals too short to tell the fundamental from what is beside it."""
    samples, step = setting.config.steps, setting.time_steps[0]
    lines = membrane.lines(step, setting.config.form)
    cycles = lines.place(samples)
    apart = (
        samples * float(np.diff(lines.angles[:2])[0]) / (2 * np.pi)
        if len(lines.angles) > 1
        else APART
    )
    if cycles < 3 or apart < APART:
        needed = math.ceil(samples * max(3 / cycles, APART / apart))
        raise ArgumentError(
            "--steps",
            samples,
            f"hold {cycles:.2f} cycles of the fundamental of {membrane.name} at dt = {step:.4g}, three are "
            f"needed, and put the next line {apart:.2f} bins beside it, four are needed",
            _long_enough(setting, needed),
        )


def _long_enough(setting: ShapeSetting, needed: int) -> str:
    """Return what to do if a signal at the shortest time step takes so many samples."""
    if needed <= MOST_SAMPLES:
        return f"take at least {needed}"
    longest = setting.membranes[0].drum.spacing / setting.config.speed * COURANTS[-1]
    # at a longer step a line lies a little higher
    fewer = math.ceil(1.1 * needed * setting.time_steps[0] / longest)
    if fewer <= MOST_SAMPLES:
        return f"take --time-step {longest:.8g} and --steps {fewer}"
    return f"{needed} would do, too many for a run: widen its narrowest place"


def _require_reading(setting: ShapeSetting, membrane: Membrane) -> None:
    """Refuse drums whose lowest peak is not the fundamental."""
    samples = setting.config.steps
    for step in setting.time_steps:
        lines = membrane.lines(step, setting.config.form)
        read, place = fft_bin(lines.signal(samples), share=SHARE), lines.place(samples)
        if abs(read - place) > 1:
            raise ArgumentError(
                "--strike",
                f"{membrane.strike}, heard at {membrane.listen}",
                f"lets the lowest peak of {membrane.name} at dt = {step:.4g} be bin {read}, where its "
                f"fundamental is {place:.2f}",
                f"strike and listen nearer to {membrane.modes.loudest_node}, where the lowest mode is "
                "largest",
            )
