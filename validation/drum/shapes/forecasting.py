"""The forecast of drums of any shape: spectra, inequalities, and every rung to the bin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from numerics.drum.nodal import clusters, courant_bounds, displayed, heard_basis, nodal_domains
from numerics.drum.shape_bounds import ShapeBound, shape_bounds
from numerics.drum.shapes.curved import Annulus
from numerics.drum.shapes.grid_masks import Domain
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.spectrum import Spectrum
from numerics.drum.stepping import struck
from numerics.laws import evaluate_expression
from numerics.schema import quantity
from numerics.sweep import sweep
from theory.drum.dispersion import mode_time_error
from theory.drum.membrane import OMEGA
from theory.drum.steps import DT, angle
from validation.drum.fundamental import (
    BIN,
    CLOSED,
    GRID,
    SPACE,
    STEPPED,
    TIME,
    frequency,
    frequency_of_bins,
    ladder_of,
    rounding_of_bins,
)
from validation.drum.shapes import continuum
from validation.drum.shapes.setting import Membrane, ShapeSetting
from validation.drum.shapes.space_step import space_part
from validation.ladder import Ladder, Prediction, Rung

CONTINUUM = "continuum"
PATTERNS = 12


# --- the fundamental ------------------------------------------------------------------------------


def ladder(setting: ShapeSetting, first: dict[str, Spectrum]) -> Ladder:
    """Return continuum > space step > time step > spectral bin, the network still to come.

    Where the drum is a mask with nothing behind it, the grid is the first rung.

    Parameters
    ----------
    first : dict of Spectrum
        What each drum sounds like without a grid; empty for masks.
    """
    grid = angular(setting, [m.modes.eigenvalues[0] for m in setting.membranes])
    steps = _time_steps(setting)
    stepped = evaluate_expression(angle() / DT, {OMEGA: grid, DT: steps})
    bins = sweep(
        lambda time_step, drum: setting.lines(time_step, drum).fundamental_bin(
            setting.config.steps
        )[0],
        setting.points,
        name="bin",
        long_name="closed-form bin",
    )
    rungs = [
        Rung(GRID, _cycles(grid)),
        Rung(STEPPED, _cycles(stepped.transpose("time_step", "drum")), TIME),
        Rung(CLOSED, frequency_of_bins(bins, setting.config.steps), BIN),
    ]
    predicted = {TIME: _of_time(grid, steps)}
    predicted[BIN] = rounding_of_bins(setting.lines, setting.points, setting.config.steps)
    if first:
        lowest = [first[name].eigenvalues[0] for name in setting.names]
        known = angular(setting, setting.config.speed**2 * np.array(lowest))
        rungs[0] = Rung(GRID, rungs[0].value, SPACE)
        rungs.insert(0, Rung(CONTINUUM, _cycles(known)))
        predicted[SPACE] = _of_space(setting, first)
    return ladder_of(rungs, predicted)


def angular(setting: ShapeSetting, squares: np.ndarray | list[float]) -> xr.DataArray:
    """Return squares of angular frequencies, one a drum, as angular frequencies."""
    return xr.DataArray(np.sqrt(squares), dims="drum", coords={"drum": setting.names})


def _cycles(omega: xr.DataArray) -> xr.DataArray:
    return frequency(omega / (2 * np.pi))


def _time_steps(setting: ShapeSetting) -> xr.DataArray:
    steps = list(setting.time_steps)
    return xr.DataArray(steps, dims="time_step", coords={"time_step": steps})


def _of_time(grid: xr.DataArray, steps: xr.DataArray) -> Prediction:
    """Return the time step's part: leading order, with twice the next one as uncertainty."""
    law, known = mode_time_error(), {OMEGA: grid, DT: steps}
    leading, following = (evaluate_expression(e, known) for e in (law.right, law.left - law.right))
    # the ladder subtracts the lower rung from the upper one
    return Prediction(-leading, 2 * abs(following))


def _of_space(setting: ShapeSetting, first: dict[str, Spectrum]) -> Prediction:
    """Return the space step's part, with its uncertainty and that of the continuum."""
    rows = []
    for membrane in setting.membranes:
        value, uncertainty = space_part(membrane, first[membrane.name])
        known = first[membrane.name]
        rows.append((value, uncertainty + known.errors[0] / (2 * known.eigenvalues[0])))
    values, uncertainties = np.transpose(rows)
    coords = {"drum": setting.names}
    return Prediction(
        xr.DataArray(values, dims="drum", coords=coords),
        xr.DataArray(uncertainties, dims="drum", coords=coords),
    )


# --- spectra --------------------------------------------------------------------------------------


