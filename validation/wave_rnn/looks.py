"""One recurrent network looked at, on one image: its fields, its states, and what is read of them."""

from __future__ import annotations

import numpy as np
import torch
import xarray as xr

from numerics.schema import quantity
from numerics.wave_rnn.networks.conv_lstm import ConvLSTM
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import SegmentSet

Recurrent = WaveNetwork | ConvLSTM
FRAMES = 50  # pictures of a history at most, beside the start
BINS = 8  # of a Fourier transform that are shown at every pixel, from the lowest on
FEATURES = 3  # maps of any readout that are shown: those that differ most over the pixels
PROJECTIONS = 10  # maps of a linear readout: those that differ most over the pixels
PLACES = ("inside", "at the edge", "background")
AVERAGED = 32  # validation images at most whose spectra are averaged
WORK = 4e7  # numbers at most in all their histories
NOTHING = -1  # no class: nothing has been read yet


def look(network: Recurrent, image: np.ndarray, mask: np.ndarray) -> xr.Dataset:
    """Return the history of the liveliest channel on one image, and what else figures show of it.

    Parameters
    ----------
    image : ndarray, (C_in, H, W)
    mask : ndarray of int, (H, W)

    Returns
    -------
    xr.Dataset
        `state` (frame, y, x) with the steps of its frames; `series` (place, time) of single pixels;
        `feature` (row, y, x), the most varied ones that the readout makes of the channel;
        of a wave network also the fields `position`, `stiffness` and `damping`, (y, x), and
        `magnitude` (bin, y, x) of the lowest bins of its history's Fourier transform.
    """
    whole = history_on(network, image)
    channel = liveliest(whole)
    history = whole[:, channel].numpy()
    steps = frames(len(history) - 1)
    found = {
        "state": _state(history[steps], steps, network),
        "series": _series(history, places(mask), network),
        "channel": quantity(channel + 1, [], name="channel", long_name="channel that is shown"),
    }
    found |= _features(network, whole, channel)
    if isinstance(network, WaveNetwork):
        found |= _fields(network, image, channel) | {"magnitude": _magnitude(history, network)}
    return xr.Dataset(found)


def history_on(network: Recurrent, image: np.ndarray) -> torch.Tensor:
    """Return the history on one image, (T + 1, C, H, W)."""
    images = torch.from_numpy(image[None])
    with torch.no_grad():
        if isinstance(network, WaveNetwork):
            return network.history(network.fields(images))[:, 0].contiguous()
        return network.history(images)[:, 0]


def liveliest(history: torch.Tensor) -> int:
    """Return the channel of a history (T + 1, C, H, W) that varies most over time, at all pixels."""
    return int(history[1:].var(0, unbiased=False).sum((1, 2)).argmax())


