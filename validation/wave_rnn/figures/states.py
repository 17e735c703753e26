"""Hidden states over time, with image, stiffness, prediction and mask: Figs 3, 5, 13 and 14 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from validation import plots, results
from validation.wave_rnn.figures import naming, panels
from validation.wave_rnn.pictures import stride

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def wave_states(result: xr.DataTree) -> Figure:
    """All shown wave networks on one image, a row each."""
    return _of_model(result, "nwm")


def lstm_states(result: xr.DataTree) -> Figure:
    """All shown ConvLSTMs on one image, a row each."""
    return _of_model(result, "conv_lstm")


def gallery(result: xr.DataTree) -> Figure:
    """The first wave network on several images, a row each."""
    seen = results.dataset(result, "observed/gallery")
    shown = results.dataset(result, "observed/pictures")
    name = str(results.dataset(result, "observed/states/nwm")["wave_network"].values[0])
    rows = []
    for place in range(seen.sizes["picture"]):
        here, beside = seen.isel(picture=place), shown.isel(picture=place)
        rows.append(Row("", beside, here, _read(beside, name)))
    words = f"hidden states of {naming.called(name)} on {len(rows)} test images"
    return _drawn(result, rows, words)


class Row(NamedTuple):
    """What a row shows.

    Parameters
    ----------
    name : str
    shown : xr.Dataset
        `image` and `mask`.
    seen : xr.Dataset
        `state` (frame, y, x) with `shown_step`; `stiffness`, where there is one.
    read : ndarray, (y, x), or None
        The prediction.
    """

    name: str
    shown: xr.Dataset
    seen: xr.Dataset
    read: np.ndarray | None


def _of_model(result: xr.DataTree, model: str) -> Figure:
    seen = results.dataset(result, f"observed/states/{model}")
    shown = results.dataset(result, "observed/pictures").isel(picture=0)
    seen = seen.isel(frame=slice(None, None, stride(seen.sizes["frame"])))
    rows = [
        Row(naming.called(name), shown, seen.sel(wave_network=name), _read(shown, name))
        for name in naming.networks(seen)
    ]
    trained = "" if naming.is_trained(result) else ", before any training"
    return _drawn(result, rows, f"hidden states on a test image{trained}")


def _read(shown: xr.Dataset, name: str) -> np.ndarray | None:
    return shown["prediction"].sel(network=name).values if "prediction" in shown else None


def _drawn(result: xr.DataTree, rows: list[Row], words: str) -> Figure:
    from matplotlib import pyplot

    steps = rows[0].seen["shown_step"].values
    stiff, read = "stiffness" in rows[0].seen, rows[0].read is not None
    columns = 1 + stiff + len(steps) + read + 1
    figure, axes = pyplot.subplots(
        len(rows),
        columns,
        figsize=(1.12 * columns + 1.2, 1.25 * len(rows) + 1.3),
        layout="constrained",
        squeeze=False,
    )
    names = naming.labels(result)
    for number, (line, row) in enumerate(zip(axes, rows, strict=True)):
        heads = _heads(steps, stiff=stiff, read=read) if number == 0 else [""] * columns
        _draw(row, line, heads, len(names))
        line[0].set_ylabel(row.name, fontsize="small")
    panels.class_legend(figure, names)
    scale = "one scale of colours a row"
    figure.suptitle(naming.title(result, f"{words}; {scale}", one_seed=True))
    return figure


def _heads(steps: np.ndarray, *, stiff: bool, read: bool) -> list[str]:
    heads = ["image", *(["ω, its own\nscale"] if stiff else [])]
    heads += [f"n = {step}" for step in steps]
    return [*heads, *(["prediction"] if read else []), "mask"]


def _draw(row: Row, line: np.ndarray, heads: list[str], count: int) -> None:
    free = iter(zip(line, heads, strict=True))
    panels.picture(row.shown["image"].values, *next(free))
    if "stiffness" in row.seen:
        panels.field(row.seen["stiffness"].values, *next(free))
    states = row.seen["state"]
    scale = panels.scale_of(states.values)
    places = []
    for values in states.values:
        ax, head = next(free)
        places.append(ax)
        drawn = panels.state(values, scale, ax, head)
    places[0].figure.colorbar(
        drawn, ax=places, label=plots.label_of(states), shrink=0.9, pad=0.005, aspect=12
    ).ax.tick_params(labelsize="x-small")
    if row.read is not None:
        panels.classes(row.read, count, *next(free))
    panels.classes(row.shown["mask"].values, count, *next(free))
