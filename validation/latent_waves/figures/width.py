"""How wide the ring is, and what sampling alone makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from validation import plots, results
from validation.latent_waves.figures import plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# where the law holds: groups of equal power are wider below, it is not linear above
LEAST, LARGEST_SHARE = 8, 0.15


def width(result: xr.DataTree) -> Figure | None:
    """G(j) of half B, and by the law of sampling; None where the film is too short to be pooled."""
    from matplotlib import pyplot

    law = results.array(result, "forecast/width", "width")
    if not law.size:
        return None
    measured = results.array(result, "observed/half_b", "width").sel(frame=law["frame"])
    valid = holds(result, law)
    figure, ax = pyplot.subplots(figsize=(7, 5.5), layout="constrained")
    _law(result, law, valid, ax)
    said = "half B, from the ranks of half A's Hann spectrum"
    ax.plot(law["frame"], measured, "o-", mfc="white", color="black", lw=0.8, label=said)
    ax.set(xscale="log", yscale="log", xlabel="frame j", ylabel=plots.label_of(law))
    plots.plain_logarithmic(ax.xaxis, ax.yaxis)
    plots.legend_below(ax, 1)
    title = "the width of the ring, and what sampling makes of it"
    if valid.any():
        ratio = float((measured / law).where(valid).median())
        title = f"where its law holds, the ring is {ratio:.3g} times as wide as sampling makes it"
    ax.set_title(f"{result.attrs['case']}: {title}", fontsize="medium")
    return figure


def holds(result: xr.DataTree, law: xr.DataArray) -> xr.DataArray:
    """Return the frames at which the law of the width is one: its ring inside the plane, too."""
    frames = law["frame"]
    inside = plane.law_radius(result)[frames.values] < max(plane.image_shape(result)) / 2
    return (law > LEAST) & (law < LARGEST_SHARE * frames) & inside


def _law(result: xr.DataTree, law: xr.DataArray, valid: xr.DataArray, ax: Axes) -> None:
    """Draw the law, broad where it holds."""
    slope = float(results.dataset(result, "forecast")["slope"])
    images = int(results.dataset(result, "setup").attrs["images"])
    said = rf"law $4\pi j^2/(\alpha^2 m)$, α = {slope:.3g}, m = {images}"
    ax.plot(law["frame"], law, color=plots.COLOURS[1], label=said)
    if valid.any():
        said = f"where it holds: {LEAST} < G < {LARGEST_SHARE} j, R(j) inside the plane"
        broad: dict[str, Any] = {"color": plots.COLOURS[1], "lw": 5, "alpha": 0.35, "label": said}
        ax.plot(law["frame"].where(valid), law.where(valid), **broad)
