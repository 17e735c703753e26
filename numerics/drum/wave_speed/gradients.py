"""How the loss of a listening changes with the wave speed of each node.

The step can be walked back exactly, so the gradient needs no stored states: its memory does not grow
with the number of steps.
"""

from __future__ import annotations

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.flat_field import FlatField
from numerics.drum.wave_speed.listening import Listening
from numerics.drum.wave_speed.motion import (
    Motion,
    coefficient_of,
    places_of,
    require_time_step,
    struck_field,
)


def reversible_gradient(drum: Drum, listening: Listening) -> tuple[float, np.ndarray]:
    """Return J and dJ/dc2, (x, y), nan where it is clamped; the memory does not grow with N.

    Going back, n = N..1, from a_q = a_v = 0:

        a_q += dt (q_n - target_n) at the listeners;  a_v += dt a_q;
        q_{n-1} = q_n - dt v_n;  gradient += dt a_v Lap q_{n-1};
        a_q += dt Lap(c2 a_v);  v_{n-1} = v_n - dt c2 Lap q_{n-1}.

    Raises
    ------
    ArgumentError
        If drum and listening do not fit, as `listen`.
    """
    require_time_step(listening.time_step, drum)
    total, gradient = loss_and_gradient(
        coefficient_of(drum, listening.time_step),
        struck_field(drum, listening.strike),
        places_of(drum, listening.listeners),
        listening,
    )
    scale = (listening.time_step / drum.spacing) ** 2
    return total, drum.field(scale * gradient[drum.free])


def autograd_gradient(drum: Drum, listening: Listening) -> tuple[float, np.ndarray]:
    """Return what `reversible_gradient` does, by autograd through the wave network; every state is kept.

    Raises
    ------
    ArgumentError
        If drum and listening do not fit, as `listen`.
    """
    import torch

    from numerics.drum.network import WaveNetwork

    require_time_step(listening.time_step, drum)
    network = WaveNetwork([drum], [listening.time_step], "kick_first")
    speed_squared = network.speed_squared.clone().requires_grad_()
    displacement, velocity = network.state([struck_field(drum, listening.strike)])
    nodes = [drum.require_free("listeners", node) for node in listening.listeners]
    x, y = (torch.tensor(side) for side in zip(*nodes, strict=True))
    total = torch.zeros((), dtype=torch.float64)
    for target in torch.tensor(np.asarray(listening.targets, float).T):
        displacement, velocity = torch.func.functional_call(
            network, {"speed_squared": speed_squared}, (displacement, velocity)
        )
        total = total + (displacement[0, 0, x, y] - target).square().sum()
    total = listening.time_step / 2 * total
    (gradient,) = torch.autograd.grad(total, speed_squared)
    # the network's speeds are of a spacing of 1
    return float(total.detach()), drum.field(gradient[0, 0].numpy()[drum.free] / drum.spacing**2)


def loss_and_gradient(
    coefficient: np.ndarray, displacement: np.ndarray, places: np.ndarray, listening: Listening
) -> tuple[float, np.ndarray]:
    """Return J and its gradient by the coefficient dt^2 c^2/h^2, (x, y); see `reversible_gradient`."""
    time_step = listening.time_step
    targets = np.asarray(listening.targets, float).T
    motion = Motion(coefficient, displacement)
    heard = motion.displacement.inside
    squares = 0.0
    for target in targets:
        motion.forward()
        missed = heard[places] - target
        squares += missed @ missed

    by_displacement = np.zeros_like(heard)  # a_q
    by_drift = np.zeros_like(heard)  # a_v/dt
    gradient, product = np.zeros_like(heard), np.zeros_like(heard)
    carried = FlatField(np.zeros_like(coefficient))
    for target in targets[::-1]:
        by_displacement[places] += time_step * (heard[places] - target)
        by_drift += by_displacement
        motion.backward()
        np.multiply(by_drift, motion.pull, out=product)
        gradient += product
        np.multiply(motion.coefficient, by_drift, out=carried.inside)
        carried.five_point_sum(product)
        by_displacement += product
    drawn = np.zeros_like(coefficient)
    drawn[1:-1] = gradient.reshape(drawn[1:-1].shape)
    return float(time_step / 2 * squares), drawn
