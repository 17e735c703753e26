"""Claims on generators: random latents, operators on latents, linearity."""

from __future__ import annotations

import numpy as np
import xarray as xr

from validation import results
from validation.latent_basis.normal_bins import normal_density
from validation.latent_basis.setting import Setting
from validation.latent_basis.verdicts.chance import SURELY
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, Row

SURE = 5.0  # standard errors, of many densities
ENTRIES = 25  # expected in a bin, at least: fewer have no normal scatter
MERGED = 4  # bins, as in the figure: what passes N(0, 1) does so over a width
STRAIGHT = 0.1  # deviation from the chord, in half of it, of what is linear from label to label
UNRELATED = np.sqrt(3)  # deviation from the chord of three images that have nothing in common
ERASED, APART = 1e-3, 0.1  # of the difference of inputs: what is none, what is some
RANK_ONE, PROPER = "rank one", "quarter turn, symmetric"


def bounded(result: xr.DataTree, setting: Setting) -> Row:
    """Densities of random latents of each label against N(0, 1), where bins hold enough."""
    from validation.latent_basis.looks import EDGES, RANDOM

    fine = results.array(result, "observed/densities", "random")
    seen = fine.coarsen(value=MERGED).mean()
    normal = xr.ones_like(seen["value"]) * normal_density(seen["value"].values)
    entries = RANDOM * setting.source.latent_size * results.array(result, "setup", "share")
    expected = normal * entries * MERGED * float(EDGES[1] - EDGES[0])
    beyond = ((seen / normal - 1) * np.sqrt(expected)).where(expected >= ENTRIES)
    most = float(beyond.max())
    refuted = most > SURE
    told = (
        f"they pass it by up to {most:.1f} standard errors; only their average over labels is N(0, 1)"
        if refuted
        else f"they pass it by no more than {most:.1f} standard errors, and {SURE:g} are asked"
    )
    claim = "densities of random latents of one label are bounded by N(0, 1)"
    return [claim, REFUTED if refuted else OPEN, told]


def rotation(result: xr.DataTree) -> Row:
    """What differs between outputs of the rank-one operator on one branch."""
    claim = "R rotates images from the first label to the last"
    left, proper = _left(result, "branch_diversity", RANK_ONE), _proper(result, "branch_diversity")
    if not np.isfinite(left):
        return [claim, OPEN, "fewer than two latents of the first label on a branch"]
    told = f"images of one branch differ by {left:.1e} of what their inputs do"
    if left < ERASED:
        return [claim, REFUTED, f"R has rank one and forgets its input: {told}{proper}"]
    return [claim, CONSISTENT if left >= APART else OPEN, f"{told}{proper}"]


def images_rotate(result: xr.DataTree) -> Row:
    """What differs between the pictures of all inputs, of both branches, at the stops of the film."""
    claim = "the images rotate from 0 to 9"
    left, branch = (_left(result, what, RANK_ONE) for what in ("diversity", "branch_diversity"))
    if not np.isfinite(left):
        return [claim, OPEN, "fewer than two latents of the first label"]
    rate = results.array(result, "observed/tours", "rate").sel(operator=RANK_ONE)
    told = (
        f"at the stops pictures of all inputs differ by {left:.1e} of what they did at the start"
        f"{_proper(result, 'diversity')}; {float(rate.mean()):.1%} have the stop's label"
    )
    if left < ERASED:
        return [claim, REFUTED, f"all inputs, of either branch, give one picture: {told}"]
    if branch < ERASED:
        return [claim, REFUTED, f"all inputs of a branch give one picture, two in all: {told}"]
    return [claim, CONSISTENT if left >= APART else OPEN, told]


def _left(result: xr.DataTree, what: str, operator: str) -> float:
    """Return the largest share of the inputs' difference that is left at a stop; nan if any is unknown."""
    tours = results.dataset(result, "observed/tours")
    left = tours[what].sel(operator=operator) / tours[f"start_{what}"]
    return float(left.max(skipna=False))


def _proper(result: xr.DataTree, what: str) -> str:
    tours = results.dataset(result, "observed/tours")
    kept = float((tours[what].sel(operator=PROPER) / tours[f"start_{what}"]).mean())
    return f", by a proper rotation {kept:.2f}" if np.isfinite(kept) else ""


def linearity(result: xr.DataTree) -> Row:
    """Deviation at the middle of two latents from the chord, against an untrained generator."""
    claim = "networks are effectively, locally linear"
    whole = results.dataset(result, "observed/linearity")
    seen = whole.mean(["seed", "network"])
    trained, untrained = (seen["overall"].sel(way=way).values for way in ("trained", "untrained"))
    known = bool(np.isfinite(untrained).all())
    told = _off_the_chord(seen, float(whole["distance"].min()), known)
    if trained[0] <= STRAIGHT:
        return [claim, REPRODUCED, f"{told}: linear from label to label"]
    if not known:
        return [claim, OPEN, f"{told}; no untrained generator at hand"]
    errors = further_than_untrained(whole["relative"])
    if (errors > SURELY).all():
        return [claim, REFUTED, f"{told}: {_smooth(seen)}linearity is not what training brings"]
    if (errors < -SURELY).all():
        return [claim, CONSISTENT, f"{told}: training brings the generator nearer to linear"]
    return [claim, OPEN, f"{told}: training makes no difference that holds at every distance"]


def further_than_untrained(relative: xr.DataArray) -> np.ndarray:
    """Return by how many standard errors a trained generator is further off, over pairs of labels.

    One for each distance.
    """
    apart = relative.sel(way="trained", drop=True) - relative.sel(way="untrained", drop=True)
    pairs = apart.mean(["seed", "network"]).stack(pair=["label", "target"])
    error = pairs.std("pair", ddof=1) / np.sqrt(pairs.sizes["pair"])
    return (pairs.mean("pair") / (error + np.finfo(float).tiny)).values


def _off_the_chord(seen: xr.Dataset, near: float, known: bool) -> str:
    """Return deviations and orders as words, those of the untrained generator where it is known."""
    trained, untrained = (seen["overall"].sel(way=way).values for way in ("trained", "untrained"))
    orders = [float(seen["order"].sel(way=way)) for way in ("trained", "untrained")]
    beside = [f"untrained {untrained[0]:.2f}, ", f" ({untrained[-1]:.3f})", f" ({orders[1]:.2f})"]
    first, last, order = beside if known else ["", "", ""]
    rises = f"; order {orders[0]:.2f} in the distance{order}" if np.isfinite(orders[0]) else ""
    return (
        f"between whole latents the middle is off the chord by {trained[0]:.2f} of half of it ({first}"
        f"unrelated images {UNRELATED:.2f}), at {near:g} of the distance by {trained[-1]:.3f}{last}{rises}"
    )


def _smooth(seen: xr.Dataset) -> str:
    """Return a word for a deviation that falls faster than the distance."""
    order = float(seen["order"].sel(way="trained"))
    return "smooth at close range, but " if order > 1.5 else ""
