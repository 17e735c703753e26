"""What the paper says and what a run found: each claim reproduced, sharpened, refuted or consistent.

A verdict is worked out from the run's own tree, and its evidence are numbers of that tree; where a
run cannot decide it says so. Claims that need no run of their own name the check that decides them.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.ladder import UNEXPLAINED
from validation.linear_cnn.forecasting import DESCENT, STEP_SIZE
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED, discovery_times

ROUNDING = 1e-11
OPEN = "not decided by this run"
SHARPENED, REPRODUCED, REFUTED, CONSISTENT = "sharpened", "reproduced", "refuted", "consistent"

Row = list[str]


def table(rows: list[Row]) -> dict[str, Any]:
    """Return verdicts as a table of the report."""
    columns = ["the paper says", "verdict", "what this run found"]
    return {"title": "what the paper says, what this run found", "columns": columns, "rows": rows}


def of_cosines(result: xr.DataTree) -> list[Row]:
    """Verdicts of a run on pure cosines."""
    ladder = results.ladder(result, CNN)
    missed, step = ladder.largest(UNEXPLAINED), ladder.largest(STEP_SIZE)
    side = results.array(result, "setup", "initial_kernel").sizes["x"]
    gains = side * results.array(result, "setup", "spectral_magnitude").values
    first, last = ladder.rungs[0].name, ladder.rungs[-2].name
    return [
        [
            "pure cosines are learnt by an exact law",
            SHARPENED if missed <= ROUNDING < step else OPEN,
            f"the {first} is off by up to {step:.2g} S_m, as the step size says; "
            f"the {last} by {missed:.1g} S_m",
        ],
        [
            "a pair of frequencies is slower by 1/sqrt(2), the zero frequency is not",
            SHARPENED,
            f"v = {', '.join(f'{g / side:.4g}' for g in gains)}; for even sides three Nyquist "
            "frequencies count as the zero one does (C39)",
        ],
        [
            "the CNN learns with n times the learning rate, but for a mismatch",
            SHARPENED if gains.min() >= 1 and gains.max() <= side * (1 + 1e-9) else REFUTED,
            f"n v between {gains.min():.3g} and {gains.max():.3g}; for any image between 1 and n = {side}",
        ],
    ]


def of_images(result: xr.DataTree) -> list[Row]:
    """Verdicts of a full-batch run on an image set."""
    rows = [_averaged_flow(result), _diagonal(result), _order(result), *_cascade(result)]
    groups = result["/forecast"].children
    if "competition" in groups:
        rows += _competition(result)
    if "ending" in groups:
        rows.append(_ending(result))
    rows.append(_balance(result))
    rows += _losses(result)
    return rows


def _averaged_flow(result: xr.DataTree) -> Row:
    ladder = results.ladder(result, CNN)
    missed, step = ladder.largest(UNEXPLAINED, covered=0.0), ladder.largest(STEP_SIZE)
    left = float(abs(ladder.remainder(STEP_SIZE)).max())
    return [
        "averaged gradient descent follows the coupled flow",
        REPRODUCED if missed <= ROUNDING and left < step / 2 else OPEN,
        f"flow and network differ by up to {step:.2g} S_m; {left:.1g} are left after the step size "
        f"that was predicted, {missed:.1g} after descent",
    ]


def _diagonal(result: xr.DataTree) -> Row:
    seen = results.array(result, f"observed/{CNN}", "leakage")
    largest = float(results.array(result, "setup", "singular_value")[0])
    worst = float(seen.max()) / largest
    last = float(seen.dropna("update").isel(update=-1).max()) / largest
    return [
        "A becomes diagonal from a small random start, and stays so",
        REPRODUCED if last < 0.01 else OPEN,
        f"off-diagonal at most {worst:.2g} S_1 on the way and {last:.1g} S_1 at the end; how the "
        "error goes with the start: C22, C23",
    ]


def _order(result: xr.DataTree) -> Row:
    claim = "modes are discovered in the order of their singular values"
    measured, who = _discovered(result)
    forecast = results.array(result, "forecast/discovery", "discovery_time")
    expected = forecast.sel(network=CNN, forecast="F2").mean("trial").values
    if not np.isfinite(measured).all():
        return [claim, OPEN, "not every mode was discovered within the run"]
    orders = [" ".join(str(m + 1) for m in np.argsort(t)) for t in (measured, expected)]
    if (np.diff(measured) > 0).all():
        return [claim, CONSISTENT, f"{who}: {orders[0]}, as forecast; see mnist4 and C30"]
    foreseen = "as the flow foretold" if orders[0] == orders[1] else f"forecast {orders[1]}"
    return [claim, REFUTED, f"{who}: {orders[0]}, {foreseen}: S_m v_m decides, not S_m"]


def _discovered(result: xr.DataTree) -> tuple[np.ndarray, str]:
    """Return the CNN's times of discovery, mean of trials, and whose they are.

    Where the network was trained for a part of the run only, they are its exact descent's.
    """
    singular = results.array(result, "setup", "singular_value")
    descent, network = results.ladder(result, CNN).rungs[-2:]
    measured = discovery_times(network, singular).mean(axis=0)
    if np.isfinite(measured).all():
        return measured, "order of the CNN"
    return discovery_times(descent, singular).mean(axis=0), "order of the CNN by exact descent"


def _cascade(result: xr.DataTree) -> list[Row]:
    forecast = results.array(result, "forecast/discovery", "discovery_time")
    alone = forecast.sel(network=CNN, forecast="F1").mean("trial").values
    measured, _ = _discovered(result)
    ratio = (measured / alone)[1:]
    ratio = ratio[np.isfinite(ratio)]
    if "competition" in result["/forecast"].children or not len(ratio):
        return []
    return [
        [
            "a frequency grown by an earlier mode is an advantage for later ones",
            REPRODUCED if ratio.max() < 1 else OPEN,
            f"later modes come at {ratio.min():.2g} to {ratio.max():.2g} of the time that they "
            "would need alone (F1)",
        ]
    ]


def _competition(result: xr.DataTree) -> list[Row]:
    foreseen = results.dataset(result, "forecast/competition")
    ladder = results.ladder(result, f"{CNN}, kernel spectrum")
    end = ladder.rungs[-1].value.isel(update=-1)
    missed = float((abs(end - foreseen["end_magnitude"]) / end.max("frequency")).max())
    share = foreseen["dominance_share"]
    return [
        [
            "frequencies of a mode compete: a soft winner takes all",
            SHARPENED if missed < 0.15 else REFUTED,
            f"one clock a mode gives every coefficient at the end from the start, within {missed:.2g} "
            f"of the largest; the dominant frequency's share is {float(share.min()):.3g} to "
            f"{float(share.max()):.3g}, and goes to 1 by a power of the start (C20, C21)",
        ]
    ]


def _ending(result: xr.DataTree) -> Row:
    claim = "from a small start training ends at weights of minimal norm, of any spectrum"
    least = results.dataset(result, "forecast/ending")
    if least.attrs["reason"]:
        return [claim, OPEN, least.attrs["reason"]]
    seen = results.array(result, f"observed/{CNN}", "parameter_norm")
    loss = results.array(result, f"observed/{CNN}", "train_loss")
    last = float(seen.isel(update=-1).mean("trial")) / float(least["minimal_norm"]) - 1
    fitted = float(loss.isel(update=-1).max())
    said = (
        f"the minimum uses {float(least['active_frequencies']):.0f} frequencies; the network's norm "
        f"is {last:.3g} above it (loss {fitted:.1g})"
    )
    return [claim, REFUTED if last > 0.1 and fitted < 1e-3 else OPEN, f"{said}; see C33, C34"]


def _balance(result: xr.DataTree) -> Row:
    seen = results.dataset(result, f"observed/{CNN}")
    kernel, outputs = (seen[n].dropna("update") for n in ("kernel_magnitude", "output_magnitude"))
    strongest = kernel.isel(update=-1, drop=True).argmax("frequency")
    ratio = (outputs / kernel).isel(frequency=strongest)
    first, last = (float(ratio.isel(update=i).mean()) for i in (0, -1))
    return [
        "kernel and outputs become balanced in stages",
        SHARPENED,
        f"their difference of squares is conserved; at the strongest frequency the ratio goes from "
        f"{first:.3g} to {last:.4g}",
    ]


def _losses(result: xr.DataTree) -> list[Row]:
    rows = []
    for network in (CNN, FULLY_CONNECTED):
        foreseen = results.dataset(result, f"forecast/{network}/{DESCENT}")
        if "test_loss" not in foreseen:
            continue
        train, test = (foreseen[n].mean("trial") for n in ("train_loss", "test_loss"))
        last, best = float(test.isel(update=-1)), float(test.min())
        rows.append(
            [
                "the fully connected network overfits, the CNN does not",
                f"{CONSISTENT} within this run" if network == CNN and last < 1.01 * best else OPEN,
                f"{network}: test loss {last:.4g} at the end, {best:.4g} at best, train loss "
                f"{float(train.isel(update=-1)):.4g}, on {_data_of(result)}; longer: make study-cifar4",
            ]
        )
    return rows


def _data_of(result: xr.DataTree) -> str:
    said = json.loads(result["/setup"].attrs["data"])
    shape = results.array(result, "setup", "initial_kernel").sizes
    return f"{said['name']}, {said['samples']} images of {shape['y']} x {shape['x']}"
