"""Local wavelengths of the hidden states over training: Figs 9 and 10 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.wave_rnn.figures import naming
from validation.wave_rnn.setting import AFTER, START
from validation.wave_rnn.watching import EDGES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LONG = 8  # px, beyond which a wave counts as long
PANELS = 5  # networks at most
MOMENTS = 5  # updates at most whose distribution is drawn


def wavelengths(result: xr.DataTree) -> Figure:
    """How local wavelengths are spread, of each network, beside white noise; over training if watched."""
    from matplotlib import pyplot

    names = _shown(result)
    watched = naming.holds(result, "observed/watched")
    rows = 3 if watched else 1
    figure, axes = pyplot.subplots(
        rows,
        len(names),
        figsize=(max(3.6 * len(names), 6.5), 3.5 * rows + 0.9),
        layout="constrained",
        squeeze=False,
        sharey="row",
    )
    for column, name in zip(axes.T, names, strict=True):
        spread(result, name, column[0])
        if watched:
            over_training(result, name, column[1])
            against_loss(result, name, column[2])
    for ax in axes[:, 1:].ravel():
        ax.set_ylabel("")
    axes[0, 0].legend(fontsize="x-small")
    if watched:
        axes[1, 0].legend(fontsize="x-small")
    words = "local wavelengths of hidden states, 2π/k"
    figure.suptitle(naming.title(result, words))
    return figure


def _shown(result: xr.DataTree) -> list[str]:
    """Return the networks that are shown: of each model one, where none is trained."""
    names = naming.networks(results.dataset(result, "observed/wavelengths"))
    if not naming.is_trained(result):
        names = list({name.partition(" ")[0]: name for name in reversed(names)}.values())
    return names[:PANELS]


def spread(result: xr.DataTree, name: str, ax: Axes | None = None) -> Axes:
    """Draw the distribution of wavelengths of a network, mean over seeds, over training if watched."""
    ax = _axes(ax)
    shares = histograms(result, name)
    count = len(shares)
    for number, (words, values) in enumerate(shares.items()):
        shade = 0.8 * (1 - number / max(count - 1, 1))
        ax.stairs(values, EDGES, color=(shade, shade, shade) if number else plots.COLOURS[6],
                  lw=1.6, label=words)  # fmt: skip
    ax.stairs(
        -np.diff(noise_share(EDGES)), EDGES, color=plots.COLOURS[1], ls="--", label="white noise"
    )
    ax.set_xscale("log")
    plots.plain_logarithmic(ax.xaxis)
    ax.set_xlim(EDGES[0], EDGES[-1])
    ax.set_title(naming.called(name), fontsize="medium")
    ax.set_xlabel("wavelength (px)")
    ax.set_ylabel("share of pixels and times")
    return ax


def histograms(result: xr.DataTree, name: str) -> dict[str, np.ndarray]:
    """Return the distributions that are drawn of a network, by their names, start first."""
    found = results.dataset(result, "observed/wavelengths").sel(wave_network=name)
    mean = found["histogram"].mean("seed")
    shares = {"start": mean.sel(stage=START).values} if START in found["stage"].values else {}
    if naming.holds(result, "observed/watched"):
        watched = results.dataset(result, "observed/watched")["histogram"]
        later = watched.sel(wave_network=name).mean("seed")
        later = later.sel(update=later["update"] > 0)
        count = later.sizes["update"]
        chosen = np.unique(np.linspace(0, count - 1, min(MOMENTS, count)).round().astype(int))
        for number in chosen:
            here = later.isel(update=number)
            shares[f"update {int(here['update'])}"] = here.values
    elif AFTER in found["stage"].values:
        shares[AFTER] = mean.sel(stage=AFTER).values
    return shares


def noise_share(wavelength: np.ndarray) -> np.ndarray:
    """Return the share of white noise's local wavelengths above a given one, >= sqrt 2.

    Phases of neighbours are independent, so kx and ky are uniform on (-pi, pi): the share is the part
    of that square inside the circle of radius 2 pi/wavelength; pi/wavelength^2 from 2 px on.
    """
    length = np.asarray(wavelength, float)
    ratio = 2 / np.maximum(length, np.sqrt(2))  # of the circle's radius to half the side
    beyond = np.arccos(np.minimum(1, 1 / np.maximum(ratio, 1)))
    corners = ratio**2 * beyond - np.sqrt(np.maximum(ratio**2 - 1, 0))
    return np.pi * ratio**2 / 4 - corners


def over_training(result: xr.DataTree, name: str, ax: Axes | None = None) -> Axes:
    """Draw the share of long waves and the negative loss over the updates, a line a seed."""
    ax = _axes(ax)
    seen = results.dataset(result, "observed/watched").sel(wave_network=name)
    loss = _loss(result, name, seen)
    for number, seed in enumerate(seen["seed"].values):
        long = seen["above_8"].sel(seed=seed)
        first = number == 0
        ax.plot(seen["update"], long, "o-", color=plots.COLOURS[2], ms=4, alpha=0.8,
                label=f"share > {LONG} px" if first else None)  # fmt: skip
        ax.plot(seen["update"], -loss.sel(seed=seed), "s--", color=plots.COLOURS[1], ms=4, mfc="none",
                alpha=0.8, label="− validation loss (nat)" if first else None)  # fmt: skip
    ax.axhline(
        float(noise_share(np.array(LONG))), color="0.5", lw=0.8, ls=":", label="noise, share"
    )
    ax.set_xlabel("update")
    ax.set_ylabel("share, −loss (nat)")
    return ax


def against_loss(result: xr.DataTree, name: str, ax: Axes | None = None) -> Axes:
    """Draw the share of long waves against the negative loss; update 0 apart, with both correlations."""
    ax = _axes(ax)
    seen = results.dataset(result, "observed/watched").sel(wave_network=name)
    loss = _loss(result, name, seen)
    told = []
    for number, seed in enumerate(seen["seed"].values):
        x, y = -loss.sel(seed=seed).values, seen["above_8"].sel(seed=seed).values
        colour = plots.COLOURS[1 + number % 7]
        ax.plot(x[1:], y[1:], "o", color=colour, ms=4)
        ax.plot(x[:1], y[:1], "x", color=colour, ms=8, mew=2)
        told.append(f"seed {seed}: {correlation(x, y)}, without ×: {correlation(x[1:], y[1:])}")
    ax.set_title("\n".join(told[:PANELS]), fontsize="x-small")
    ax.set_xlabel("− validation loss (nat); ×: update 0")
    ax.set_ylabel(f"share of waves > {LONG} px")
    return ax


def correlation(x: np.ndarray, y: np.ndarray) -> str:
    """Return Pearson's r as it is read; none for fewer than three points, or where one does not vary."""
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 3 or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return "none"
    return f"r = {np.corrcoef(x[known], y[known])[0, 1]:+.2f}"


def _loss(result: xr.DataTree, name: str, seen: xr.Dataset) -> xr.DataArray:
    loss = results.dataset(result, "setup")["loss"].sel(network=name)
    return loss.sel(update=seen["update"])


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]
