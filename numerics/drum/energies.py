"""Energies of a stepped drum: the true one, which swings, and the one that a step form keeps."""

from __future__ import annotations

import numpy as np

from numerics.drum.drums import Drum, laplacian
from numerics.drum.forms import Form, require_form
from theory.errors import ArgumentError


def true_energy(drum: Drum, displacement: np.ndarray, velocity: np.ndarray) -> float:
    """Return v.v/2 + q.Kq/2, K = -c^2 Lap_h for a uniform speed; a step form lets it swing.

    Raises
    ------
    ArgumentError
        For a field of speeds, whose K is not symmetric; fields without the drum's shape.
    """
    q, v = _state(drum, displacement, velocity)
    return _product(v, v) / 2 + _product(q, _pulled(drum, q)) / 2


def shadow_energy(
    drum: Drum, displacement: np.ndarray, velocity: np.ndarray, time_step: float, form: Form
) -> float:
    """Return the quadratic energy that a step form keeps exactly; `theory.drum.shadow_energy`.

    Raises
    ------
    ArgumentError
        As `true_energy`, and for an unknown form.
    """
    require_form(form)
    (q, v), dt = _state(drum, displacement, velocity), time_step
    energy, pulled = true_energy(drum, q, v), _pulled(drum, q)
    corrections = {
        "velocity_verlet": lambda: -(dt**2) / 8 * _product(pulled, pulled),
        "position_verlet": lambda: -(dt**2) / 8 * _product(v, _pulled(drum, v)),
        "kick_first": lambda: -dt / 2 * _product(pulled, v),
        "drift_first": lambda: dt / 2 * _product(pulled, v),
    }
    return energy + corrections[form]()


def _state(
    drum: Drum, displacement: np.ndarray, velocity: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if np.ndim(drum.speed):
        raise ArgumentError("speed", "a field", "must be one number", "use a uniform drum")
    q = drum.require_field("displacement", displacement)
    return q, drum.require_field("velocity", velocity)


def _pulled(drum: Drum, field: np.ndarray) -> np.ndarray:
    return -drum.speed_squared() * laplacian(field, drum.spacing)


def _product(left: np.ndarray, right: np.ndarray) -> float:
    return float((left * right).sum())
