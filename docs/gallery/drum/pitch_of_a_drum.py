r"""
Why a drum of neurons is flat
=============================

A square drum of side :math:`L` sounds at :math:`f = c/(\sqrt 2 L)`. On a grid every wave is slower:
the fundamental is flat by :math:`z^2/6` with :math:`z = \pi/(2M)`. A step in time makes it sharp
again, by :math:`\nu^2 z^2/3`, and at :math:`\nu = 1/\sqrt 2` both cancel exactly.
"""

import matplotlib.pyplot as plt
import numpy as np
import sympy

from numerics.drum.drums import square
from numerics.drum.estimators.one_line import hann_two_point
from numerics.drum.network import WaveNetwork
from numerics.drum.square_modes import square_lines
from numerics.drum.stepping import struck
from theory import drum as laws

# %%
# The theory first: the deviation of the fundamental, and the magic step.

print(laws.fundamental_deviation().right)
print("left at nu = 1/sqrt(2):", laws.magic_diagonal().residual())

# %%
# The pitch of every side and step, in closed form, against the continuum.

sides = np.arange(6, 41)
courants = {"0.1": 0.1, "0.5": 0.5, "magic": float(1 / sympy.sqrt(2))}
deviation = {
    name: np.array([square_lines(int(m), nu).angles[0] / (2 * np.pi * nu) for m in sides])
    * np.sqrt(2)
    * sides
    - 1
    for name, nu in courants.items()
}
worst_at_magic_step = float(np.abs(deviation["magic"]).max())
print(f"magic step, all sides: {worst_at_magic_step:.1e}")

# %%
# And the network: nine drums in one batch, struck and heard at a node, their pitch read between the
# bins.

measured_sides = list(range(13, 22))
drums = [square(m) for m in measured_sides]
centres = [(m // 2, m // 2) for m in measured_sides]
network = WaveNetwork(drums, [0.5] * len(drums))
heard = network.listen([struck(d, at) for d, at in zip(drums, centres, strict=True)], centres, 4000)
pitch = np.array([hann_two_point(signal, 0.5) for signal in heard])
measured = pitch * np.sqrt(2) * measured_sides - 1
network_minus_formula = float(
    np.abs(measured - deviation["0.5"][np.isin(sides, measured_sides)]).max()
)
print(f"network minus closed form at dt = 0.5: {network_minus_formula:.1e}")


def visualize():
    """Draw the deviation against the side for three steps, with the network's points."""
    figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
    for (name, values), style in zip(deviation.items(), ("k-", "b--", "g-."), strict=True):
        axes.plot(sides, 100 * values, style, label=f"c dt/h = {name}")
    axes.plot(measured_sides, 100 * measured, "bo", label="network, 0.5")
    axes.plot(sides, -100 * (np.pi / (2 * sides)) ** 2 / 6, "r:", label=r"$-z^2/6$: the grid alone")
    axes.set(xlabel="side in spacings", ylabel="pitch against $c/(\\sqrt{2} L)$ (%)")
    axes.legend(fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
