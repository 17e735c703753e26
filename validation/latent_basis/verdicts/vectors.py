"""Claims on class means and basis vectors: what they decode to, and how many carry labels."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.stats import chi2

from numerics.latent_basis.leverage import DEVIATIONS
from validation import results
from validation.latent_basis.decoding import RAW, RESCALED
from validation.latent_basis.preparing import QR
from validation.latent_basis.setting import Setting
from validation.latent_basis.verdicts.chance import rate_of_guesses, spread, too_many
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, SHARPENED, Row

MOST = 0.95  # of vectors, that "all" or "each" may mean


def averages(result: xr.DataTree) -> Row:
    """Means of latents of one label, raw and brought to the length of a latent."""
    matches = results.array(result, "observed/decoded", "matches")
    raw, rescaled = (float(matches.sel(way=way).mean()) for way in (RAW, RESCALED))
    return [
        "averages of latents of one label decode to that label",
        REPRODUCED if raw >= MOST else REFUTED,
        f"{raw:.1%} of the means do, as they are; brought to the length of a latent {rescaled:.1%}",
    ]


def span(result: xr.DataTree, setting: Setting) -> Row:
    """A = sum |xi><xi| is C times the identity for every full orthogonal set."""
    full = setting.vectors == setting.source.latent_size
    return [
        "the quasi-eigenvectors span the whole latent space",
        CONSISTENT if full else OPEN,
        "so do any M independent vectors: A = C 1 exactly (LB07), of which every vector is an eigenvector"
        if full
        else f"{setting.vectors} vectors, M = {setting.source.latent_size}",
    ]


def features(result: xr.DataTree, setting: Setting) -> Row:
    """Vectors of later sets that decode to their label, against guesses.

    The third set still leans on the means by the overlap law; it is left out where a fourth is whole.
    """
    claim = "each direction corresponds to a feature"
    decoded = results.dataset(result, "observed/decoded").sel(way=QR)
    later = slice((3 if setting.vectors >= 4 * setting.labels else 2) * setting.labels, None)
    rows = decoded["matches"].isel(vector=later)
    # networks of a seed share the random means: they are no further guesses
    guesses = rows.sizes["vector"] * rows.sizes["seed"]
    if not guesses or rate_of_guesses(setting.labels, guesses) >= MOST:
        return [claim, OPEN, "too few vectors beyond the second set to tell features from guesses"]
    found, by_chance = float(rows.mean()), rate_of_guesses(setting.labels, guesses)
    sets = [slice(None, setting.labels), slice(setting.labels, 2 * setting.labels), later]
    shown, sure = (
        [float(decoded[name].isel(vector=rows).mean()) for rows in sets]
        for name in ("matches", "confidence")
    )
    word, told = _of_guesses(found, by_chance)
    return [
        claim,
        word,
        f"{shown[0]:.0%} and {shown[1]:.0%} of the first two sets show their label, {found:.0%} of those "
        f"from set {later.start // setting.labels + 1} on: {told}, at most {by_chance:.0%} of "
        f"{guesses}; confidence {', '.join(f'{value:.2f}' for value in sure)}",
    ]


def _of_guesses(found: float, by_chance: float) -> tuple[str, str]:
    """Return verdict and words for a share of vectors that show their label."""
    if found >= MOST:
        return CONSISTENT, "more than guesses do"
    if found <= by_chance:
        return REFUTED, "no more than guesses do"
    return OPEN, "some, more than guesses do"


def twenty(result: xr.DataTree, setting: Setting) -> Row:
    """Directions above the floor of noise against the bound 2 l - 1."""
    bound, two = 2 * setting.labels - 1, 2 * setting.labels
    claim = f"about {two} directions give images of their label"
    if setting.vectors <= bound:
        return [claim, OPEN, f"{setting.vectors} vectors cannot show that there are no more"]
    signal = results.array(result, "observed/residuals", "signal").sum("vector")
    matches = results.array(result, "observed/decoded", "matches").sel(way=QR).sum("vector")
    # the networks of a seed share random means: the worst counts, and all their chances
    beyond = int((signal - bound).max("network").clip(min=0).sum())
    expected = signal.size * false_alarms(setting)
    word, told = _of_directions(beyond, expected, bound)
    return [
        claim,
        word,
        f"{told}; {spread(signal)} are above the floor of noise ({expected:.1g} false alarms expected), "
        f"{spread(matches)} show their label",
    ]


def _of_directions(beyond: int, expected: float, bound: int) -> tuple[str, str]:
    """Return verdict and words for directions beyond the bound, where false alarms are expected."""
    if not beyond:
        can = f"at most 2 l - 1 = {bound} directions can carry labels"
        return SHARPENED, f"{can}, whatever the number of sets"
    if too_many(beyond, expected):
        return REFUTED, f"2 l - 1 = {bound} is no bound"
    return OPEN, f"more than 2 l - 1 = {bound}, but no more than may be false alarms"


def false_alarms(setting: Setting) -> float:
    """Return how many vectors beyond 2 l - 1 noise alone lifts above the floor's band, chi^2."""
    freedom = setting.source.latent_size - np.arange(2 * setting.labels - 1, setting.vectors)
    band = 1 + DEVIATIONS * np.sqrt(2 / freedom)
    return float(chi2.sf(freedom * band, freedom).sum())
