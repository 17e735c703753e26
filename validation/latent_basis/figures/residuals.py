"""How much of each mean is new: Gram matrices, Fig 4c and d of the paper, and what Gram-Schmidt leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import stats

from numerics.latent_basis.basis import basis_of
from validation import plots, results
from validation.latent_basis.figures.columns import first_seed, label_names, networks, title
from validation.latent_basis.preparing import QR, class_means_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARE = 0.954  # of the simulated residuals that the band holds: two standard deviations of a normal


def residuals(result: xr.DataTree) -> Figure:
    """Cosines of means and of vectors two by two; R_kk^2 with closed law, simulated law and its band."""
    from matplotlib import pyplot

    names = networks(result)
    figure, axes = pyplot.subplots(
        len(names),
        3,
        figsize=(15, 4.5 * len(names) + 0.6),
        layout="constrained",
        squeeze=False,
        width_ratios=(1, 1, 1.5),
    )
    for row, name in zip(axes, names, strict=True):
        means = class_means_of(first_seed(result, "setup").sel(network=name))
        vectors = basis_of(means, QR).vectors
        drawn = _gram(cosines(means.means), "means η", row[0])
        _gram(cosines(vectors), "vectors ξ", row[1])
        off = abs(cosines(vectors) - np.eye(len(vectors))).max()
        row[1].set_title(f"vectors ξ: largest beside the diagonal {off:.0e}", fontsize="medium")
        row[0].set_ylabel(f"{name}\nvector k")
        _residuals(result, name, row[2])
    figure.colorbar(drawn, ax=axes[:, :2], label="cosine", shrink=0.6, location="left")
    handles, labels = axes[0, 2].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower right", ncols=3, frameon=False)
    figure.suptitle(title(result, "means, vectors, and what is new in each mean", one_seed=True))
    return figure


def cosines(rows: np.ndarray) -> np.ndarray:
    """Return the cosines of all pairs of rows."""
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return units @ units.T


def _gram(values: np.ndarray, words: str, ax: Axes):
    drawn = ax.imshow(values, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    ax.set_title(words, fontsize="medium")
    ax.set_xlabel("vector k")
    return drawn


def band(mean: np.ndarray, deviation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends between which `SHARE` of squared residuals lie.

    Of the gamma distribution with this mean and deviation, which the scaled chi^2 of noise is one of:
    it is positive where mean less two deviations is not.
    """
    shape, scale = np.square(mean / deviation), np.square(deviation) / mean
    low, high = (stats.gamma.ppf(q, shape, scale=scale) for q in ((1 - SHARE) / 2, (1 + SHARE) / 2))
    return low, high


def _residuals(result: xr.DataTree, name: str, ax: Axes) -> None:
    said = first_seed(result, "forecast").sel(network=name)
    found = first_seed(result, "observed/residuals").sel(network=name)
    squares = found["squares"]
    k, labels = squares["vector"].values, len(label_names(result))
    # no law is needed for the encoder's set: its residuals are those of the set-up
    random = slice(labels, None)
    mean, deviation = (
        said[f"residual_{part}"].values[random] for part in ("corrected", "deviation")
    )
    ax.fill_between(
        k[random],
        *band(mean, deviation),
        color=plots.COLOURS[5],
        alpha=0.35,
        lw=0,
        label=f"{SHARE:.0%} of simulated",
    )
    ax.plot(k[random], mean, color=plots.COLOURS[1], lw=1.8, label="simulated law")
    closed = said["residual_closed"].values[random]
    ax.plot(k[random], closed, color=plots.COLOURS[2], ls="--", lw=1.5, label="closed law")
    signal = found["signal"].values == 1
    for chosen, face, words in ((signal, "black", "measured, signal"), (~signal, "white", "noise")):
        ax.plot(k[chosen], squares.values[chosen], "o", ms=4, color="black", mfc=face, label=words)
    # the last means have one or two degrees of freedom: their band reaches down to nothing
    ax.set_yscale("log")
    ax.set_ylim(bottom=min(squares.min(), *mean) / 10)
    for place, words in ((labels, "l"), (2 * labels - 1, "2l − 1")):
        if place < len(k):
            ax.axvline(place, color="0.5", lw=0.9, ls=":")
            ax.text(
                place, 0.97, f" {words}", transform=ax.get_xaxis_transform(), va="top", color="0.3"
            )
    ax.set(xlabel="vector k, counted from 0", ylabel="squared residual $|R_{kk}|^2$")
    ax.set_title(_beyond(result, name, labels), fontsize="medium")


def _beyond(result: xr.DataTree, name: str, labels: int) -> str:
    """Return how the sum of residuals beyond the second set compares with the simulated one."""
    found = results.array(result, "observed/residuals", "squares").sel(network=name)
    said = results.array(result, "forecast", "residual_corrected").sel(network=name)
    if found.sizes["vector"] <= 2 * labels:
        return "what Gram-Schmidt leaves of each mean"
    beyond = slice(2 * labels, None)
    ratio = found.isel(vector=beyond).sum("vector") / said.isel(vector=beyond).sum("vector")
    shown = ", ".join(f"{value:.3f}" for value in ratio.values)
    return f"sum over k ≥ {2 * labels}, measured over simulated: {shown}"
