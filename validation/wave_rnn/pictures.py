"""Pictures that a run takes of its first seed's networks: images, hidden states, predictions."""

from __future__ import annotations

import numpy as np
import torch
import xarray as xr
from torch import nn

from numerics.schema import quantity
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import Segments, SegmentSet, Splits
from validation.wave_rnn import looks
from validation.wave_rnn.architectures import WAVE
from validation.wave_rnn.setting import START, Setting
from validation.wave_rnn.subjects import Place, Subject

SAMPLES, ROWS = 8, 4  # test images that are shown; of them with their states
ROOM = 8e6  # bytes for the states of a model's networks: 5 of them on 64 x 64 pixels
PREFERRED = ("linear", "last", "fft", "mean", "max", "real")
IN_A_BATCH = 250


def taken(
    setting: Setting, subjects: dict[Place, Subject], splits: Splits
) -> dict[str, xr.Dataset]:
    """Return what figures show of single images, by the name of its group.

    ``pictures``: test images with masks and predictions; ``states/MODEL``: recurrent networks on the
    first of them; ``gallery``: the first wave network on several; ``spectra``: Fourier amplitudes of
    wave networks by class; ``projections/MODEL``: the rows of a linear readout.
    """
    places = np.arange(min(SAMPLES, len(splits.test)))
    shown = splits.test.batch(places)
    found = {"pictures": _samples(setting, subjects, splits.test, shown)}
    for model in WAVE:
        names = shown_networks(setting, model, splits.test.shape)
        if names:
            found[f"states/{model}"] = _states(setting, subjects, names, shown)
        linear = f"{model} linear"
        if linear in setting.architectures:
            subject = subjects[linear, setting.seeds[0]]
            start = subject.recurrent(START) if START in setting.stages else None
            found[f"projections/{model}"] = looks.projections(
                subject.recurrent(setting.stages[-1]), start, shown.images[0]
            )
    if setting.waves:
        names = shown_networks(setting, "nwm", splits.test.shape)
        first = subjects[names[0], setting.seeds[0]].waves(setting.stages[-1])
        found["gallery"] = _gallery(first, shown)
        found["spectra"] = _along_networks(
            {
                name: _spectra(subjects[name, setting.seeds[0]].waves(setting.stages[-1]), splits)
                for name in names
            }
        )
    return found


def shown_networks(setting: Setting, model: str, shape: tuple[int, int, int]) -> list[str]:
    """Return the networks of a model whose states are shown, the paper's favourites first.

    Where none is trained one stands for all: they differ in their readouts alone.
    """
    order = [f"{model} {readout}" for readout in PREFERRED]
    names = [name for name in order if name in setting.architectures]
    each = 4 * (looks.FRAMES + 1) * shape[1] * shape[2]
    most = max(1, int(ROOM / each)) if setting.is_trained else 1
    return names[:most]


def _spectra(network: WaveNetwork, splits: Splits) -> xr.Dataset:
    return xr.Dataset({"class_spectrum": looks.class_spectra(network, splits.validation)})


def _samples(
    setting: Setting, subjects: dict[Place, Subject], test: SegmentSet, shown: Segments
) -> xr.Dataset:
    found = {
        "image": quantity(
            shown.images, ["picture", "channel", "y", "x"], name="image", long_name="grey value"
        ),
        "mask": _classes(shown.masks, ["picture", "y", "x"], "mask", "class of a pixel"),
        "constant_overlap": quantity(
            _constant_overlap(test),
            [],
            name="constant_overlap",
            long_name="overlap of the constant predictor as released, on test images",
        ),
    }
    if setting.is_trained:
        seed = setting.seeds[0]
        read = [_predicted(subjects[name, seed].network(), shown.images) for name in setting.names]
        found["prediction"] = _classes(
            np.stack(read), ["network", "picture", "y", "x"], "prediction", "class that is read"
        ).assign_coords(network=setting.names)
    return xr.Dataset(found).assign_coords(label=list(test.classes))


def _classes(values: np.ndarray, dims: list[str], name: str, long_name: str) -> xr.DataArray:
    return quantity(values.astype(np.int16), dims, name=name, long_name=long_name)


def _predicted(network: nn.Module, images: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return np.concatenate(
            [network(torch.from_numpy(image[None])).argmax(1).numpy() for image in images]
        )


def _constant_overlap(test: SegmentSet) -> float:
    """Return the mean of Acc/(2 - Acc) where every pixel is called background."""
    found = []
    for start in range(0, len(test), IN_A_BATCH):
        masks = test.batch(np.arange(start, min(start + IN_A_BATCH, len(test)))).masks
        right = (masks == 0).mean(axis=(1, 2))
        found.append(right / (2 - right))
    return float(np.concatenate(found).mean())


def _states(
    setting: Setting, subjects: dict[Place, Subject], names: list[str], shown: Segments
) -> xr.Dataset:
    rows = {}
    for name in names:
        network = subjects[name, setting.seeds[0]].recurrent(setting.stages[-1])
        row = looks.look(network, shown.images[0], shown.masks[0])
        if setting.is_trained:
            steps = row["shown_step"].values
            read = looks.read_so_far(network, shown.images[0], steps)
            words = "class that is read of the history so far"
            row["read"] = _classes(read, ["frame", "y", "x"], "read", words)
        rows[name] = row
    return _along_networks(rows)


def _gallery(network: looks.Recurrent, shown: Segments) -> xr.Dataset:
    """Return states of one network on several images, ten times apart, and its stiffness on them."""
    rows = []
    for image, mask in zip(shown.images[:ROWS], shown.masks[:ROWS], strict=True):
        row = looks.look(network, image, mask)[["state", "stiffness"]]
        rows.append(row.isel(frame=slice(None, None, stride(row.sizes["frame"]))))
    return xr.concat(rows, "picture", join="exact", coords="minimal", combine_attrs="override")


def stride(count: int) -> int:
    """Return every how many of so many frames is shown in print: eleven at most."""
    return max(1, -(-(count - 1) // 10))


def _along_networks(rows: dict[str, xr.Dataset]) -> xr.Dataset:
    names = xr.DataArray(list(rows), dims="wave_network", name="wave_network")
    return xr.concat(
        list(rows.values()), names, join="exact", coords="minimal", combine_attrs="override"
    )