def frames(steps: int) -> np.ndarray:
    """Return the steps that are shown of a history: 0 and every so many, 51 at most."""
    return np.arange(0, steps + 1, -(-steps // FRAMES))


def time_step_of(network: Recurrent) -> float:
    """Return the time of one step; a ConvLSTM's is 1."""
    return network.architecture.time_step if isinstance(network, WaveNetwork) else 1.0


def places(mask: np.ndarray) -> np.ndarray:
    """Return row and column of a pixel deep inside an object, at its edge, and far from all, (3, 2)."""
    from scipy.ndimage import distance_transform_edt

    inside = distance_transform_edt(mask > 0) if (mask == 0).any() else np.ones(mask.shape)
    outside = distance_transform_edt(mask == 0) if (mask > 0).any() else np.ones(mask.shape)
    deep = np.array(np.unravel_index(inside.argmax(), mask.shape))
    edges = np.argwhere(inside == 1)
    nearest = edges[((edges - deep) ** 2).sum(1).argmin()] if len(edges) else deep
    far = np.array(np.unravel_index(outside.argmax(), mask.shape))
    return np.stack([deep, nearest, far])


def read_so_far(network: Recurrent, image: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return the classes that a network reads of its history up to each step, (frame, H, W), int8.

    What is still to come counts as 0 in a sum over time (linear, fft, real) and is left out of a mean, a
    maximum, a last state; at n = 0 nothing is read.
    """
    history = history_on(network, image)[:, None]
    kind = network.architecture.readout
    read = np.full((len(steps), *image.shape[1:]), NOTHING, np.int8)
    with torch.no_grad():
        for frame, n in enumerate(steps):
            if n == 0:
                continue
            known = history[: n + 1]
            if kind not in ("last", "max", "mean"):
                known = torch.cat((known, torch.zeros_like(history[n + 1 :])))
            logits = network.classify(network.features(known))
            read[frame] = logits[0].argmax(0).numpy()
    return read


def class_spectra(network: WaveNetwork, images: SegmentSet) -> xr.DataArray:
    """Return |rfft| over n = 1..T, mean over all validation pixels of a class, (label, frequency).

    Of the channel with the largest amplitudes; nan for a class that the first images do not have.
    """
    a = network.architecture
    each = a.steps * a.hidden * int(np.prod(images.shape[1:]))
    count = int(np.clip(WORK / each, 1, min(AVERAGED, len(images))))
    sums = np.zeros((len(images.classes), a.hidden, a.steps // 2 + 1))
    pixels = np.zeros(len(images.classes))
    pictures, masks = images.batch(np.arange(count))
    for image, mask in zip(pictures, masks, strict=True):
        magnitude = torch.fft.rfft(history_on(network, image)[1:], dim=0).abs().numpy()
        for label in np.unique(mask):
            sums[label] += magnitude[:, :, mask == label].sum(2).T
            pixels[label] += (mask == label).sum()
    channel = int(sums[..., 1:].sum((0, 2)).argmax())
    with np.errstate(invalid="ignore"):
        means = sums[:, channel] / pixels[:, None]
    spectrum = quantity(
        means,
        ["label", "frequency"],
        name="class_spectrum",
        long_name="Fourier amplitude, mean over a class's pixels",
        coords={
            "label": list(images.classes),
            "frequency": np.fft.rfftfreq(a.steps, a.time_step),
        },
    )
    spectrum["frequency"].attrs.update(long_name="frequency", units="cycles per unit time")
    return spectrum


def projections(network: Recurrent, start: Recurrent | None, image: np.ndarray) -> xr.Dataset:
    """Return the rows of a linear readout, now and at the start, and what they make of an image.

    Parameters
    ----------
    start : network or None
        None where it is not known.

    Returns
    -------
    xr.Dataset
        `taps`, and `start_taps` if there is a start, (bin, step); `projection` (row, y, x) of the liveliest
        channel, the most varied ones, by the numbers of their rows.
    """
    history = history_on(network, image)
    channel = liveliest(history)
    taps = network.readout.taps.detach()
    maps = torch.einsum("kn,nyx->kyx", taps, history[1:, channel])
    coords = {"bin": np.arange(len(taps)), "step": np.arange(1, taps.shape[1] + 1)}
    rows = {"taps": (taps.numpy(), "weight of a step")}
    if start is not None:
        first = start.readout.taps.detach().numpy()
        rows["start_taps"] = (first, "weight of a step at the start")
    found = {
        name: quantity(values, ["bin", "step"], name=name, long_name=words, coords=coords)
        for name, (values, words) in rows.items()
    }
    strongest = maps.numpy().var(axis=(1, 2)).argsort()[::-1][:PROJECTIONS].copy()
    found["projection"] = quantity(
        maps.numpy()[strongest],
        ["row", "y", "x"],
        name="projection",
        long_name="linear projection in time",
        coords={"row": strongest},
    )
    return xr.Dataset(found)


def _state(values: np.ndarray, steps: np.ndarray, network: Recurrent) -> xr.DataArray:
    state = quantity(
        values,
        ["frame", "y", "x"],
        name="state",
        long_name="hidden state y",
        coords={"frame": np.arange(len(steps))},
    )
    return state.assign_coords(shown_step=("frame", steps))


def _series(history: np.ndarray, at: np.ndarray, network: Recurrent) -> xr.DataArray:
    times = time_step_of(network) * np.arange(len(history))
    series = quantity(
        history[:, at[:, 0], at[:, 1]].T,
        ["place", "time"],
        name="series",
        long_name="hidden state y",
        coords={"place": list(PLACES), "time": times},
    )
    return series.assign_coords(place_y=("place", at[:, 0]), place_x=("place", at[:, 1]))


def _features(network: Recurrent, history: torch.Tensor, channel: int) -> dict[str, xr.DataArray]:
    """Return three features of a channel with the numbers of their rows; nan where there are fewer."""
    with torch.no_grad():
        features = network.features(history[:, None])[0].numpy()
    own = features[channel :: history.shape[1]]
    strongest = own.var(axis=(1, 2)).argsort()[::-1][:FEATURES]
    values = np.full((FEATURES, *own.shape[1:]), np.nan, np.float32)
    numbers = np.full(FEATURES, NOTHING)
    values[: len(strongest)], numbers[: len(strongest)] = own[strongest], strongest
    made = "what the readout makes of a history"
    return {
        "feature": quantity(values, ["row", "y", "x"], name="feature", long_name=made),
        "number": quantity(numbers, ["row"], name="number", long_name="row of the readout, from 0"),
    }


def _fields(network: WaveNetwork, image: np.ndarray, channel: int) -> dict[str, xr.DataArray]:
    with torch.no_grad():
        fields = network.fields(torch.from_numpy(image[None]))
    words = {
        "position": ("start y_0", "1"),
        "stiffness": ("stiffness omega", "1/time^2"),
        "damping": ("damping alpha", "1/time"),
    }
    return {
        name: quantity(
            getattr(fields, name)[0, channel].numpy(),
            ["y", "x"],
            name=name,
            long_name=long_name,
            units=units,
        )
        for name, (long_name, units) in words.items()
    }


def _magnitude(history: np.ndarray, network: WaveNetwork) -> xr.DataArray:
    shown = np.abs(np.fft.rfft(history[1:], axis=0))[:BINS].astype(np.float32)
    frequency = np.fft.rfftfreq(len(history) - 1, network.architecture.time_step)[:BINS]
    found = quantity(
        shown,
        ["bin", "y", "x"],
        name="magnitude",
        long_name="Fourier amplitude of a pixel's history",
        coords={"bin": np.arange(len(shown))},
    )
    return found.assign_coords(bin_frequency=("bin", frequency))
