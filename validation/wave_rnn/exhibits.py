"""Waves that need no images: what figures of the theory show beside its lines, each run once a process."""

from __future__ import annotations

import functools

import numpy as np
import torch
import xarray as xr

from numerics.schema import quantity
from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.recurrence import plain_history
from numerics.wave_rnn.waves.amplitude import (
    measured_standing_frequency,
    measured_travelling_frequency,
)
from numerics.wave_rnn.waves.dispersion import fitted_mode
from numerics.wave_rnn.waves.invariants import hamiltonian, linear_energy, shadow_hamiltonian
from numerics.wave_rnn.waves.kernels import LAPLACIAN, laplacian_kernel
from numerics.wave_rnn.waves.one_mode import OneMode
from numerics.wave_rnn.waves.packets import Packet, reflected_energy
from numerics.wave_rnn.waves.stepping import stepped
from validation.experiment import Work
from validation.wave_rnn.modes import run_mode

STEP = 0.1  # the paper's time step, of all exhibits but of the long runs on strong waves
DIRECTIONS = ("axis", "diagonal")
STIFFNESSES = (0.0, 0.5, 2.0)
CELLS, DISPERSED = 32, 60
IMPULSE_STEPS, IMPULSE_SIDE = 100, 61
PACKET_WAVE, PACKET_WIDTH, CHAIN = 1.0, 40.0, 1000
ENERGY_TIME, ENERGY_STEPS, ENERGY_SIDE, ENERGY_STIFFNESS = 60.0, (0.1, 0.05), 16, 0.5
STRONG_MODE, STRONG_CELLS, STRONG_STIFFNESS = 4, 32, 0.3
STRENGTHS = (0.06, 0.29, 0.59, 1.17, 2.34)


def shown(work: Work) -> dict[str, xr.Dataset]:
    """Return the measured sides of the theory's figures, by their names."""
    exhibits = {
        "dispersion": dispersion,
        "impulse": impulse,
        "walls": walls,
        "invariants": invariants,
        "strong waves": strong_waves,
    }
    found = {}
    for done, (name, run) in enumerate(exhibits.items(), 1):
        found[name] = run()
        work.progress("exhibits", done, len(exhibits))
    return found


