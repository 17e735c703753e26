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
from validation.drum.fundamental import CLOSED, FUNDAMENTAL, NETWORK, STEPPED
from validation.drum.shapes.units import MEASURES
from validation.ladder import UNEXPLAINED, Ladder

POSSIBLE = 0.95  # of the least area, or of what is 1 of a disk: hearing has an error


def of_shapes(result: xr.DataTree) -> list[dict[str, Any]]:
    """Return the fundamental with its budget, the spectra side by side, the heard shape, the bounds."""
    setup = results.dataset(result, "setup")
    ladder, samples = results.ladder(result, FUNDAMENTAL), float(setup["samples"])
    found = [_fundamentals(ladder, samples), _deviations(ladder, samples)]
    for drum in setup["drum"].values:
        found.append(_spectra(result, str(drum)))
    if "heard" in result["forecast"].children:
        found += [_heard(result, str(drum)) for drum in setup["drum"].values]
        found += [_bounds(result, str(drum)) for drum in setup["drum"].values]
    if "cost" in result["forecast"].children:
        found.append(_cost(results.dataset(result, "forecast/cost")))
    return found


def _fundamentals(ladder: Ladder, samples: float) -> dict[str, Any]:
    rungs = [_first(ladder), STEPPED, NETWORK]
    rows = [
        [at["drum"], at["time_step"], *(_at(ladder, name, at) for name in rungs), *bins]
        for at in _points(ladder)
        for bins in (_bins(ladder, at, samples),)
    ]
    columns = ["drum", "dt", *rungs, "forecast bin", "measured bin"]
    return {"title": "the fundamental (1/time)", "columns": columns, "rows": rows}


def _deviations(ladder: Ladder, samples: float) -> dict[str, Any]:
    """Return how far the network is from the first rung, in parts; a ladder subtracts the other way."""
    explained = ladder.sources[:-1]
    rows = []
    for at in _points(ladder):
        forecast, measured = _bins(ladder, at, samples)
        parts = [ladder.whole(), *(ladder.difference(source) for source in explained)]
        shares = [-100 * float(part.sel(at)) for part in parts]
        rows.append([at["drum"], at["time_step"], *shares, measured - forecast])
    return {
        "title": f"deviation of the fundamental, 100 ln({NETWORK}/{_first(ladder)}), and its parts "
        "(in the budget with opposite signs)",
        "columns": ["drum", "dt", "whole", *explained, f"{UNEXPLAINED}, bins"],
        "rows": rows,
    }


def _first(ladder: Ladder) -> str:
    """Return the name of the rung that all others are held against."""
    return ladder.rungs[0].name


def _points(ladder: Ladder) -> list[dict[str, Any]]:
    """Return where the network was heard."""
    measured = ladder.rung(NETWORK)
    steps, drums = measured["time_step"].values, measured["drum"].values
    return [{"time_step": float(step), "drum": str(drum)} for step in steps for drum in drums]


def _at(ladder: Ladder, name: str, at: dict[str, Any]) -> float:
    return float(ladder.rung(name).sel(at))


def _bins(ladder: Ladder, at: dict[str, Any], samples: float) -> list[int]:
    """Return the bin of the forecast and the measured one."""
    return [round(_at(ladder, name, at) * samples * at["time_step"]) for name in (CLOSED, NETWORK)]


def _spectra(result: xr.DataTree, drum: str) -> dict[str, Any]:
    """Return every method's eigenvalues with as many digits as its error leaves, and this in brackets."""
    masks = results.dataset(result, "forecast/masks").sel(drum=drum)
    columns = ["mode", "mask"]
    parts = [[f"{value:.6g}" for value in masks["eigenvalue"].values]]
    title = f"{drum}: eigenvalues ({masks['eigenvalue'].attrs['units']})"
    if "spectra" in result["forecast"].children:
        title += "; in brackets, the error of the last digits"
        spectra = results.dataset(result, "forecast/spectra").sel(drum=drum)
        for solver in spectra["solver"].values:
            one = spectra.sel(solver=solver)
            values, errors = one["eigenvalue"].values, one["error"].values
            if not np.isfinite(values).any():
                continue
            columns.append(str(solver))
            parts.append([_rounded(*both) for both in zip(values, errors, strict=True)])
        lower = spectra["lower_bound"].values
        if np.isfinite(lower).any():
            columns.append("not below")
            parts.append([f"{value:.6g}" for value in lower])
    rows = [[k + 1, *(part[k] for part in parts)] for k in range(len(parts[0]))]
    return {"title": title, "columns": columns, "rows": rows}


def _rounded(value: float, error: float) -> str:
    """Return a value with the digits that its error leaves, and one more; then two digits of the error.

    Examples
    --------
    >>> _rounded(9.63972385123, 1.6e-7), _rounded(98.7654, 1.52), _rounded(987.6, 15.2)
    ('9.63972385(16)', '98.8(1.5)', '988(15)')
    """
    if not np.isfinite(value):
        return ""
    if not 0 < error < np.inf:  # nothing is said of it
        return f"{value:.6g}"
    shown = float(f"{error:.1e}")  # rounded first: 0.0996 is 0.10, of one digit less
    digits = max(0, 1 - math.floor(math.log10(shown)))
    last = f"{shown:.{digits}f}" if shown >= 1 else f"{shown * 10**digits:.0f}"
    return f"{value:.{digits}f}({last})"


def _heard(result: xr.DataTree, drum: str) -> dict[str, Any]:
    heard = results.dataset(result, "forecast/heard").sel(drum=drum)
    setup = results.dataset(result, "setup").sel(drum=drum)
    lowest = float(results.array(result, "forecast/many", "eigenvalue").sel(drum=drum, mode=1))
    rows = _of_the_lowest(lowest)
    for n in heard["count"].values:
        rows.append(_shape(int(n), *(float(heard[name].sel(count=n)) for name in MEASURES)))
    beyond = results.dataset(result, "forecast/heard_beyond").sel(drum=drum)
    if np.isfinite(beyond["area"]):
        said = f"{int(heard['count'][-1])}, then Weyl's law"
        rows.append(_shape(said, *(float(beyond[name]) for name in MEASURES)))
    rows = rows[:2] + [_judged(row, smallest=rows[0][1]) for row in rows[2:]]
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


def _judged(row: list[Any], smallest: float) -> list[Any]:
    """Return a row of what is heard, marked if no drum is near it: too small, or too short a wall."""
    told, area, *_, round_ = row
    none = min(area / smallest, round_) < POSSIBLE
    return [f"{told}: no drum is so", *row[1:]] if none else row


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
