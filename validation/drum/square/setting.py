"""What a configuration means: which drums, which time steps, and what is refused."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.drums import Drum, square
from numerics.drum.estimators.peaks import SHARE, fft_bin
from numerics.drum.forms import FORMS, Form
from numerics.drum.lines import Lines
from numerics.drum.square_modes import square_eigenvalues, square_largest_step, square_lines
from theory.errors import ArgumentError
from validation.drum.options import OF_SHAPES, refuse_changed, require_samples_and_units

if TYPE_CHECKING:
    from validation.drum import Config

LARGEST_SIDE = 128
MOST_SAMPLES = 10_000_000
LARGEST_BYTES = 2 * 2**30
EXTRA_SPACINGS = {"spacings": 0, "free_nodes": 1, "all_nodes": -1}
# in units of h/c
MAGIC = math.sqrt(0.5)
DEFAULT_STEPS = (0.1, 0.5, MAGIC)
SURVEY_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, MAGIC)


@dataclasses.dataclass(frozen=True)
class Run:
    """One drum with its time step.

    Parameters
    ----------
    spacings : int
        M.
    courant : float
        nu = c dt/h.
    strike, listen : pair of int
    """

    spacings: int
    courant: float
    strike: tuple[int, int]
    listen: tuple[int, int]

    @property
    def share(self) -> float:
        """From which share of the largest magnitude on a peak counts: `share_of`."""
        return share_of(self.spacings)

    def lines(self, form: Form) -> Lines:
        """Return the lines that are heard."""
        return square_lines(self.spacings, self.courant, form, self.strike, self.listen)

    def reading(self, form: Form, samples: int) -> int:
        """Return the bin that is read off the modal signal: no step was taken for it."""
        return fft_bin(self.lines(form).signal(samples), share=self.share)


@dataclasses.dataclass(frozen=True)
class Setting:
    """Sides and time steps of a configuration, checked.

    Parameters
    ----------
    sides : tuple of int
        L, in spacings, increasing.
    time_steps : tuple of float
        Increasing.
    """

    config: Config
    sides: tuple[int, ...]
    time_steps: tuple[float, ...]

    @property
    def points(self) -> dict[str, tuple]:
        """The time steps and sides at which the network runs, by their dimensions."""
        return {"time_step": self.time_steps, "side": self.sides}

    @property
    def all_spacings(self) -> np.ndarray:
        """M of every side, (side,)."""
        return np.array([self.spacings(side, self.config.side_means) for side in self.sides])

    @property
    def unit(self) -> float:
        """The unit of time steps, h/c."""
        return _unit(self.config)

    @property
    def magic_step(self) -> float:
        """The time step h/(sqrt(2) c) that makes the fundamental exact."""
        return MAGIC * self.unit

    @property
    def conventions(self) -> tuple[str, ...]:
        """What the side of a grid counts: the chosen meaning, in larger presets all three."""
        return _conventions(self.config)

    @property
    def survey_steps(self) -> tuple[float, ...]:
        """Time steps of the survey: those of the run, in larger presets the common nine as well."""
        if self.config.preset == "quick":
            return self.time_steps
        slowest = self.spacings(self.sides[-1], "free_nodes") * math.sqrt(2)
        common = [nu * self.unit for nu in SURVEY_STEPS if self.config.steps * nu > 4 * slowest]
        return tuple(sorted({*self.time_steps, *common}))

    def spacings(self, side: int, convention: str) -> int:
        """Return M, the number of spacings of a side of that length."""
        return side + EXTRA_SPACINGS[convention]

    def drum(self, spacings: int) -> Drum:
        """Return the drum of a number of spacings."""
        return square(spacings, spacing=self.config.spacing, speed=self.config.speed)

    def courant(self, time_step: float) -> float:
        """Return nu = c dt/h."""
        return self.config.speed * time_step / self.config.spacing

    def run(self, side: int, time_step: float) -> Run:
        """Return the run of a side."""
        return self.run_of(self.spacings(side, self.config.side_means), time_step)

    @property
    def survey_points(self) -> dict[str, tuple]:
        """Forms, time steps and spacings of the survey; its meanings of the side share their grids."""
        spacings = {self.spacings(side, name) for side in self.sides for name in self.conventions}
        return {
            "form": FORMS,
            "time_step": self.survey_steps,
            "spacings": tuple(sorted(spacings)),
        }

    def run_of(self, spacings: int, time_step: float) -> Run:
        """Return the run of a grid, struck and heard where the configuration says."""
        strike = self.config.strike or (spacings // 2, spacings // 2)
        return Run(spacings, self.courant(time_step), strike, self.config.listen or strike)


def share_of(spacings: int) -> float:
    """Return the share of the largest magnitude from which on a peak of the spectrum counts.

    The fundamental's is 2/M of the loudest line's, and bins take up to a third of it: two per cent
    hears it up to 60 spacings.
    """
    return SHARE if spacings <= 60 else 0.4 / spacings


def setting_of(config: Config) -> Setting:
    """Check a configuration.

    Raises
    ------
    ArgumentError
        With one line: what was given, what is allowed, what to do.
    """
    refuse_changed(config, OF_SHAPES, "drums of another shape")
    require_samples_and_units(config, MOST_SAMPLES)
    setting = Setting(config, _sides(config), _time_steps(config))
    _require_nodes(setting)
    _require_cycles(setting)
    _require_size(setting)
    _require_reading(setting)
    from numerics.devices import find_device

    find_device(config.device)
    return setting


def _unit(config: Config) -> float:
    """Return h/c, the unit of time steps: always this quotient, or equal steps differ by rounding."""
    return config.spacing / config.speed


def _conventions(config: Config) -> tuple[str, ...]:
    others = [name for name in EXTRA_SPACINGS if name != config.side_means]
    return (config.side_means, *(others if config.preset != "quick" else ()))


def _sides(config: Config) -> tuple[int, ...]:
    text = config.sides.replace(" ", "")
    if span := re.fullmatch(r"(\d{1,6})\.\.(\d{1,6})", text):
        first, last = map(int, span.groups())
        sides = tuple(range(first, min(last, LARGEST_SIDE + 2) + 1))
    elif re.fullmatch(r"\d{1,6}(,\d{1,6})*", text):
        sides = tuple(sorted({int(side) for side in text.split(",")}))
    else:
        sides = ()
    least = 2 if config.preset == "quick" and config.side_means == "spacings" else 3
    if not sides or sides[0] < least or sides[-1] > LARGEST_SIDE:
        raise ArgumentError(
            "--sides",
            config.sides,
            f"must be FIRST..LAST or a list of whole numbers, from {least} to {LARGEST_SIDE}",
            "use 13..21, say",
        )
    return sides


def _time_steps(config: Config) -> tuple[float, ...]:
    unit = _unit(config)
    if config.time_step is None:
        common = SURVEY_STEPS if config.preset == "paper" else DEFAULT_STEPS
        return tuple(nu * unit for nu in common)
    steps = {MAGIC * unit if step == "magic" else step for step in config.time_step}
    if not steps:
        raise ArgumentError("--time-step", "none", "needs a number or magic", "give one")
    for step in steps:
        # of the largest drum, whose fastest mode is the fastest
        largest = _sides(config)[-1] + max(EXTRA_SPACINGS[name] for name in _conventions(config))
        limit = square_largest_step(largest, config.spacing, config.speed)
        if not 0 < step < limit:
            raise ArgumentError(
                "--time-step",
                step,
                f"must lie between 0 and dt_max = {limit:.8g} (nu = c dt/h = {step / unit:.6g}, "
                f"c = {config.speed:g}), above which the fastest mode grows",
                "choose one in between; magic is just below dt_max",
            )
    return tuple(sorted(steps))


def _require_nodes(setting: Setting) -> None:
    config = setting.config
    for name in ("strike", "listen"):
        node = getattr(config, name)
        for spacings in setting.survey_points["spacings"] if node else ():
            setting.drum(spacings).require_free(f"--{name}", node)


def _require_cycles(setting: Setting) -> None:
    samples = setting.config.steps
    side, step = setting.sides[-1], setting.time_steps[0]
    cycles = min(_cycles(setting, side, step, name) for name in setting.conventions)
    if cycles < 3:
        raise ArgumentError(
            "--steps",
            samples,
            f"hold {cycles:.2f} cycles of the fundamental of L = {side} at dt = {step:g}; "
            "three are needed",
            f"take at least {math.ceil(3 * samples / cycles)}",
        )
    side, step = setting.sides[0], setting.time_steps[-1]
    place = max(_cycles(setting, side, step, name) for name in setting.conventions)
    if place > samples / 2 - 2:
        raise ArgumentError(
            "--time-step",
            step,
            f"puts the fundamental of L = {side} at bin {place:.2f} of {samples // 2}: "
            "next to the last one it is no peak",
            "choose a smaller one, or more --steps",
        )


def _cycles(setting: Setting, side: int, time_step: float, convention: str) -> float:
    """Return the cycles of the fundamental in all samples: its place among the bins."""
    lowest = square_eigenvalues(setting.spacings(side, convention))[0, 0]
    angle = 2 * math.asin(setting.courant(time_step) * math.sqrt(lowest) / 2)
    return setting.config.steps * angle / (2 * math.pi)


def _require_size(setting: Setting) -> None:
    """Refuse signals that do not fit into memory together."""
    drums = len(setting.sides) * len(setting.time_steps)
    needed = 8 * drums * setting.config.steps
    if needed > LARGEST_BYTES:
        raise ArgumentError(
            "--steps",
            setting.config.steps,
            f"of {drums} drums take {needed / 2**30:.1f} GiB, more than {LARGEST_BYTES / 2**30:.0f}",
            f"take at most {LARGEST_BYTES // (8 * drums)}, fewer sides or time steps",
        )


def _require_reading(setting: Setting) -> None:
    """Refuse drums whose lowest peak is not the fundamental: a peak picker would hear another line."""
    config = setting.config
    for step in setting.time_steps:
        for side in setting.sides:
            run = setting.run(side, step)
            place = run.lines(config.form).fundamental_bin(config.steps)[1]
            read = run.reading(config.form, config.steps)
            if abs(read - place) > 1:
                given = [name for name in ("listen", "strike") if getattr(config, name) is not None]
                where = f"struck at {run.strike}, heard at {run.listen}"
                raise ArgumentError(
                    f"--{given[0]}" if given else "--steps",
                    where if given else config.steps,
                    f"lets the lowest peak of L = {side} at dt = {step:g} be bin {read}, where its "
                    f"fundamental is {place:.2f}",
                    "go nearer to the middle" if given else "take more",
                )
