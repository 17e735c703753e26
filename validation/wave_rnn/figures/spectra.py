"""Fourier amplitudes of the pixels' histories, as maps and averaged by class: Fig 4 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.wave_rnn.figures import naming, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AMPLITUDE = "mean Fourier amplitude of y"
ACROSS = 4  # maps in a row
HIGHEST = (
    1.0  # cycles per unit time: more than twice the highest of the start's kernel, sqrt(8)/(2 pi)
)


def spectra(result: xr.DataTree) -> Figure:
    """Left the lowest bins at every pixel of a test image; right a line a class for each network."""
    from matplotlib import pyplot

    seen = results.dataset(result, "observed/states/nwm").isel(wave_network=0)
    averaged = results.array(result, "observed/spectra", "class_spectrum")
    names = naming.networks(averaged.to_dataset())
    maps = seen["magnitude"].sizes["bin"]
    rows = -(-maps // ACROSS)
    figure = pyplot.figure(figsize=(16, 4.6 + 1.2 * (len(names) > 2)), layout="constrained")
    left, right = np.ravel(figure.subfigures(1, 2, squeeze=False, width_ratios=(1.15, 1)))
    cells = left.subplots(rows, ACROSS, squeeze=False).ravel()
    for ax in cells[maps:]:
        ax.axis("off")
    _maps(seen, list(cells[:maps]))
    left.suptitle(
        f"{naming.called(seen['wave_network'].item())}, one test image: amplitude at each pixel,\n"
        "each bin on its own scale",
        fontsize="medium",
    )
    columns = min(2, len(names))
    lines = right.subplots(-(-len(names) // columns), columns, squeeze=False, sharex=True).ravel()
    for ax in lines[len(names) :]:
        ax.axis("off")
    for ax, name in zip(lines, names, strict=False):
        by_class(averaged.sel(wave_network=name), ax)
    right.supylabel(AMPLITUDE, fontsize="medium")
    right.suptitle("mean over all pixels of a class, validation images", fontsize="medium")
    lines[0].legend(fontsize="x-small", ncols=2)
    figure.suptitle(naming.title(result, "Fourier spectra of the hidden states", one_seed=True))
    return figure


def _maps(seen: xr.Dataset, cells: list[Axes]) -> None:
    for number, ax in enumerate(cells):
        values = seen["magnitude"].isel(bin=number)
        drawn = panels.field(
            values.values, ax, f"bin {number}: {float(values['bin_frequency']):.2g}"
        )
        ax.figure.colorbar(drawn, ax=ax, shrink=0.6, aspect=12).ax.tick_params(labelsize="x-small")
    cells[-1].set_xlabel("titles: cycles per unit time", fontsize="x-small")


def by_class(spectrum: xr.DataArray, ax: Axes | None = None) -> Axes:
    """Draw the spectrum of each class, (label, frequency), on a logarithmic axis."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
        ax.set_ylabel(AMPLITUDE)
    for number, name in enumerate(spectrum["label"].values):
        if spectrum.sel(label=name).isnull().all():
            continue
        ax.semilogy(
            spectrum["frequency"],
            spectrum.sel(label=name),
            color=panels.class_colour(number) if number else "0.6",
            ls=plots.DASHES[number % len(plots.DASHES)],
            label=str(name),
        )
    ax.set_title(naming.called(spectrum["wave_network"].item()), fontsize="small")
    ax.set_xlabel(plots.label_of(spectrum["frequency"]))
    ax.set_xlim(0, min(HIGHEST, float(spectrum["frequency"].max())))
    return ax
