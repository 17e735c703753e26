r"""
A wave meets a soft wall
========================

A network of coupled oscillators is to tell objects apart by giving each a stiffness :math:`\omega` of
its own. A wave that comes to the edge of an object keeps its frequency and changes its wave number,

.. math:: 4 \sin^2 \tfrac{k_2}{2} = 4 \sin^2 \tfrac{k_1}{2} - (\omega_2 - \omega_1), \qquad
          |R|^2 = \frac{\sin^2 \tfrac{k_1 - k_2}{2}}{\sin^2 \tfrac{k_1 + k_2}{2}},

and where no :math:`k_2` is left, all of it comes back: the edge is a wall, though nothing in the
network says so. ``theory.wave_rnn`` derives both; here packets are sent against such walls.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics.wave_rnn.waves.boundary import closing_contrast, jump_reflection
from numerics.wave_rnn.waves.kernels import LAPLACIAN
from numerics.wave_rnn.waves.packets import Packet, reflected_energy
from numerics.wave_rnn.waves.stepping import stepped
from theory import wave_rnn as laws

K = 1.0  # radians per pixel: a wavelength of 6.3 pixels

# %%
# The theory first: what matches the two sides, and where nothing goes through.

print(laws.reflected_energy().residual(), laws.total_reflection().residual())
wall = float(closing_contrast(K))
print(f"closed from a contrast of {wall:.4f} on")

# %%
# Packets of 80 pixels on a long line, run until they have left the wall; the energy is the one that the
# network's step conserves. Far from the wall's own contrast a packet is as good as a wave.

contrasts = (0.2, 0.35, 0.5, 0.65, 1.2, 2.0)
said = np.abs(jump_reflection(0.0, contrasts, K)) ** 2
found = np.array([reflected_energy(Packet(0.0, contrast, K)) for contrast in contrasts])
for contrast, law, energy in zip(contrasts, said, found, strict=True):
    print(
        f"contrast {contrast:4}: |R|^2 = {law:.5f}, of the packet's energy came back {energy:.5f}"
    )

# %%
# Two shorter ones in the network's own step, tanh and all, to look at: the same wave at a wall that lets
# it through and at one that does not. They are weak, for tanh slows strong waves, and slow ones are
# stopped by less.

WEAK = 0.1
shown = {}
for contrast in (0.5, 2.0):
    packet = Packet(0.0, contrast, K, sigma=16.0, sites=400)
    start, velocity = (WEAK * field[None, None] for field in packet.start())
    stiffness = packet.stiffness()[None, None]
    motion = stepped(start, LAPLACIAN, stiffness, 0.0, packet.time_step, packet.steps(), velocity)
    shown[contrast] = motion.positions[::10, 0, 0]


def visualize():
    """Draw the two packets over time, and the share that comes back against the contrast."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), layout="constrained")
    for place, (contrast, field) in zip(axes, shown.items(), strict=False):
        times = [0, len(field)]  # ten steps of 0.1 a row
        shades = plt.Normalize(-0.6 * WEAK, 0.6 * WEAK)
        drawn = {"cmap": "RdBu_r", "norm": shades, "aspect": "auto", "origin": "lower"}
        place.imshow(field, extent=(-200, 200, *times), **drawn)
        place.axvline(0, color="k", lw=0.8)
        place.set(xlabel="pixels from the wall", ylabel="time", title=f"contrast {contrast}")
    line = np.linspace(0, 2.2, 400)
    axes[2].plot(line, np.abs(jump_reflection(0.0, line, K)) ** 2, label=r"$|R|^2$")
    axes[2].plot(contrasts, found, "o", label="packets")
    axes[2].axvline(wall, color="k", ls=":", lw=1, label=r"$4 \sin^2(k/2)$")
    axes[2].set(xlabel=r"contrast $\omega_2 - \omega_1$", ylabel="energy that comes back")
    axes[2].legend(fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
