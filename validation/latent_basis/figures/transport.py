"""How often latents that are taken from label to label arrive, pair by pair and operator by operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import results
from validation.latent_basis.figures.columns import label_names, networks, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def transport(result: xr.DataTree) -> Figure:
    """A heat map an operator: from a label (down) to another (across), the mean over seeds."""
    from matplotlib import pyplot

    rate = results.array(result, "observed/transport", "rate").mean("seed")
    said = results.array(result, "forecast", "transport_decoded").mean("seed")
    names, operators = networks(result), [str(name) for name in rate["operator"].values]
    figure, axes = pyplot.subplots(
        len(names),
        len(operators),
        figsize=(15.5, 3.5 * len(names) + 0.9),
        layout="constrained",
        squeeze=False,
    )
    for row, name in zip(axes, names, strict=True):
        for ax, operator in zip(row, operators, strict=True):
            here = {"network": name, "operator": operator}
            drawn = _map(rate.sel(here), label_names(result), ax)
            found, forecast = float(rate.sel(here).mean()), float(said.sel(here))
            ax.set_title(f"{operator}\n{found:.1%}, forecast {forecast:.1%}", fontsize="small")
        row[0].set_ylabel(f"{name}\nfrom label")
    for ax in axes[-1]:
        ax.set_xlabel("to label")
    figure.colorbar(drawn, ax=axes, label="share that decode to the target", pad=0.01)
    figure.suptitle(title(result, "test encodings taken from label to label"))
    return figure


def _map(rate: xr.DataArray, labels: list[str], ax: Axes):
    drawn = ax.imshow(rate.transpose("label", "target").values, cmap="cividis", vmin=0, vmax=1)
    places = np.arange(len(labels))
    ax.set_xticks(places, labels, rotation=60 if max(map(len, labels)) > 3 else 0, fontsize="small")
    ax.set_yticks(places, labels, fontsize="small")
    return drawn
