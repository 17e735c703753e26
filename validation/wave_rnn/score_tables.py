"""Tables of scores: every network's, seed by seed, who saw nothing, and the paper's beside ours."""

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


def constant_predictors(result: xr.DataTree) -> Table:
    """Return how many seeds of each network became the constant predictor, on the images that chose them."""
    found = results.dataset(result, "observed/scores").sel(split=VALIDATION)
    names = map(str, found["network"].values)
    rows = [[name, found.sizes["seed"], len(collapsed_seeds(found, name))] for name in names]
    return {
        "title": "constant predictors",
        "columns": ["network", "seeds", "of these constant predictors"],
        "rows": rows,
    }


def collapsed_seeds(scores: xr.Dataset, network: str) -> list[int]:
    """Return the seeds in which a network became the constant predictor, of one split's scores."""
    found = scores["collapsed"].sel(network=network)
    return [int(seed) for seed in found["seed"].values if bool(found.sel(seed=seed))]


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
