"""The struck drum, heard: the network's samples as they are, and a copy that is kinder to the ear."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path

import numpy as np
import xarray as xr

from numerics.drum.estimators import fft_bin, hann_two_point
from numerics.drum.modes import Lines, angles, square_eigenvalues
from numerics.drum.sound import (
    GAIN,
    RATE,
    heard_angle,
    listening_copy,
    read_wav,
    wav_bytes,
    write_wav,
)
from numerics.drum.stepping import mallet
from numerics.sweep import sweep
from theory.errors import ArgumentError
from validation import results
from validation.drum.setting import Setting

SAMPLE_TYPES = ("float32", "int16")


def recorded(setting: Setting, heard: xr.DataArray) -> xr.Dataset:
    """Write every signal as WAV, read it back, and keep what is heard at the first time step.

    Parameters
    ----------
    heard : xr.DataArray, (time_step, side, sample)
    """
    gain = gain_of(heard.values)
    coords = {"sample_type": SAMPLE_TYPES, **setting.points}
    with tempfile.TemporaryDirectory() as folder:

        @functools.cache  # the bin and the pitch are read off one file
        def read(sample_type: str, time_step: float, side: int) -> np.ndarray:
            signal = heard.sel(time_step=time_step, side=side).values
            file = Path(folder) / "drum.wav"
            return read_wav(write_wav(file, signal, gain=gain, sample_type=sample_type))[0]

        def bin_of(sample_type: str, time_step: float, side: int) -> int:
            share = setting.run(side, time_step).share
            return fft_bin(read(sample_type, time_step, side), share=share)

        def pitch_error(sample_type: str, time_step: float, side: int) -> float:
            run = setting.run(side, time_step)
            signal = read(sample_type, time_step, side)
            try:
                angle = heard_angle(hann_two_point(signal, 1 / RATE, share=run.share))
            except ArgumentError:  # too few cycles for it
                return np.nan
            return float(abs(angle / run.lines(setting.config.form).angles[0] - 1))

        bins = sweep(bin_of, coords, name="bin", long_name="bin heard from the file")
        errors = sweep(pitch_error, coords, name="pitch_error", long_name="error of the pitch")
    signal = heard.isel(time_step=0, drop=True).astype(np.float32)
    return xr.Dataset({"bin": bins, "pitch_error": errors, "signal": signal, "gain": gain})


def gain_of(heard: np.ndarray) -> float:
    """Return one gain for all drums: -1 dB of full scale, less where a form overshoots 1."""
    return GAIN / max(1.0, float(np.abs(heard).max()))


def files(result: xr.DataTree) -> dict[str, bytes]:
    """Return the measured sound, the listening copy, and what both are, as files."""
    setup = results.dataset(result, "setup")
    heard = results.dataset(result, "observed/sound")
    gain = float(heard["gain"])
    told = {
        "rate": RATE,
        "time_step": float(setup["time_step"][0]),
        "speed": float(setup["speed"]),
        "spacing": float(setup["spacing"]),
        "samples": int(setup["samples"]),
        "sides": setup["side"].values.tolist(),
        "strike": setup["strike"].values.tolist(),
        "listen": setup["listen"].values.tolist(),
        "form": setup.attrs["form"],
        "gain": gain,
        "drum.wav": "the network's samples, one a step, the drums one after another, one gain",
        "drum_listening.wav": "the same drums under a soft mallet, fading: to listen to, not to measure",
    }
    return {
        ".wav": wav_bytes(heard["signal"].values.astype(float).ravel(), gain=gain),
        "_listening.wav": wav_bytes(_listening(setup), gain=1.0, sample_type="int16"),
        "_sound.json": (json.dumps(told, indent=1) + "\n").encode(),
    }


def _listening(setup: xr.Dataset) -> np.ndarray:
    """Return the drums one after another, struck by a mallet, as they fade."""
    from scipy.fft import dstn

    from numerics.drum.drums import square

    nu = float(setup["speed"] * setup["time_step"][0] / setup["spacing"])
    signals = []
    for spacings, strike, listen in zip(
        setup["spacings"].values, setup["strike"].values, setup["listen"].values, strict=True
    ):
        start = mallet(square(int(spacings)), strike.tolist(), spacings / 12)
        strengths = dstn(start[1:-1, 1:-1], type=1) / spacings**2
        m = np.arange(1, spacings)
        x, y = (np.sin(np.pi * m * node / spacings) for node in listen)
        turned = angles(square_eigenvalues(int(spacings)), nu)
        lines = Lines.merged(turned, strengths * x[:, None] * y[None, :], "velocity_verlet")
        signals.append(lines.signal(int(setup["samples"])))
    return listening_copy(np.stack(signals), rate=RATE).ravel()
