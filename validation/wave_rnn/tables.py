"""Tables of a run: what was said of networks and waves, and what was found."""

from __future__ import annotations

import xarray as xr

from validation import results
from validation.wave_rnn import score_tables
from validation.wave_rnn.score_tables import Table
from validation.wave_rnn.setting import Setting


def all_of(result: xr.DataTree, setting: Setting) -> list[Table]:
    """Return all tables of a result."""
    shown = [networks(setting), predictor(result)]
    if setting.waves:
        shown += [reaches(result), walls(result), seen(result)]
    if "scores" in result["/observed"].children:
        shown += [score_tables.scores(result), score_tables.by_seed(result)]
        if len(setting.seeds) > 1 and any(a.model == "cnn" for a in setting.architectures.values()):
            shown.append(score_tables.constant_predictors(result))
    if "wavelengths" in result["/observed"].children:
        shown.append(wavelengths(result))
    if "largest_gradient" in result["/setup"]:
        shown.append(training(result))
    shown += [score_tables.paper(result, setting, number) for number in (1, 2, 3, 4, 5, 6)]
    return [table for table in shown if table["rows"]]


def networks(setting: Setting) -> Table:
    """Return the number of each network's parameters, with those that it never uses and without."""
    rows = [
        [name, a.parameters(), a.parameters("used")] for name, a in setting.architectures.items()
    ]
    return {
        "title": "parameters",
        "columns": ["network", "as released", "used"],
        "rows": rows,
    }


def predictor(result: xr.DataTree) -> Table:
    """Return what a network that ignores the image scores."""
    said = results.dataset(result, "forecast")
    rows = [[str(array.attrs["long_name"]), float(array)] for array in said.data_vars.values()]
    return {
        "title": "the image set, and a network that ignores the image",
        "columns": ["", "said before training"],
        "rows": rows,
    }


def reaches(result: xr.DataTree) -> Table:
    """Return, of every wave network, how fast and how far waves travel, and how they grow."""
    said = results.dataset(result, "forecast/waves")
    largest = float(results.dataset(result, "forecast")["largest_object"])
    names = (
        "speed",
        "travelled",
        "front",
        "hard_range",
        "spectral_radius",
        "linear_margin",
        "margin",
    )
    rows = [
        [
            label,
            *(float(here[name]) for name in names),
            float(here["mass_squared"].min()),
            largest,
        ]
        for label, here in places(said)
    ]
    return {
        "title": "before the networks run: waves of small amplitude",
        "columns": [
            "network",
            "c_eff",
            "c_eff T dt, px",
            "front, px",
            "cone, px",
            "growth a step",
            "linear margin",
            "margin",
            "mass^2",
            "largest object, px",
        ],
        "rows": rows,
    }


def walls(result: xr.DataTree) -> Table:
    """Return what objects' edges are to waves of the objects' size, and which fields are dead."""
    said = results.dataset(result, "forecast/waves")
    rows = [
        [
            label,
            *(float(here[name]) for name in ("closed_edges", "edge_reflection", "edge_contrast")),
            *(float(here[name].mean()) for name in ("dead_stiffness", "dead_damping")),
        ]
        for label, here in places(said)
    ]
    return {
        "title": "soft walls: edges of objects under omega(x), waves as long as the largest object",
        "columns": ["network", "closed", "mean |R|", "contrast", "omega = 0", "alpha = 0"],
        "rows": rows,
    }


def seen(result: xr.DataTree) -> Table:
    """Return what was seen of every wave network on test images."""
    found = results.dataset(result, "observed/waves")
    names = (
        "largest_state",
        "bound_ratio",
        "saturation",
        "linear_error_early",
        "linear_error",
        "reach",
        "images",
    )
    rows = [[label, *(float(here[name]) for name in names)] for label, here in places(found)]
    return {
        "title": "the networks' waves on test images",
        "columns": [
            "network",
            "largest |y|",
            "of its bound",
            "|W*y| > 1",
            "linear theory off, n = 4",
            "at n = T",
            "one pixel heard, px",
            "images",
        ],
        "rows": rows,
    }


def wavelengths(result: xr.DataTree) -> Table:
    """Return how the local wavelengths of hidden states are spread."""
    found = results.dataset(result, "observed/wavelengths")
    names = ("median", "above_4", "above_8", "above_unit", "unresolved", "images")
    rows = [[label, *(float(here[field]) for field in names)] for label, here in places(found)]
    return {
        "title": "local wavelengths 2 pi/k of hidden states (white noise: 2.50 px, .20, .049)",
        "columns": [
            "network",
            "median, px",
            "> 4 px",
            "> 8 px",
            "1/k > 1.5",
            "unresolved",
            "images",
        ],
        "rows": rows,
    }


def training(result: xr.DataTree) -> Table:
    """Return when each network was best, and what its gradients were."""
    setup = results.dataset(result, "setup")
    names = ("best_update", "median_gradient", "largest_gradient")
    rows = [
        [f"{name}, {seed}", *(float(here[field]) for field in names)]
        for name in setup["network"].values
        for seed in setup["seed"].values
        for here in (setup.sel(network=name, seed=seed),)
    ]
    return {
        "title": "training",
        "columns": ["network", "best after", "median gradient", "largest gradient"],
        "rows": rows,
    }


def places(said: xr.Dataset) -> list[tuple[str, xr.Dataset]]:
    """Return every wave network, seed and stage of a Dataset with its label."""
    stages = said["stage"].values if "stage" in said.dims else [None]
    return [
        (
            f"{name}, {seed}" + ("" if stage is None else f", {stage}"),
            said.sel(wave_network=name, seed=seed, **({} if stage is None else {"stage": stage})),
        )
        for stage in stages
        for name in said["wave_network"].values
        for seed in said["seed"].values
    ]
