"""What the step keeps: Q to rounding, H and H2 within a band that shrinks with the time step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from validation import plots, results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMES = ("linear_energy", "hamiltonian", "shadow_hamiltonian")


def invariants(result: xr.DataTree) -> Figure:
    """Q, H and H2 over time, for two time steps, each relative to its mean."""
    from matplotlib import pyplot

    seen = results.dataset(result, "observed/exhibits/invariants")
    figure, axes = pyplot.subplots(1, 3, figsize=(15.5, 4.8), layout="constrained")
    for ax, name in zip(axes, NAMES, strict=True):
        kept(seen[name], ax)
    figure.suptitle("what the undamped step keeps, from a random start of 16 × 16 pixels")
    return figure


def kept(energy: xr.DataArray, ax: Axes | None = None) -> Axes:
    """Draw the deviation of an energy from its mean, (time_step, time); its range in the legend."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    for number, step in enumerate(energy["time_step"].values):
        values = energy.sel(time_step=step)
        spread = float(values.max() - values.min())
        style = plots.line_style(1 + number) | {"lw": 0.9}
        ax.plot(energy["time"], values, **style, label=f"dt = {step:g}: range {spread:.2g}")
    name, _, rest = str(energy.attrs["long_name"]).partition(": ")
    ax.set_title(name, fontsize="medium")
    ax.set_ylabel(rest)
    ax.set_xlabel("time t = n dt")
    ax.margins(y=0.15)
    ax.legend(fontsize="small", loc="upper right")
    return ax
