"""Tables of drums of any shape: eigenvalues with their errors, what is heard, what runs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from numerics.drum.hearing import roundness, square_side, squareness
from numerics.drum.shape_bounds import smallest_area
from numerics.drum.shapes.curved import Disk
from numerics.drum.shapes.named import square
from validation import plots, results
from validation.drum.fundamental import CLOSED, FUNDAMENTAL, GRID, NETWORK, STEPPED
from validation.drum.shapes.forecasting import CONTINUUM
from validation.drum.shapes.units import MEASURES
from validation.ladder import UNEXPLAINED, Ladder


def of_shapes(result: xr.DataTree) -> list[dict[str, Any]]:
    """Return the fundamental with its budget, the spectra side by side, the heard shape, the bounds."""
    setup = results.dataset(result, "setup")
    found = [_fundamentals(results.ladder(result, FUNDAMENTAL), float(setup["samples"]))]
    for drum in setup["drum"].values:
        found.append(_spectra(result, str(drum)))
    if "heard" in result["forecast"].children:
        found += [_heard(result, str(drum)) for drum in setup["drum"].values]
        found += [_bounds(result, str(drum)) for drum in setup["drum"].values]
    if "cost" in result["forecast"].children:
        found.append(_cost(results.dataset(result, "forecast/cost")))
    return found


def _fundamentals(ladder: Ladder, samples: float) -> dict[str, Any]:
    names = [r.name for r in ladder.rungs]
    first = CONTINUUM if CONTINUUM in names else GRID
    rows = []
    measured = ladder.rung(NETWORK)
    for step in measured["time_step"].values:
        for drum in measured["drum"].values:
            at = {"time_step": step, "drum": drum}
            values = {name: float(ladder.rung(name).sel(at)) for name in names}
            bins = [round(values[name] * samples * step) for name in (CLOSED, NETWORK)]
            parts = [-100 * float(ladder.difference(s).sel(at)) for s in ladder.sources[:-1]]
            rows.append(
                [
                    str(drum),
                    float(step),
                    values[first],
                    values[STEPPED],
                    *bins,
                    values[NETWORK],
                    100 * float(np.log(values[NETWORK] / values[first])),
                    *parts,
                    bins[1] - bins[0],
                ]
            )
    columns = [
        "drum",
        "dt",
        first,
        STEPPED,
        "forecast bin",
        "measured bin",
        "frequency",
        "100 ln ratio",
    ]
    columns += [f"{source} %" for source in ladder.sources[:-1]] + [f"{UNEXPLAINED}, bins"]
    return {"title": "the fundamental", "columns": columns, "rows": rows}


def _spectra(result: xr.DataTree, drum: str) -> dict[str, Any]:
    """Return every method's eigenvalues with as many digits as its error leaves."""
    masks = results.dataset(result, "forecast/masks").sel(drum=drum)
    columns = ["mode", "mask"]
    parts: list[list[Any]] = [[f"{value:.6g}" for value in masks["eigenvalue"].values]]
    if "spectra" in result["forecast"].children:
        spectra = results.dataset(result, "forecast/spectra").sel(drum=drum)
        for solver in spectra["solver"].values:
            one = spectra.sel(solver=solver)
            values, errors = one["eigenvalue"].values, one["error"].values
            if not np.isfinite(values).any():
                continue
            columns += [str(solver), "±"]
            parts += [
                [_rounded(*both) for both in zip(values, errors, strict=True)],
                [f"{error:.1e}" if np.isfinite(error) else "" for error in errors],
            ]
        lower = spectra["lower_bound"].values
        if np.isfinite(lower).any():
            columns.append("not below")
            parts.append([f"{value:.6g}" for value in lower])
    rows = [[k + 1, *(part[k] for part in parts)] for k in range(len(parts[0]))]
    units = masks["eigenvalue"].attrs["units"]
    return {"title": f"{drum}: eigenvalues ({units})", "columns": columns, "rows": rows}


def _rounded(value: float, error: float) -> str:
    """Return a value with the digits that its error leaves, and one more."""
    if not np.isfinite(value):
        return ""
    digits = 1 - math.floor(math.log10(error)) if error > 0 else 12
    return f"{value:.{max(0, digits)}f}"


def _heard(result: xr.DataTree, drum: str) -> dict[str, Any]:
    heard = results.dataset(result, "forecast/heard").sel(drum=drum)
    setup = results.dataset(result, "setup").sel(drum=drum)
    lowest = float(results.array(result, "forecast/many", "eigenvalue").sel(drum=drum, mode=1))
    rows = _of_the_lowest(lowest)
    for n in heard["count"].values:
        rows.append(_shape(int(n), *(float(heard[name].sel(count=n)) for name in MEASURES)))
    rows.append(_shape("the drum's own", *(float(setup[name]) for name in MEASURES)))
    return {
        "title": f"{drum}: heard from its lowest eigenvalues",
        "columns": [
            "eigenvalues",
            *(plots.label_of(setup[name]) for name in MEASURES),
            "P^2/(16 A)",
            "P^2/(4 pi A)",
        ],
        "rows": rows,
    }


def _of_the_lowest(lowest: float) -> list[list[Any]]:
    """Return what one eigenvalue tells: no drum of it is smaller than a disk; which square has it."""
    disk = Disk(math.sqrt(smallest_area(lowest) / math.pi))
    side = square_side(lowest)
    told = {"1, a disk: none is smaller": disk, f"1, a square of side {side:.4g}": square(side)}
    return [_shape(name, *(getattr(of, m) for m in MEASURES)) for name, of in told.items()]


def _shape(told: str | int, area: float, perimeter: float, heat_constant: float) -> list[Any]:
    """Return a row of what is heard: 1 in the last columns is a square, a disk."""
    ratios = squareness(area, perimeter), roundness(area, perimeter)
    return [told, area, perimeter, heat_constant, *ratios]


def _bounds(result: xr.DataTree, drum: str) -> dict[str, Any]:
    bounds = results.dataset(result, "forecast/bounds").sel(drum=drum)
    rows = [
        [
            str(bound),
            str(row["statement"].values),
            float(row["left"]),
            float(row["right"]),
            "theorem" if row["applies"] else f"not known to apply: {row['assumption'].values}",
        ]
        for bound in bounds["bound"].values
        for row in (bounds.sel(bound=bound),)
    ]
    columns = ["bound", "says", "left", "right", "for this drum"]
    return {"title": f"{drum}: inequalities", "columns": columns, "rows": rows}


def _cost(cost: xr.Dataset) -> dict[str, Any]:
    rows = []
    for way in cost["way"].values:
        one = cost.sel(way=way).dropna("level", subset=["unknowns"])
        if one.sizes["level"]:
            last = one.isel(level=-1)
            stated = float(last["estimate"])
            rows.append(
                [
                    str(way),
                    str(int(last["unknowns"])),  # whole, as in the title
                    float(last["relative_error"]),
                    stated if np.isfinite(stated) else "",
                ]
            )
    reference, known = cost.attrs["reference"], float(cost.attrs["known_to"])
    return {
        "title": f"first eigenvalue: the finest of each method against {reference}, known to {known:.1e}",
        "columns": ["solver", "unknowns", "relative error", "as it states"],
        "rows": rows,
    }
