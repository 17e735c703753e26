"""What is shown beside the fundamental: energies that swing or stay, a speed field that is learnt.

Each is computed once a process; figures read it from the tree, verifications from here.
"""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from numerics.drum.drums import Drum, laplacian, square
from numerics.drum.energies import shadow_energy, true_energy
from numerics.drum.forms import FORMS
from numerics.drum.stepping import Stepper
from numerics.drum.wave_speed.gradients import autograd_gradient, reversible_gradient
from numerics.drum.wave_speed.listening import Listening, listen
from numerics.drum.wave_speed.recovery import recover_speed
from numerics.schema import quantity

ENERGY_STEPS, ENERGY_STEP, ENERGY_SIDE = 300, 0.5, 13
EULER = "explicit_euler"
SPEED_SIDE, SPEED_STEP, SPEED_SAMPLES, LISTENERS = 12, 0.4, 150, 12


def random_state(spacings: int, seed: int = 0) -> tuple[Drum, np.ndarray, np.ndarray]:
    """Return a square drum with normal displacement and velocity on its free nodes."""
    drum = square(spacings)
    generator = np.random.default_rng(seed)
    fields = [np.where(drum.free, generator.normal(size=drum.free.shape), 0.0) for _ in range(2)]
    return drum, fields[0], fields[1]


@functools.cache
def energies() -> xr.Dataset:
    """Return true and shadow energy of every form, relative to their start, (form, step)."""
    drum, q, v = random_state(ENERGY_SIDE)
    true = np.empty((len(FORMS) + 1, ENERGY_STEPS))
    shadow = np.full_like(true, np.nan)
    for f, form in enumerate(FORMS):
        stepper = Stepper([drum], [q], [ENERGY_STEP], form, [v])
        for n in range(ENERGY_STEPS):
            state = stepper.displacement(), stepper.velocity()
            true[f, n] = true_energy(drum, *state)
            shadow[f, n] = shadow_energy(drum, *state, ENERGY_STEP, form)
            stepper.step()
    for n in range(ENERGY_STEPS):
        true[-1, n] = true_energy(drum, q, v)
        q, v = q + ENERGY_STEP * v, v + ENERGY_STEP * drum.free * laplacian(q)
    coords = {"form": [*FORMS, EULER], "step": np.arange(ENERGY_STEPS)}
    return xr.Dataset(
        {
            name: quantity(
                values / values[:, :1],
                ["form", "step"],
                name=name,
                long_name=f"{name} energy, relative to its start",
                coords=coords,
            )
            for name, values in (("true", true), ("shadow", shadow))
        }
    )


@functools.cache
def trained_speed() -> xr.Dataset:
    """Return a field c^2, what twelve listeners recover of it, and the gradient by two roads, (x, y).

    c^2 = 1 + .15 sin(i/3) cos(j/4) on M = 12, struck twice, 150 steps of .4, from c = 1.
    """
    plain = square(SPEED_SIDE)
    i, j = np.indices(plain.free.shape)
    target = 1 + 0.15 * np.sin(i / 3) * np.cos(j / 4)
    truth = square(SPEED_SIDE, speed=np.sqrt(target))
    free = np.argwhere(plain.free)
    chosen = np.random.default_rng(0).choice(len(free), LISTENERS, replace=False)
    listeners = [(int(x), int(y)) for x, y in free[chosen]]
    strike = np.zeros(plain.free.shape)
    strike[6, 6], strike[3, 8] = 1.0, 0.5  # (5, 5) and (2, 7), counted among free nodes
    targets = listen(truth, strike, listeners, SPEED_STEP, SPEED_SAMPLES)
    listening = Listening(strike, listeners, SPEED_STEP, targets)
    found = recover_speed(plain, [listening])
    _, gradient = reversible_gradient(plain, listening)
    _, reference = autograd_gradient(plain, listening)
    clamped = np.where(plain.free, 0.0, np.nan)
    fields = {
        "target": (target + clamped, "wave speed squared, the truth"),
        "recovered": (found.speed_squared + clamped, "wave speed squared, recovered"),
        "gradient": (gradient, "gradient of the loss at the start"),
        "autograd": (reference, "the same by autograd"),
    }
    named = {
        name: quantity(values, ["x", "y"], name=name, long_name=long_name)
        for name, (values, long_name) in fields.items()
    }
    return xr.Dataset(named, attrs={"iterations": found.iterations, "loss": found.loss})
