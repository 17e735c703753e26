"""What the paper says of autoencoders and what a run found: sharpened, reproduced, refuted, or open.

Worked out from the run's own tree, as `validation.verdicts` has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.autoencoder_waves.forecasting import TRANSITION
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
    """Frames are kept up to a transition frame; weights say up to which they can be."""
    claim = "an autoencoder follows the film up to a transition frame"
    seen = results.dataset(result, "observed/networks")
    left = float(seen["loss"].median()) / float(result["/setup"].attrs["variance"])
    if left > LEARNT:
        return [claim, OPEN, f"networks leave {left:.0%} of the variance of the images: too little"]
    missed = results.ladder(result, TRANSITION).largest(UNEXPLAINED)
    beyond = int((seen["transition_capture"] > seen["rank"]).sum())
    before = _captured_before(seen)
    verdict = SHARPENED if missed == 0 and beyond == 0 else REPRODUCED
    return [
        claim,
        verdict if before > 0.5 else REFUTED,
        f"T_capture is {_range(seen['transition_capture'])}, forecast from the weights within "
        f"{missed:.3g} frames; above the rank in {beyond} of {seen['rank'].size} networks; of what the "
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
    """T as the paper defines it, mean of trials, against the bottleneck, depth by depth."""
    claim = "the smaller the bottleneck, the smaller the transition frame"
    seen = results.dataset(result, "observed/networks").sortby("bottleneck")
    if seen.sizes["bottleneck"] < 2:
        return [claim, OPEN, "one bottleneck only"]
    falling = {
        name: _falling_depths(seen[name].mean("trial"))
        for name in ("transition", "transition_capture")
    }
    said = "; ".join(
        f"{label} falls somewhere with growing d at "
        + (f"depth {', '.join(map(str, falling[name]))}" if falling[name] else "no depth")
        for name, label in (("transition", "T"), ("transition_capture", "T_capture"))
    )
    return [claim, REFUTED if any(falling.values()) else CONSISTENT, said]


def _falling_depths(transition: xr.DataArray) -> list[int]:
    """Return the depths at which some wider bottleneck has an earlier transition frame."""
    steps = transition.diff("bottleneck")
    return [int(d) for d in steps["depth"] if float(steps.sel(depth=d).min()) < 0]


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


def _fewer_layers(result: xr.DataTree) -> Row:
    """The largest T over all bottlenecks, depth by depth."""
    claim = "fewer layers reach a larger transition frame"
    seen = results.dataset(result, "observed/networks").sortby("depth")
    if seen.sizes["depth"] < 2:
        return [claim, OPEN, "one depth only"]
    largest = {
        name: seen[name].mean("trial").max("bottleneck").values
        for name in ("transition", "transition_capture")
    }
    depths = ", ".join(map(str, seen["depth"].values))
    said = "; ".join(
        f"{label} at best {', '.join(f'{v:.3g}' for v in largest[name])}"
        for name, label in (("transition", "T"), ("transition_capture", "T_capture"))
    )
    falls = bool(np.all(np.diff(largest["transition"]) <= 0))
    return [claim, CONSISTENT if falls else REFUTED, f"depths {depths}: {said}"]


def _range(values: xr.DataArray) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
