r"""
How far a network hears
=======================

In each step of a network of coupled oscillators a pixel feels its neighbours. After :math:`T` steps it
*could* depend on everything within :math:`T` pixels. But what runs there are waves, of one pixel per
unit of time at most, and a step is :math:`\Delta t` of that: the front of what a pixel sends out is at

.. math:: r = t + \zeta \left( \frac{t (1 - \Delta t^2)}{8} \right)^{1/3}, \qquad t = n \, \Delta t,

an Airy function's, with :math:`\zeta` for the level that one listens for. With the published
:math:`\Delta t = 0.1` and :math:`T = 100` that is ten pixels and a tail, not a hundred.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

from numerics.wave_rnn.segments.small_tetrominoes import small_tetrominoes_splits
from numerics.wave_rnn.waves.kernels import LAPLACIAN
from numerics.wave_rnn.waves.range import (
    front_radius,
    impulse_response,
    measured_radius,
    range_of,
)
from theory import wave_rnn as laws
from validation.wave_rnn import Config
from validation.wave_rnn.setting import setting_of
from validation.wave_rnn.subjects import stored_subject

LEVEL = 1e-3  # of the largest value at the same time
TIME_STEP, STEPS = 0.1, 100

# %%
# The law: where the phase of a packet of waves is that of an Airy integral.

print(laws.front_distance())
print("left:", laws.airy_front().residual())

# %%
# One pixel is struck, the network at its start, small waves. How far is it heard?

times = (20, 50, 100)
rule = [front_radius(n * TIME_STEP, LEVEL, TIME_STEP) for n in times]
fields = [impulse_response(LAPLACIAN, 0.0, 0.0, TIME_STEP, n)[0, 0] for n in times]
heard = [measured_radius(field, LEVEL) for field in fields]
for n, said, found in zip(times, rule, heard, strict=True):
    print(f"n = {n:3}: could reach {n} pixels, front by the law {said:.1f}, found {found}")

# %%
# Fewer and longer steps hear as far. A small network with steps of 0.6 comes with the package, trained on
# images of one piece each; of its three seeds the one that its validation images chose.

setting = setting_of(Config(preset="quick"))
architecture = setting.architectures["nwm linear"]
splits = small_tetrominoes_splits((16, 200, 200))
networks = [stored_subject(architecture, "nwm linear", seed).network() for seed in range(3)]


def logits(network, images):
    """Return what a network says of each class at each pixel."""
    with torch.no_grad():
        return network(torch.from_numpy(images))


def loss(network, pairs):
    """Return the cross entropy of all pixels."""
    truth = torch.from_numpy(pairs.masks)
    return float(torch.nn.functional.cross_entropy(logits(network, pairs.images), truth))


judged, kept = (images.batch(range(200)) for images in (splits.validation, splits.test))
network = min(networks, key=lambda one: loss(one, judged))

# %%
# What theory says of it before it sees an image, from its kernel alone; and how well it segments images
# that neither its weights nor this choice have seen.

kernel = network.kernel.detach().double().numpy()
steps, time_step = architecture.steps, architecture.time_step
trained = range_of(kernel, 0.0, 0.0, time_step, steps, LEVEL)
print(
    f"{steps} steps of {time_step}: long waves run {trained.travelled:.1f} pixels; pieces have 8 to 16"
)

classes = logits(network, kept.images).argmax(1).numpy()
objects = kept.masks > 0
right = float((classes == kept.masks)[objects].mean())
print(f"{right:.1%} of the objects' pixels have the right class")


def visualize():
    """Draw the front on an axis with its law, and what the small network makes of three images."""
    figure, axes = plt.subplots(
        1, 4, figsize=(11, 3.2), layout="constrained", width_ratios=(2, 1, 1, 1)
    )
    for number, (n, field, said) in enumerate(zip(times, fields, rule, strict=True)):
        middle = len(field) // 2
        along = np.abs(field[middle, middle:]) / np.abs(field).max()
        axes[0].semilogy(along, f"C{number}o-", ms=3, label=f"n = {n}")
        axes[0].axvline(said, color=f"C{number}", ls="--", lw=1)
    axes[0].axhline(LEVEL, color="k", ls=":", lw=1)
    axes[0].set(xlim=(0, 24), ylim=(1e-7, 2), xlabel="pixels", ylabel="|y|, of the largest")
    axes[0].set_title("an impulse; dashed: the law")
    axes[0].legend(fontsize="small")
    for place, number in zip(axes[1:], range(3), strict=True):
        place.imshow(kept.images[number, 0], cmap="gray", vmin=0, vmax=1)
        here = np.ma.masked_equal(classes[number], 0)
        place.imshow(here, cmap="Set1", vmin=1, vmax=9, alpha=0.6)
        names = splits.test.classes
        place.set(xticks=[], yticks=[], title=names[int(kept.masks[number].max())])
    return figure


if __name__ == "__main__":
    visualize()
