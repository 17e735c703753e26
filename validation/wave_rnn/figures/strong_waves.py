"""Strong waves are slower: the balances of travelling and standing waves, and the stepped network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.wave_rnn.waves.amplitude import standing_frequency, travelling_frequency
from validation import plots, results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LAWS = {"travelling": travelling_frequency, "standing": standing_frequency}


def strong_waves(result: xr.DataTree) -> Figure:
    """Omega against the strength of the wave, and how far the balance is off."""
    from matplotlib import pyplot

    seen = results.dataset(result, "observed/exhibits/strong waves")
    figure, axes = pyplot.subplots(1, 2, figsize=(13.5, 5), layout="constrained")
    frequencies(seen, axes[0])
    errors(seen, axes[1])
    figure.suptitle(
        f"waves of {2 * np.pi / seen.attrs['wavenumber']:.3g} px under the tanh, "
        f"ω = {seen.attrs['stiffness']:g}"
    )
    return figure


def balance(seen: xr.Dataset, way: str, strength: np.ndarray) -> np.ndarray:
    """Return Omega by the first harmonic's balance."""
    k = float(seen.attrs["wavenumber"])
    force = 2 - 2 * np.cos(k)
    return LAWS[way](strength / force, k, 0.0, float(seen.attrs["stiffness"]))


def frequencies(seen: xr.Dataset, ax: Axes | None = None) -> Axes:
    """Draw the law of both kinds of wave, and what the network does."""
    ax = _axes(ax)
    strength = np.linspace(0, float(seen["strength"].max()) * 1.05, 100)
    for number, way in enumerate(LAWS):
        style = plots.line_style(1 + number)
        ax.plot(strength, balance(seen, way, strength), **style, label=f"{way}: balance")
        ax.plot(seen["strength"], seen["frequency"].sel(way=way), ls="", marker=plots.MARKERS[number],
                color=style["color"], mfc="white", label=f"{way}: network")  # fmt: skip
    weak = float(balance(seen, "standing", np.array([0.0]))[0])
    ax.axhline(weak, color="0.5", lw=0.8, ls=":", label="without tanh")
    ax.set_xlabel(plots.label_of(seen["strength"]))
    ax.set_ylabel(plots.label_of(seen["frequency"]))
    ax.legend(fontsize="small")
    return ax


def errors(seen: xr.Dataset, ax: Axes | None = None) -> Axes:
    """Draw how far the balances are from the network, relative; both axes logarithmic."""
    ax = _axes(ax)
    strength = seen["strength"].values
    for number, way in enumerate(LAWS):
        off = np.abs(balance(seen, way, strength) / seen["frequency"].sel(way=way).values - 1)
        ax.loglog(strength, off, **plots.line_style(1 + number), marker=plots.MARKERS[number],
                  mfc="white", label=way)  # fmt: skip
    ax.set_xlabel(plots.label_of(seen["strength"]))
    ax.set_ylabel("|balance / network − 1|")
    ax.legend(fontsize="small")
    return ax


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]
