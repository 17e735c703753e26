"""Claims that counting decides: parameters, bins of the time readouts, and what the overlaps add."""

from __future__ import annotations

import dataclasses

import numpy as np
import xarray as xr

from numerics.wave_rnn.networks.architecture import Architecture
from validation import results
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, Row
from validation.wave_rnn.paper_networks import printed_counts
from validation.wave_rnn.paper_tables import paper_table
from validation.wave_rnn.setting import Setting
from validation.wave_rnn.verdicts.chance import spread
from validation.wave_rnn.verdicts.material import check_of, command, has

PRINTED = 0.005  # of a score with two decimals: what rounding hides


def parameters(result: xr.DataTree, setting: Setting) -> Row:
    """Counts by the closed form against those that are printed."""
    counts = printed_counts()
    off = [c for c in counts if not c.agrees(c.architecture.parameters())]
    unused = {
        c.architecture.parameters() - c.architecture.parameters("used")
        for c in counts
        if c.architecture.is_recurrent and c.architecture.readout != "linear"
    }
    here = [a.parameters() for a in setting.architectures.values()]
    told = f"{len(counts) - len(off)} of {len(counts)} agree"
    if off:
        told += f", not {', '.join(f'{c.network} ({c.printed})' for c in off)}"
    return [
        "parameter counts of Tables 1, 2 and 4",
        REFUTED if off else REPRODUCED,
        f"closed form against print: {told}; in last, max, mean and fft "
        f"{' or '.join(map(str, sorted(unused)))} of them are a matrix over time that is never used; "
        f"networks of this run have {min(here)} to {max(here)}",
    ]


def bins(result: xr.DataTree, setting: Setting) -> Row:
    """The number of time bins that the printed counts of parameters allow."""
    counts = [
        c for c in printed_counts() if c.architecture.is_recurrent and _reads_bins(c.architecture)
    ]
    fewer, release = (
        all(c.agrees(_with_bins(c.architecture, c.architecture.steps // 2 + more)) for c in counts)
        for more in (0, 1)
    )
    word = OPEN if fewer == release else REFUTED if release else REPRODUCED
    said = {True: "all", False: "not all"}
    told = (
        f"with T/2 bins {said[fewer]}, with T/2 + 1 {said[release]} of the {len(counts)} printed counts that "
        "depend on it come out"
    )
    here = {(a.time_bins, a.steps) for a in setting.architectures.values() if a.is_recurrent}
    if here:
        told += f"; here K = {', '.join(f'{k} at T = {t}' for k, t in sorted(here))}"
    return ["readouts of T = 100 steps have 50 bins", word, told]


def _reads_bins(architecture: Architecture) -> bool:
    return architecture.readout in ("fft", "linear")


def _with_bins(architecture: Architecture, count: int) -> int:
    """Return the parameters of a network whose readout had so many bins."""
    return dataclasses.replace(architecture, frequencies=count).parameters()


def overlaps(result: xr.DataTree, setting: Setting) -> Row:
    """IoU and FG-IoU of the release, and the printed means, against what the accuracies say of them.

    Of each image they are a/(2 - a), W21. This is convex: over images, and over seeds, the mean lies from
    a/(2 - a) at the mean a up to it.
    """
    claim = "IoU and FG-IoU judge beside the accuracies"
    verdict, off = check_of(result, "W21")
    if verdict not in ("holds", "fails"):
        return [claim, OPEN, f"it takes W21: {command(setting, '')}".rstrip()]
    inside, printed = printed_inside()
    told = (
        f"of one image IoU is a/(2 - a) but for {off:.1g}; {inside} of {printed} printed means are where it "
        "then has to be, from a/(2 - a) to a"
    )
    if has(result, "scores"):
        scores = results.dataset(result, "observed/scores")
        told += (
            f"; over classes, with false positives, IoU is {spread(scores['class_overlap'])} here where "
            f"theirs is {spread(scores['overlap'])}"
        )
    if verdict == "fails":
        return [claim, OPEN, f"{told}: the law of one image fails, W21"]
    if inside < printed:
        return [claim, CONSISTENT, f"{told}: not all follow from the accuracies"]
    return [claim, REFUTED, f"{told}: they follow from the accuracies"]


def printed_inside() -> tuple[int, int]:
    """Return how many printed means of overlaps follow from those of accuracies, and how many there are."""
    inside = printed = 0
    for number, accuracy, overlap in (
        (1, "FG-Acc", "FG-IoU"),
        (2, "FG-Acc", "FG-IoU"),
        (3, "Acc", "IoU"),
        (4, "Acc", "IoU"),
    ):
        table = paper_table(number).sel(statistic="mean")
        a, iou = table[accuracy], table[overlap]
        low, high = (a - PRINTED).clip(min=0), a + PRINTED
        fits = (low / (2 - low) - PRINTED <= iou) & (iou <= high + PRINTED)
        there = np.isfinite(a) & np.isfinite(iou)
        inside, printed = inside + int((fits & there).sum()), printed + int(there.sum())
    return inside, printed
