"""Two ladders of one mode: at the start, where theory knows every size, and under the networks' kernels."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.schema import quantity
from numerics.wave_rnn.waves.amplitude import standing_factor
from numerics.wave_rnn.waves.harmonics import few_harmonics
from numerics.wave_rnn.waves.kernels import laplacian_kernel
from numerics.wave_rnn.waves.mode_sizes import predicted_sizes
from numerics.wave_rnn.waves.one_mode import OneMode, discrete_step, lattice, wave_equation
from numerics.wave_rnn.waves.symbol import laplacian_eigenvalue
from validation.ladder import Ladder, Prediction, Rung
from validation.wave_rnn.fields import kernel_of

if TYPE_CHECKING:
    import torch

    from numerics.wave_rnn.networks.nwm import WaveNetwork

START, TRAINED = "one mode at the start", "modes of the networks"
EQUATION, LATTICE, STEP, BALANCE, NETWORK = (
    "wave equation",
    "lattice",
    "discrete step",
    "harmonic balance",
    "tanh network",
)
ONE, TWELVE = "one harmonic", "twelve harmonics"
SPACE, TIME, TANH, SATURATION, HIGHER = (
    "space step",
    "time step",
    "tanh",
    "saturation",
    "higher harmonics",
)
COUPLING = "lattice and coupling"
KEPT = 12  # harmonics of the last computed rung
SMALLEST, SMALL_WAVE = 1e-7, 1e-7  # amplitude of a small wave; the largest |W * y| that it may have
AMPLITUDES = ("small", "full")
GRID = (16, 64)
WIDE_GRID = (64, 64)  # for kernels that are wider than 16 px
MODES = ((0, 1), (0, 5), (1, 3), (3, 7), (2, 11))  # each has all 64 phases on the grid

Law = Callable[[OneMode], np.ndarray]


def start_mode() -> OneMode:
    """Return the mode whose sizes are all known: 32 cells, wavelength 8, omega .3, lambda A = .3."""
    one = OneMode(laplacian_kernel(), (32, 32), (4, 0), 1.0, 0.3, 0.0, 0.1, 100)
    return dataclasses.replace(one, amplitudes=0.3 / _force(one))


def start_ladder() -> Ladder:
    """Return wave equation > lattice > discrete step > harmonic balance, the network still to come."""
    mode = start_mode()
    laws: list[tuple[str, Law, str]] = [
        (EQUATION, wave_equation, ""),
        (LATTICE, lattice, SPACE),
        (STEP, discrete_step, TIME),
        (BALANCE, balanced, TANH),
    ]
    return Ladder(
        name=START,
        rungs=tuple(
            Rung(name, over_time(mode, law(mode)[:, 0]), drops) for name, law, drops in laws
        ),
        measurement=NETWORK,
        scale=xr.DataArray(float(mode.amplitudes[0])),
        scale_name="A",
        predictions=_predictions(mode),
    )


def _force(mode: OneMode) -> float:
    """Return lambda of the mode on the lattice."""
    return float(laplacian_eigenvalue(*mode.wavevector))


def balanced(mode: OneMode) -> np.ndarray:
    """Return a_n of the linear step whose pull is weaker by the balance of a standing wave, (T+1, C)."""
    gain = float(standing_factor(_force(mode) * mode.amplitudes[0]))
    return discrete_step(dataclasses.replace(mode, kernel=mode.kernel * gain))


def _predictions(mode: OneMode) -> dict[str, Prediction]:
    """Return the sizes of the three differences with their signs, and the next order as uncertainty.

    Each is a shift of phase e(t) times A sin(Omega t): up to e^2/2, and to what the half step of the
    kick makes of it.
    """
    sizes = predicted_sizes(mode)
    frequency = float(np.sqrt(mode.stiffness[0] + _force(mode)))
    swing = np.sin(frequency * mode.times)
    size = float(abs(mode.amplitudes[0]))
    half = frequency * mode.time_step / 2
    found = {}
    # a slower lower rung lags, one that runs half a step ahead leads
    for source, values, sign in (
        (SPACE, sizes.space, -1),
        (TIME, sizes.time_step, 1),
        (TANH, sizes.tanh, -1),
    ):
        signed = sign * values * np.sign(swing)
        with np.errstate(invalid="ignore", divide="ignore"):
            shift = np.nan_to_num(values / (size * np.abs(swing)))
        beyond = size * (shift**2 / 2 + shift * (half + shift.max() / 8))
        found[source] = Prediction(over_time(mode, signed), over_time(mode, beyond))
    return found


def over_time(mode: OneMode, values: np.ndarray) -> xr.DataArray:
    """Return amplitudes of one mode over time."""
    return quantity(
        values,
        ["time"],
        name="amplitude",
        long_name="amplitude of the mode",
        coords={"time": mode.times},
    )


def network_modes(
    kernel: np.ndarray, stiffness: np.ndarray, damping: np.ndarray, time_step: float, steps: int
) -> dict[tuple[str, int], OneMode]:
    """Return five waves under a network's kernel, small and at full amplitude.

    Small is 1e-7, less where |W * y| would pass 1e-7: where waves grow by
    70 a step, what the tanh takes is amplified; full is 1, the largest that an encoder makes.
    """
    found = {}
    grid = GRID if kernel.shape[-1] <= min(GRID) else WIDE_GRID
    for wave, (rows, columns) in enumerate(MODES, 1):
        numbers = (rows * grid[0] // GRID[0], columns)
        full = OneMode(kernel, grid, numbers, 1.0, stiffness, damping, time_step, steps)
        small = min(SMALLEST, SMALL_WAVE / _largest_pull(full))
        found["full", wave] = full
        found["small", wave] = dataclasses.replace(full, amplitudes=small)
    return found


def modes_of(network: WaveNetwork, reach: xr.Dataset) -> dict[tuple[str, int], OneMode]:
    """Return the modes of one network, under its kernel and the means of its fields."""
    a = network.architecture
    omega, alpha = (reach[f"mean_{field}"].values for field in ("stiffness", "damping"))
    return network_modes(kernel_of(network), omega, alpha, a.time_step, a.steps)


def small_wave_error(network: WaveNetwork) -> float:
    """Return how far small waves are from the powers of the step's matrix, in the largest of each.

    Five waves under omega = .5 and alpha = .1, whatever the network's own fields are.
    """
    a, kernel = network.architecture, kernel_of(network)
    modes = network_modes(kernel, np.array(0.5), np.array(0.1), a.time_step, a.steps)
    errors = []
    for (size, _), mode in modes.items():
        if size == "small":
            law, found = discrete_step(mode), run_mode(mode, network.kernel)
            errors.append(np.abs(found - law).max() / np.abs(law).max())
    return float(max(errors))


def _largest_pull(mode: OneMode) -> float:
    """Return the largest |W * y| of a linear history, in units of the start's amplitude."""
    reach = np.abs(mode.kernel).sum(axis=(2, 3))  # (C, C), an upper bound of the symbol
    history = np.abs(discrete_step(mode)) / np.abs(mode.amplitudes)
    return float((history @ reach.T).max())


