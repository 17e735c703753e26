"""What the paper says of autoencoders and what a run found: sharpened, reproduced, refuted, or open.

Worked out from the run's own tree, as `validation.verdicts` has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.autoencoder_waves.check_table import SURE
from validation.autoencoder_waves.findings import frames_missed
from validation.autoencoder_waves.forecasting import TRANSITION
from validation.autoencoder_waves.trends import Trend, deciding, judged, standard_error, trend
from validation.ladder import UNEXPLAINED
from validation.verdicts import (
    CONSISTENT,
    OPEN,
    REFUTED,
    REPRODUCED,
    SHARPENED,
    Row,
    verdict_table,
)

SHALLOW, DEEP = (3, 4), (5, 6)
ONE_TRIAL = "one trial has no spread: take --trials 5"
FEW = 4  # bottlenecks that are all told
LEARNT = 0.5  # of the variance of the images: what the median network may leave


def table(result: xr.DataTree) -> dict[str, Any]:
    """Return verdicts as a table of the report."""
    return verdict_table(
        [
            _follows(result),
            _optimum(result),
            _smaller(result),
            _bottleneck_bounds(result),
            _fewer_layers(result),
        ]
    )


def _follows(result: xr.DataTree) -> Row:
    """Frames are kept up to a transition frame; weights and half of the images say up to which."""
    claim = "an autoencoder follows the film up to a transition frame"
    seen = results.dataset(result, "observed/networks")
    left = float(seen["loss"].median()) / float(result["/setup"].attrs["variance"])
    if left > LEARNT:
        return [claim, OPEN, f"networks leave {left:.0%} of the variance of the images: too little"]
    missed = frames_missed(
        results.dataset(result, "forecast"), results.dataset(result, "observed/half_b")
    )
    off = results.ladder(result, TRANSITION).largest(UNEXPLAINED)
    beyond = int((seen["transition_capture"] > seen["rank"]).sum())
    before = _captured_before(seen)
    verdict = SHARPENED if missed <= SURE and beyond == 0 else REPRODUCED
    return [
        claim,
        verdict if before > 0.5 else REFUTED,
        f"T_capture is {_range(seen['transition_capture'])}, above the rank in {beyond} of "
        f"{seen['rank'].size} networks; from half of the images that of the other half is forecast "
        f"within {off:.3g} frames, or {missed:.3g} uncertainties, root mean square; of what the "
        f"reconstructions can hold {before:.0%} are frames before it, in the median network",
    ]


def _captured_before(seen: xr.Dataset) -> float:
    """Return the share of the rank that lies in frames before T_capture, of the median network."""
    before = seen["capture"].where(seen["frame"] < seen["transition_capture"], 0.0).sum("frame")
    return float((before / seen["rank"]).median())


def _optimum(result: xr.DataTree) -> Row:
    """The optimum of the linear network: T is d, with bias d or d + 1."""
    claim = "the transition frame is that of the bottleneck, for linear networks"
    said = results.dataset(result, "forecast")
    past = (said["optimal_transition_capture"] - said["bottleneck"]).dropna("bottleneck")
    if not past.size:
        return [claim, OPEN, "no bottleneck is below the rank of the images"]
    verdict = SHARPENED if bool(past.isin([0, 1]).all()) else REFUTED
    return [
        claim,
        verdict,
        f"at the optimum with bias the rank is d + 1 and T_capture - d is {_range(past)}; without bias "
        "both are d (LW25)",
    ]


def _smaller(result: xr.DataTree) -> Row:
    """T as the paper defines it against the bottleneck, depth by depth, beyond the spread of trials."""
    claim = "the smaller the bottleneck, the smaller the transition frame"
    seen = results.dataset(result, "observed/networks").sortby("bottleneck")
    if seen.sizes["bottleneck"] < 2:
        return [claim, OPEN, "one bottleneck only"]
    shown = seen if seen.sizes["bottleneck"] <= FEW else seen.isel(bottleneck=[0, -1])
    of_depths = "; ".join(
        f"depth {depth}: {_listed(_means(shown, 'transition').sel(depth=depth))}"
        for depth in seen["depth"].values
    )
    said = f"T (15 %) at d = {_listed(shown['bottleneck'])}: {of_depths}"
    if seen.sizes["trial"] < 2:
        return [claim, OPEN, f"{said}; {ONE_TRIAL}"]
    errors = standard_error(seen["transition"])
    found = [
        trend(
            _means(seen, "transition").sel(depth=depth).values,
            np.full(seen.sizes["bottleneck"], float(errors.sel(depth=depth))),
        )
        for depth in seen["depth"].values
    ]
    beyond = deciding(seen["transition"])
    return [claim, judged(found, beyond), f"{said}; {_in_errors(found, beyond)}"]


def _fewer_layers(result: xr.DataTree) -> Row:
    """The largest T over all bottlenecks, depth by depth, beyond the spread of trials."""
    claim = "fewer layers reach a larger transition frame"
    seen = results.dataset(result, "observed/networks").sortby("depth", ascending=False)
    if seen.sizes["depth"] < 2:
        return [claim, OPEN, "one depth only"]
    best = _means(seen, "transition").max("bottleneck")
    captured = _means(seen, "transition_capture").max("bottleneck")
    said = (
        f"depths {_listed(seen['depth'])}: T (15 %) at best {_listed(best)}; beside it, T_capture at best "
        f"{_listed(captured)}"
    )
    if seen.sizes["trial"] < 2:
        return [claim, OPEN, f"{said}; {ONE_TRIAL}"]
    found = [trend(best.values, standard_error(seen["transition"]).values)]
    beyond = deciding(seen["transition"])
    return [claim, judged(found, beyond), f"{said}; {_in_errors(found, beyond)}"]


def _means(seen: xr.Dataset, name: str) -> xr.DataArray:
    return seen[name].mean("trial")


def _in_errors(found: list[Trend], beyond: float) -> str:
    """Return the numbers that decide: falls against the claim, and the least rise from end to end."""
    return (
        f"against it at most {max(t.fall for t in found):.3g}, for it from end to end at least "
        f"{min(t.rise for t in found):.3g} standard errors of a difference of means; {beyond:.3g} decide"
    )


def _bottleneck_bounds(result: xr.DataTree) -> Row:
    """T_capture against d + 1: at depths 3 and 4 a bound, at 5 and 6 none."""
    claim = "the bottleneck decides up to which frame a network can follow"
    seen = results.dataset(result, "observed/networks")
    past = seen["transition_capture"] - seen["bottleneck"] - 1
    groups = {
        name: past.sel(depth=[d for d in depths if d in past["depth"]])
        for name, depths in (("3 and 4", SHALLOW), ("5 and 6", DEEP))
    }
    said = "; ".join(
        f"depths {name}: T_capture - (d + 1) is {_range(group)}"
        for name, group in groups.items()
        if group.size
    )
    deep = groups["5 and 6"]
    if not deep.size:
        return [claim, OPEN, said or "neither depth was run"]
    return [claim, REFUTED if float(deep.max()) > 0 else CONSISTENT, said]


def _listed(values: xr.DataArray) -> str:
    return ", ".join(f"{value:.3g}" for value in values.values)


def _range(values: xr.DataArray) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
