"""Tables of a run: what was said of networks and waves, what was found, and the paper's beside ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from numerics.wave_rnn.training.protocol import PAPER
from validation import results
from validation.wave_rnn.options import is_changed
from validation.wave_rnn.paper_tables import paper_table
from validation.wave_rnn.scoring import TEST, VALIDATION
from validation.wave_rnn.setting import Setting

Table = dict[str, Any]
# the paper's names of metrics, and ours
OURS = {
    "FG-Acc": "foreground_accuracy",
    "FG-IoU": "foreground_overlap",
    "FG-Loss": "foreground_loss_by_batch",
    "Acc": "accuracy",
    "IoU": "overlap",
    "Loss": "loss",
}


def all_of(result: xr.DataTree, setting: Setting) -> list[Table]:
    """Return all tables of a result."""
    shown = [networks(setting), predictor(result)]
    if setting.waves:
        shown += [reaches(result), walls(result), seen(result)]
    if "scores" in result["/observed"].children:
        shown += [scores(result), by_seed(result)]
    if "wavelengths" in result["/observed"].children:
        shown.append(wavelengths(result))
    if "largest_gradient" in result["/setup"]:
        shown.append(training(result))
    shown += [paper(result, setting, number) for number in (1, 2, 3, 4, 5, 6)]
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


def scores(result: xr.DataTree) -> Table:
    """Return every network's scores, mean over seeds and standard deviation."""
    found = results.dataset(result, "observed/scores")
    columns = ["network", "images", "seeds"]
    columns += [f"{name}{part}" for name in OURS for part in ("", " sd")]
    columns += ["class IoU", "legacy IoU", "collapsed"]
    rows: list[list[Any]] = []
    for name in found["network"].values:
        for split in (VALIDATION, TEST):
            here = found.sel(network=name, split=split)
            row: list[Any] = [str(name), split, here.sizes["seed"]]
            for ours in OURS.values():
                row += _mean_and_sd(here[ours])
            row += [float(here[extra].mean()) for extra in ("class_overlap", "legacy_overlap")]
            rows.append([*row, int(here["collapsed"].sum())])
    return {"title": "scores", "columns": columns, "rows": rows}


def by_seed(result: xr.DataTree) -> Table:
    """Return the objects' loss of every seed, on the images that chose the weights, and who collapsed."""
    found = results.dataset(result, "observed/scores").sel(split=VALIDATION)
    loss = found["foreground_loss"]
    rows = [
        [
            str(name),
            *map(float, loss.sel(network=name)),
            float(loss.sel(network=name).median()),
            ", ".join(f"seed {seed}" for seed in collapsed_seeds(found, str(name))),
        ]
        for name in loss["network"].values
    ]
    seeds = [f"seed {seed}" for seed in loss["seed"].values]
    return {
        "title": "FG-loss by seed, validation images",
        "columns": ["network", *seeds, "median", "collapsed"],
        "rows": rows,
    }


def collapsed_seeds(scores: xr.Dataset, network: str) -> list[int]:
    """Return the seeds in which a network became the constant predictor, of one split's scores."""
    found = scores["collapsed"].sel(network=network)
    return [int(seed) for seed in found["seed"].values if bool(found.sel(seed=seed))]


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


def paper(result: xr.DataTree, setting: Setting, number: int) -> Table:
    """Return one table of the paper for this image set, ours beside it where a network was trained."""
    printed = paper_table(number)
    title = f"Table {number} of the paper, and ours on test images"
    if setting.name not in printed["image_set"].values:
        return {"title": title, "columns": [], "rows": []}
    here = printed.sel(image_set=setting.name)
    metrics = [str(name) for name in here.data_vars if name != "parameters"]
    statistics = [str(s) for s in here["statistic"].values]
    found = None
    if _is_the_papers(setting) and "scores" in result["/observed"].children:
        found = results.dataset(result, "observed/scores").sel(split=TEST)
    rows = []
    for network in here["network"].values:
        row: list[Any] = [str(network), str(here["parameters"].sel(network=network).item())]
        architecture = setting.architectures.get(str(network))
        row.append(None if architecture is None else architecture.parameters())
        for metric in metrics:
            row += [float(here[metric].sel(network=network, statistic=s)) for s in statistics]
            row += _our_statistics(found, str(network), metric, statistics)
        rows.append(row)
    columns = ["network", "parameters", "ours"]
    columns += [
        f"{metric} {statistic}{whose}"
        for metric in metrics
        for whose in ("", ", ours")
        for statistic in statistics
    ]
    return {"title": title, "columns": columns, "rows": rows}


def _is_the_papers(setting: Setting) -> bool:
    """Return whether networks were trained as the paper's: its protocol, on as many images."""
    return setting.protocol == PAPER and not is_changed(setting.config, "images")


def _our_statistics(
    found: xr.Dataset | None, network: str, metric: str, statistics: list[str]
) -> list[float | None]:
    if found is None or network not in found["network"].values:
        return [None] * len(statistics)
    values = found[OURS[metric]].sel(network=network)
    return [_sd(values) if s == "sd" else float(getattr(values, s)()) for s in statistics]


def _mean_and_sd(values: xr.DataArray) -> list[float]:
    return [float(values.mean()), _sd(values)]


def _sd(values: xr.DataArray) -> float:
    """Return the standard deviation over seeds; nan for a single one."""
    return float(values.std(ddof=1)) if values.sizes["seed"] > 1 else np.nan


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
