"""How much of a wave's energy comes back from a step of the stiffness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.wave_rnn.waves.boundary import closing_contrast, jump_reflection
from validation import plots, results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OTHERS = (0.4, 2.0)  # wavenumbers whose laws are drawn beside that of the packets


def walls(result: xr.DataTree, ax: Axes | None = None) -> Axes:
    """Reflected share of the energy against the step of omega: the law, and packets run against it."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(figsize=(8.5, 5.4), layout="constrained")[1]
    seen = results.dataset(result, "observed/exhibits/walls")
    reflected = seen["reflected"]
    wave = float(seen.attrs["wavenumber"])
    steps = np.linspace(0, float(reflected["stiffness"].max()) * 1.05, 600)
    for number, k in enumerate((wave, *OTHERS)):
        share = np.abs(jump_reflection(0.0, steps, k)) ** 2
        colour = plots.COLOURS[1 + number]
        ax.plot(steps, share, color=colour, ls=plots.DASHES[number],
                label=f"law, wavelength {2 * np.pi / k:.3g} px")  # fmt: skip
        closing = float(closing_contrast(k))
        if closing < steps[-1]:
            ax.axvline(closing, color=colour, lw=0.8, ls=":")
    ax.plot(reflected["stiffness"], reflected, ls="", marker="o", ms=7, mfc="white", color=plots.COLOURS[1],
            label=f"packets, {2 * np.pi / wave:.3g} px")  # fmt: skip
    ax.set_xlabel(plots.label_of(reflected["stiffness"]))
    ax.set_ylabel(plots.label_of(reflected))
    ax.set_title("a soft wall, from ω = 0; dotted: closed from there on", fontsize="medium")
    ax.legend(fontsize="small", loc="center right")
    return ax
