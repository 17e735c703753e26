"""Named quantities: what their dimensions are called, and what they carry with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from theory.errors import ArgumentError

DIMENSIONS = {
    "trial": "independent repetition, by its seed",
    "mode": "singular mode or eigenmode, 1 is the first",
    "right_mode": "singular mode of the images, in a matrix of modes",
    "update": "update of the weights, 0 is the start",
    "step": "number of an update, counted from 0",
    "time": "continuous time",
    "rung": "step of a ladder from the ideal to the real",
    "source": "difference of two neighbouring rungs",
    "label": "class or output",
    "network": "architecture",
    "depth": "layers of nodes of an autoencoder, inputs and outputs among them",
    "bottleneck": "nodes of an autoencoder's narrowest layer",
    "rate": "learning rate relative to that of the run",
    "forecast": "way to forecast a time",
    "moment": "picture taken during training, by the number of updates made",
    "row": "row of a weight matrix, or of pictures",
    "sample": "image of a set, or moment of a signal",
    "picture": "picture that is shown",
    "y": "vertical coordinate; of an image its row, from the top",
    "x": "horizontal coordinate; of an image its column, from the left",
    "channel": "colour",
    "frequency_y": "vertical frequency",
    "frequency_x": "horizontal frequency",
    "side": "side of a square drum",
    "drum": "drum, by the name of its shape",
    "solver": "way to compute eigenvalues",
    "count": "lowest eigenvalues that are used",
    "time_step": "time step",
    "frequency": "frequency, in cycles per unit of time",
    "form": "step form",
    "spacings": "spacings of a side of a grid",
    "estimator": "way to read a frequency off a signal",
    "line": "line of a spectrum, from the lowest",
    "window": "part of a signal that is read",
    "sample_type": "how a sound file stores a sample",
    "frame": "picture of a film, by its number",
    "ring": "ring of spatial frequencies, by its radius",
    "model": "model of a covariance",
    "lead": "frames ahead",
    "way": "way to forecast, to fit or to judge",
    "equation": "equation, by its number",
    "term": "term of an equation",
    "null": "null model",
    "film": "film of a known equation",
    "noise": "standard deviation of the noise, in that of the field",
    "seed": "independently trained networks, by their seed",
    "vector": "class mean or basis vector, by its number",
    "set": "set of class means, 1 is the encoder's",
    "latent": "coordinate of a latent",
    "basis": "basis of the latent space, by the way its vectors are made orthogonal",
    "kept": "largest amplitudes that are kept, or that count",
    "rank": "place of an amplitude by its magnitude, 1 is the largest",
    "operator": "way to take a latent from label to label",
    "target": "label that a latent is taken to",
    "decile": "tenth of the images, by their reliability",
    "distance": "distance of two latents, in that of a pair",
    "value": "value of a coordinate, at the middle of its bin",
    "image_set": "set of images",
    "wave_network": "network with a hidden state over time",
    "split": "part of an image set: to choose the weights by, or kept from the networks",
    "stage": "before or after training",
    "axis": "direction, along the rows or along the columns",
    "statistic": "statistic over seeds",
    "wave": "plane wave, by its number",
    "hidden": "channel of a hidden state",
    "from_hidden": "channel of a hidden state that a kernel reads",
    "tap_y": "row of a kernel",
    "tap_x": "column of a kernel",
    "amplitude": "amplitude of a wave",
    "stiffness": "stiffness omega",
    "strength": "largest argument of the tanh, in a wave",
    "place": "pixel that is looked at",
    "bin": "row of a readout in time, or bin of a Fourier transform",
    "check": "check, by its number",
    "budget_row": "row of the budget",
}


def align_exactly(name: str, *arrays: xr.DataArray) -> tuple[xr.DataArray, ...]:
    """Return arrays whose shared coordinates are equal exactly.

    Raises
    ------
    ArgumentError
        Where they are not: xarray would drop what differs by rounding, silently.
    """
    try:
        return xr.align(*arrays, join="exact")
    except ValueError as error:
        raise ArgumentError(
            name,
            "coordinates that differ",
            "coordinates must be equal exactly, to the last bit",
            "share the coordinate object",
        ) from error


def quantity(
    values: Any,
    dims: Sequence[str],
    *,
    name: str,
    long_name: str,
    units: str = "1",
    coords: Mapping[str, Any] | None = None,
) -> xr.DataArray:
    """Return a DataArray whose dimensions are of the common list and which says what it is.

    Parameters
    ----------
    values : array
    dims : sequence of str
        Keys of `DIMENSIONS`.
    coords : mapping, optional
        For `mode`, 1, 2, ... is filled in; for the others nothing is.

    Raises
    ------
    ArgumentError
        For a dimension that is not on the list, or a number of dimensions that does not fit.

    Examples
    --------
    >>> quantity([2.0, 1.0], ["mode"], name="s", long_name="singular value").mode.values.tolist()
    [1, 2]
    """
    values = np.asarray(values)
    unknown = [d for d in dims if d not in DIMENSIONS]
    if unknown:
        raise ArgumentError(
            "dims", unknown, f"must be among {', '.join(DIMENSIONS)}", "rename them"
        )
    if values.ndim != len(dims):
        raise ArgumentError("dims", tuple(dims), f"the values have {values.ndim} axes", "name each")
    coords = dict(coords or {})
    if "mode" in dims and "mode" not in coords:
        coords["mode"] = np.arange(1, values.shape[list(dims).index("mode")] + 1)
    array = xr.DataArray(values, dims=tuple(dims), coords=coords, name=name)
    array.attrs.update(long_name=long_name, units=units)
    for dim in array.coords:
        array.coords[dim].attrs.setdefault("long_name", DIMENSIONS.get(str(dim), str(dim)))
    return array