def spectra(found: dict[str, dict[str, Spectrum]], count: int) -> xr.Dataset:
    """Return eigenvalues and errors of every method, (drum, method, mode), nan where it has none."""
    names = list(found)
    methods = [name for name in continuum.METHODS if any(name in found[drum] for drum in names)]
    values = np.full((2, len(names), len(methods), count), np.nan)
    unknowns = np.full((len(names), len(methods)), np.nan)
    for d, drum in enumerate(names):
        for m, method in enumerate(methods):
            if method not in found[drum]:
                continue
            spectrum = found[drum][method]
            k = min(count, len(spectrum.eigenvalues))
            values[:, d, m, :k] = spectrum.eigenvalues[:k], spectrum.errors[:k]
            unknowns[d, m] = spectrum.unknowns
    coords = {"drum": names, "solver": methods, "mode": np.arange(1, count + 1)}
    dims = ["drum", "solver", "mode"]
    units = "1/length^2"
    return xr.Dataset(
        {
            "eigenvalue": quantity(
                values[0],
                dims,
                name="eigenvalue",
                long_name="eigenvalue",
                units=units,
                coords=coords,
            ),
            "error": quantity(
                values[1],
                dims,
                name="error",
                long_name="error estimate",
                units=units,
                coords=coords,
            ),
            "unknowns": (("drum", "solver"), unknowns),
        }
    )


def of_masks(setting: ShapeSetting, count: int) -> xr.Dataset:
    """Return the masks' eigenvalues, their nodal domains with Courant's bound, and their patterns."""
    rows = [_mask(membrane, count) for membrane in setting.membranes]
    shape = np.max([m.drum.free.shape for m in setting.membranes], axis=0)
    shown = rows[0]["pattern"].shape[0]
    patterns = np.full((len(rows), shown, *shape), np.nan)
    for d, row in enumerate(rows):
        x, y = row["pattern"].shape[1:]
        patterns[d, :, :x, :y] = row["pattern"]
    coords = {"drum": setting.names, "mode": np.arange(1, count + 1)}
    table = {
        name: quantity(
            np.stack([row[name] for row in rows]),
            ["drum", "mode"],
            name=name,
            long_name=told,
            units=units,
            coords=coords,
        )
        for name, told, units in (
            ("eigenvalue", "eigenvalue of the mask", "1/length^2"),
            ("domains", "nodal domains", "1"),
            ("courant", "nodal domains, at most", "1"),
        )
    }
    drawn = quantity(
        patterns,
        ["drum", "picture", "x", "y"],
        name="pattern",
        long_name="displacement of a mode",
        coords={"drum": setting.names, "picture": np.arange(1, shown + 1)},
    )
    return xr.Dataset(table | {"pattern": drawn})


def _mask(membrane: Membrane, count: int) -> dict[str, np.ndarray]:
    modes, drum = membrane.modes, membrane.drum
    values = modes.eigenvalues / float(drum.speed) ** 2
    strike = struck(drum, membrane.strike)[drum.free]
    heard_vectors = modes.vectors[:, :count].copy()
    for members in clusters(values):
        if len(members) > 1 and members.stop <= count:
            chosen = slice(members.start, members.stop)
            heard_vectors[:, chosen] = heard_basis(modes.vectors[:, chosen], strike)
    shown = min(PATTERNS, count)
    return {
        "eigenvalue": values[:count],
        "domains": np.array([nodal_domains(v, drum) for v in heard_vectors.T], float),
        "courant": courant_bounds(values)[:count].astype(float),
        "pattern": np.stack([displayed(drum.field(v)) for v in heard_vectors.T[:shown]]),
    }


# --- inequalities ---------------------------------------------------------------------------------


def bounds(setting: ShapeSetting, found: dict[str, Spectrum]) -> xr.Dataset:
    """Return what spectral inequalities say of each drum, (drum, bound)."""
    rows = [bounds_of(setting.membrane(name), spectrum) for name, spectrum in found.items()]
    coords = {"drum": list(found), "bound": [bound.name for bound in rows[0]]}

    def column(of: Callable[[ShapeBound], float]) -> tuple:
        return ("drum", "bound"), np.array([[of(bound) for bound in row] for row in rows], float)

    return xr.Dataset(
        {
            "left": column(lambda bound: bound.left),
            "right": column(lambda bound: bound.right),
            "uncertainty": column(lambda bound: bound.uncertainty),
            "applies": column(lambda bound: bound.applies),
            "statement": ("bound", [bound.statement for bound in rows[0]]),
            "assumption": ("bound", [bound.assumption for bound in rows[0]]),
        },
        coords=coords,
    )


def bounds_of(membrane: Membrane, spectrum: Spectrum) -> tuple[ShapeBound, ...]:
    """Return the inequalities that a drum's spectrum is asked."""
    domain = membrane.shape.domain
    assert domain is not None
    return shape_bounds(
        spectrum,
        domain.area,
        domain.perimeter,
        complete=True,
        simply_connected=is_simply_connected(domain),
        tiles=bool(membrane.shape.family),  # all that have a formula: see the theorem's assumption
    )


def is_simply_connected(domain: Domain) -> bool:
    """Return whether a domain has no hole."""
    has_holes = isinstance(domain, Polygon) and bool(domain.holes)
    return not (has_holes or isinstance(domain, Annulus))