LAWS: tuple[tuple[str, Law, str], ...] = (
    (EQUATION, wave_equation, ""),
    (LATTICE, lattice, COUPLING),
    (STEP, discrete_step, TIME),
    (ONE, few_harmonics, SATURATION),
    (TWELVE, lambda mode: few_harmonics(mode, KEPT), HIGHER),
)


def of_modes(modes: dict[tuple[str, int], OneMode], law: Law) -> xr.DataArray:
    """Return what a law says of a network's modes, (amplitude, wave, time, hidden)."""
    waves = range(1, len(MODES) + 1)
    values = np.array([[law(modes[size, wave]) for wave in waves] for size in AMPLITUDES])
    first = modes[AMPLITUDES[0], 1]
    return quantity(
        values,
        ["amplitude", "wave", "time", "hidden"],
        name="mode_amplitude",
        long_name="amplitude of the mode",
        coords={
            "amplitude": list(AMPLITUDES),
            "wave": list(waves),
            "time": first.times,
            "hidden": np.arange(1, values.shape[-1] + 1),
        },
    )


def network_rungs(modes: dict[tuple[str, int], OneMode]) -> xr.Dataset:
    """Return all computed rungs of a network's modes."""
    return xr.Dataset({name: of_modes(modes, law) for name, law, _ in LAWS})


def network_ladder(rungs: xr.Dataset) -> Ladder:
    """Return the ladder of the networks' own modes, the networks still to come.

    Differences are in units of the largest amplitude that a mode reaches in its network: of the last
    computed rung, for linear waves may grow without bound.
    """
    scale = abs(rungs[TWELVE]).max(["time", "hidden"])
    return Ladder(
        name=TRAINED,
        rungs=tuple(Rung(name, rungs[name], drops) for name, _, drops in LAWS),
        measurement=NETWORK,
        scale=scale,
        scale_name="largest of the mode",
    )


def run_modes(modes: dict[tuple[str, int], OneMode], kernel: torch.Tensor) -> xr.DataArray:
    """Return what the network's own recurrence makes of the modes, in float64.

    Parameters
    ----------
    kernel : tensor
        The network's parameter.
    """
    return of_modes(modes, lambda mode: run_mode(mode, kernel))


def run_mode(mode: OneMode, kernel: torch.Tensor) -> np.ndarray:
    """Return a_n of one mode in the recurrence that networks are made of, float64, (T+1, C)."""
    import torch

    from numerics.wave_rnn.networks.fields import Fields
    from numerics.wave_rnn.networks.recurrence import wave_history

    start = torch.from_numpy(mode.start())[None]
    uniform = (
        torch.from_numpy(np.array(values))[None, :, None, None].expand_as(start).contiguous()
        for values in (mode.stiffness, mode.damping)
    )
    with torch.no_grad():
        history = wave_history(
            Fields(start, *uniform), kernel.detach().double(), mode.time_step, mode.steps
        )
    return mode.amplitude(history[:, 0].numpy())
