"""The struck drum, heard: the network's samples as they are, and a copy that is kinder to the ear."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from numerics.drum.estimators.one_line import hann_two_point
from numerics.drum.estimators.peaks import fft_bin
from numerics.drum.lines import Lines
from numerics.drum.sound import (
    GAIN,
    RATE,
    alternating,
    heard_angle,
    listening_copy,
    read_wav,
    wav_bytes,
    write_wav,
)
from numerics.sweep import sweep
from theory.errors import ArgumentError
from validation import results

SAMPLE_TYPES = ("float32", "int16")


def recorded(
    heard: xr.DataArray, share_at: Callable[..., float], lines_at: Callable[..., Lines]
) -> xr.Dataset:
    """Write every signal as WAV, read it back, and keep what is heard at the first time step.

    Parameters
    ----------
    heard : xr.DataArray, (time_step, drums, sample)
        The drums along a dimension of any name.
    share_at, lines_at : callable
        From which share of the largest magnitude on a peak counts, and the lines, at a point.
    """
    gain = gain_of(heard.values)
    points = {str(dim): heard[dim].values.tolist() for dim in heard.dims[:-1]}
    coords = {"sample_type": SAMPLE_TYPES, **points}
    with tempfile.TemporaryDirectory() as folder:

        @functools.cache  # the bin and the pitch are read off one file
        def read(sample_type: str, *place: Any) -> np.ndarray:
            signal = heard.sel(dict(zip(points, place, strict=True))).values
            file = Path(folder) / "drum.wav"
            return read_wav(write_wav(file, signal, gain=gain, sample_type=sample_type))[0]

        def bin_of(sample_type: str, **point: Any) -> int:
            return fft_bin(read(sample_type, *point.values()), share=share_at(**point))

        def pitch_error(sample_type: str, **point: Any) -> float:
            signal = read(sample_type, *point.values())
            try:
                angle = heard_angle(hann_two_point(signal, 1 / RATE, share=share_at(**point)))
            except ArgumentError:  # too few cycles for it
                return np.nan
            return float(abs(angle / lines_at(**point).angles[0] - 1))

        bins = sweep(bin_of, coords, name="bin", long_name="bin heard from the file")
        errors = sweep(pitch_error, coords, name="pitch_error", long_name="error of the pitch")
    signal = heard.isel(time_step=0, drop=True).astype(np.float32)
    return xr.Dataset({"bin": bins, "pitch_error": errors, "signal": signal, "gain": gain})


def gain_of(heard: np.ndarray) -> float:
    """Return one gain for all drums: -1 dB of full scale, less where a form overshoots 1."""
    return GAIN / max(1.0, float(np.abs(heard).max()))


def files(
    result: xr.DataTree, drums: dict[str, Any], listening: np.ndarray, *, take_turns: bool = False
) -> dict[str, bytes]:
    """Return the measured sound, the listening copy, and what both are, as files.

    Parameters
    ----------
    drums : dict
        What tells the drums apart, for the file that says what the sounds are.
    listening : ndarray, (drum, sample)
        The same drums under a mallet, not yet fading.
    take_turns : bool
        Whether there is a file more, in which the drums alternate.
    """
    setup = results.dataset(result, "setup")
    heard = results.dataset(result, "observed/sound")
    gain = float(heard["gain"])
    told = {
        "rate": RATE,
        "time_step": float(setup["time_step"][0]),
        "speed": float(setup["speed"]),
        "spacing": float(setup["spacing"]),
        "samples": int(setup["samples"]),
        **drums,
        "strike": setup["strike"].values.tolist(),
        "listen": setup["listen"].values.tolist(),
        "form": setup.attrs["form"],
        "gain": gain,
        "drum.wav": "the network's samples, one a step, the drums one after another, one gain",
        "drum_listening.wav": "the same drums under a soft mallet, fading: to listen to, not to measure",
    }
    faded = listening_copy(listening, rate=RATE).ravel()
    more = {}
    if take_turns:
        told["drum_alternating.wav"] = "the same drums, struck in turn, half a second each"
        turns = alternating(listening, rate=RATE)
        more["_alternating.wav"] = wav_bytes(turns, gain=1.0, sample_type="int16")
    return {
        ".wav": wav_bytes(heard["signal"].values.astype(float).ravel(), gain=gain),
        "_listening.wav": wav_bytes(faded, gain=1.0, sample_type="int16"),
        **more,
        "_sound.json": (json.dumps(told, indent=1) + "\n").encode(),
    }