@functools.cache
def dispersion() -> xr.Dataset:
    """Return Omega of small waves in the network's recurrence, (axis, stiffness, wave)."""
    numbers = range(1, CELLS // 2 + 1)
    found = [
        [[_frequency((p, p * way), omega) for p in numbers] for omega in STIFFNESSES]
        for way in range(len(DIRECTIONS))
    ]
    frequency = quantity(
        found,
        ["axis", "stiffness", "wave"],
        name="frequency",
        long_name="angular frequency of the network",
        units="1/time",
        coords={
            "axis": list(DIRECTIONS),
            "stiffness": list(STIFFNESSES),
            "wave": 2 * np.pi * np.array(numbers) / CELLS,
        },
    )
    frequency["wave"].attrs.update(long_name="kx", units="1/px")
    return xr.Dataset({"frequency": frequency}, attrs={"time_step": STEP})


def _frequency(mode: tuple[int, int], omega: float) -> float:
    """Return Omega that the recurrence's own history shows, of a wave too small for the tanh."""
    wave = OneMode(laplacian_kernel(), (CELLS, CELLS), mode, 1e-6, omega, 0.0, STEP, DISPERSED)
    history = run_mode(wave, torch.from_numpy(wave.kernel))[:, 0]
    return float(fitted_mode(history, STEP).frequency)


@functools.cache
def impulse() -> xr.Dataset:
    """Return |y_n| along the row of an impulse, over its maximum at the same n, (time, x)."""
    middle = IMPULSE_SIDE // 2
    start = torch.zeros(1, 1, IMPULSE_SIDE, IMPULSE_SIDE, dtype=torch.float64)
    start[..., middle, middle] = 1.0
    still = torch.zeros_like(start)
    history = plain_history(
        Fields(start, still, still),
        torch.from_numpy(laplacian_kernel()),
        STEP,
        IMPULSE_STEPS,
        nonlinear=False,
    )[:, 0, 0].abs()
    row = (history[:, middle] / history.amax((1, 2))[:, None]).numpy()
    size = quantity(
        row,
        ["time", "x"],
        name="size",
        long_name="|y| over its maximum at the same time",
        coords={
            "time": STEP * np.arange(IMPULSE_STEPS + 1),
            "x": np.arange(IMPULSE_SIDE) - middle,
        },
    )
    size["x"].attrs.update(long_name="distance from the impulse", units="px")
    return xr.Dataset({"size": size}, attrs={"time_step": STEP})


@functools.cache
def walls() -> xr.Dataset:
    """Return the energy that packets get back from a step of omega, (stiffness): in the middle of 0..2."""
    steps = np.array([0.05, 0.2, 0.4, 0.6, 0.75, 1.2, 1.6, 2.0])
    packets = [
        Packet(0.0, float(step), PACKET_WAVE, PACKET_WIDTH, CHAIN, time_step=0.3) for step in steps
    ]
    reflected = quantity(
        [reflected_energy(packet) for packet in packets],
        ["stiffness"],
        name="reflected",
        long_name="reflected share of the energy",
        coords={"stiffness": steps},
    )
    reflected["stiffness"].attrs.update(
        long_name="step of omega that the wave meets", units="1/time^2"
    )
    return xr.Dataset({"reflected": reflected}, attrs={"wavenumber": PACKET_WAVE})


@functools.cache
def invariants() -> xr.Dataset:
    """Return Q, H and H2 relative to their means, (time_step, time), each in steps of both sizes.

    Q of a linear run under a random omega(x), H and H2 of one with tanh and a uniform omega.
    """
    generator = np.random.default_rng(0)
    position = 2 * generator.normal(size=(1, ENERGY_SIDE, ENERGY_SIDE))
    field = generator.uniform(0, 2, position.shape)
    runs = [_energies(position, field, dt) for dt in ENERGY_STEPS]
    names = {
        "linear_energy": "Q, linear, any omega(x)",
        "hamiltonian": "H, with tanh",
        "shadow_hamiltonian": "H2, with tanh",
    }
    coords = {
        "time_step": list(ENERGY_STEPS),
        "time": ENERGY_STEPS[0] * np.arange(len(runs[0]["hamiltonian"])),
    }
    return xr.Dataset(
        {
            name: quantity(
                np.stack([run[name] / run[name].mean() - 1 for run in runs]),
                ["time_step", "time"],
                name=name,
                long_name=f"{long_name}: over its mean, minus 1",
                coords=coords,
            )
            for name, long_name in names.items()
        }
    )


def _energies(position: np.ndarray, field: np.ndarray, dt: float) -> dict[str, np.ndarray]:
    """Return the three energies of runs of one length, at the times of the longest step."""
    steps = round(ENERGY_TIME / dt)
    linear = stepped(position, LAPLACIAN, field, 0.0, dt, steps, nonlinear=False)
    motion = stepped(position, LAPLACIAN, ENERGY_STIFFNESS, 0.0, dt, steps)
    every = slice(None, None, round(ENERGY_STEPS[0] / dt))
    return {
        "linear_energy": linear_energy(linear, LAPLACIAN, field, dt)[every],
        "hamiltonian": hamiltonian(motion, LAPLACIAN, ENERGY_STIFFNESS)[every],
        "shadow_hamiltonian": shadow_hamiltonian(motion, LAPLACIAN, ENERGY_STIFFNESS, dt)[every],
    }


@functools.cache
def strong_waves() -> xr.Dataset:
    """Return Omega of travelling and standing waves by their strength lambda A, (way, strength)."""
    force = 2 - 2 * np.cos(2 * np.pi * STRONG_MODE / STRONG_CELLS)
    place = (STRONG_MODE, STRONG_CELLS, STRONG_STIFFNESS)
    ways = {
        "travelling": lambda a: measured_travelling_frequency(a, *place),
        "standing": lambda a: measured_standing_frequency(a, *place, duration=100.0),
    }
    frequency = quantity(
        [[run(strength / force) for strength in STRENGTHS] for run in ways.values()],
        ["way", "strength"],
        name="frequency",
        long_name="angular frequency",
        units="1/time",
        coords={"way": list(ways), "strength": list(STRENGTHS)},
    )
    frequency["strength"].attrs.update(long_name="strength of the wave, lambda A")
    return xr.Dataset(
        {"frequency": frequency},
        attrs={
            "wavenumber": 2 * np.pi * STRONG_MODE / STRONG_CELLS,
            "stiffness": STRONG_STIFFNESS,
        },
    )
