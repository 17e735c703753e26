"""The forecast of square drums: every rung from the formula to the closed-form bin, and the survey."""

from __future__ import annotations

import numpy as np
import sympy
import xarray as xr

from numerics.drum.forms import Form
from numerics.laws import evaluate_expression
from numerics.schema import quantity
from numerics.sweep import sweep
from theory.drum.dispersion import (
    NU,
    Z,
    space_error,
    space_step_frequency,
    time_error,
    time_step_frequency,
)
from theory.drum.membrane import COLUMN, LENGTH, ROW, C, square_frequency
from theory.drum.stencil import SPACING, SPACINGS
from theory.drum.steps import DT
from validation.drum.fundamental import (
    BIN,
    CLOSED,
    GRID,
    MEANING,
    SPACE,
    STEPPED,
    TIME,
    frequency,
    frequency_of_bins,
    ladder_of,
    rounding_of_bins,
)
from validation.drum.square.setting import Setting
from validation.ladder import Ladder, Prediction, Rung

FORMULA = "formula"
LOWEST = {ROW: 1, COLUMN: 1}
Known = dict[sympy.Symbol, xr.DataArray | float]


def ladder(setting: Setting) -> Ladder:
    """Return continuum formula > space step > time step > spectral bin, the network still to come.

    Where the side does not count spacings, what that makes of it is a rung of its own.
    """
    s, spacings = setting, setting.all_spacings
    rungs = [Rung(FORMULA, _formula(s, np.array(s.sides)))]
    if s.config.side_means != "spacings":
        rungs.append(Rung("formula, spacings of the grid", _formula(s, spacings), MEANING))
    bins = sweep(
        lambda time_step, side: s.run(side, time_step).reading(s.config.form, s.config.steps),
        s.points,
        name="bin",
        long_name="bin read off the modal signal",
    )
    rungs += [
        Rung(GRID, stepped(s, space_step_frequency()), SPACE),
        Rung(STEPPED, stepped(s, time_step_frequency()), TIME),
        Rung(CLOSED, frequency_of_bins(bins, s.config.steps), BIN),
    ]
    return ladder_of(rungs, _predictions(s))


def stepped(setting: Setting, law: sympy.Expr) -> xr.DataArray:
    """Return the fundamental by a law of the grid, for each side, and time step if it knows of any."""
    config, side = setting.config, _side(setting, setting.all_spacings)
    known: Known = {
        C: config.speed,
        SPACING: config.spacing,
        SPACINGS: side,
        DT: _time_steps(setting),
    }
    return frequency(evaluate_expression(law.subs(LOWEST), known))


def _formula(setting: Setting, spacings: np.ndarray) -> xr.DataArray:
    """Return c/(sqrt(2) L) for each side."""
    config = setting.config
    known: Known = {C: config.speed, LENGTH: _side(setting, spacings * config.spacing)}
    return frequency(evaluate_expression(square_frequency().subs(LOWEST), known))


def _side(setting: Setting, values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, dims="side", coords={"side": list(setting.sides)})


def _time_steps(setting: Setting) -> xr.DataArray:
    steps = list(setting.time_steps)
    return xr.DataArray(steps, dims="time_step", coords={"time_step": steps})


def _predictions(setting: Setting) -> dict[str, Prediction]:
    """Return the sizes of the sources beforehand.

    Space and time: leading order, with twice the next one as uncertainty. Bin: the nearest one, by
    which k0 is rounded; where it lies between two, so near that other lines decide, either.
    """
    known: Known = {
        Z: _side(setting, np.pi / (2 * setting.all_spacings)),
        NU: _time_steps(setting) * setting.courant(1.0),
    }
    predicted = {}
    for source, law in ((SPACE, space_error()), (TIME, time_error())):
        leading, following = (
            evaluate_expression(e, known) for e in (law.right, law.left - law.right)
        )
        # the ladder subtracts the lower rung from the upper one
        predicted[source] = Prediction(-leading, 2 * abs(following))
    predicted[BIN] = rounding_of_bins(
        lambda time_step, side: setting.run(side, time_step).lines(setting.config.form),
        setting.points,
        setting.config.steps,
    )
    return predicted


def survey(setting: Setting) -> xr.DataArray:
    """Return the closed-form bin of every form, time step and number of spacings."""

    def bin_of(form: Form, time_step: float, spacings: int) -> int:
        run = setting.run_of(spacings, time_step)
        return run.lines(form).fundamental_bin(setting.config.steps)[0]

    return sweep(bin_of, setting.survey_points, name="bin", long_name="closed-form bin")


def spectrum(setting: Setting) -> xr.Dataset:
    """Return the closed-form spectrum of the first drum at the first time step, and its lines."""
    step, samples = setting.time_steps[0], setting.config.steps
    lines = setting.run(setting.sides[0], step).lines(setting.config.form)
    closed = np.abs(lines.spectrum(samples, np.arange(samples // 2 + 1)))
    return xr.Dataset(
        {
            "magnitude": magnitude(setting, closed),
            "line_frequency": ("line", lines.angles / (2 * np.pi * step)),
            "line_amplitude": ("line", lines.amplitudes),
        }
    )


def magnitude(setting: Setting, values: np.ndarray) -> xr.DataArray:
    """Return magnitudes of the first run's spectrum over frequency."""
    frequency = np.arange(len(values)) / (setting.config.steps * setting.time_steps[0])
    return quantity(
        values,
        ["frequency"],
        name="magnitude",
        long_name="magnitude of the spectrum",
        coords={"frequency": frequency},
    )
