r"""
Two drums that sound alike
==========================

Gordon, Webb and Wolpert (1992) built two drums of different shape and the same frequencies. On a
grid whose lines follow their edges they are isospectral *exactly*, node by node: no network of this
kind can tell them apart by what frequencies it hears. It can by how loud they are.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics.drum.modes import modes_of
from numerics.drum.nodal import displayed
from numerics.drum.shapes.grid_masks import mask_of
from numerics.drum.shapes.named import isospectral_pair

SPACINGS = 8  # a unit of length

# %%
# A node is free when it lies strictly inside. Whether it does is decided in whole numbers: a point
# on an edge is clamped, and floating point would guess.

drums = [mask_of(polygon, 1 / SPACINGS) for polygon in isospectral_pair()]
modes = [modes_of(drum) for drum in drums]

# %%
# All 189 eigenvalues of one are those of the other, and the ninth is the triangle's that both are
# made of.

first, second = (m.eigenvalues for m in modes)
largest_difference = float(np.abs(first - second).max() / first.max())
triangle = 4 * SPACINGS**2 * (np.sin(np.pi / (2 * SPACINGS)) ** 2 + np.sin(np.pi / SPACINGS) ** 2)
print(
    f"{drums[0].nodes} and {drums[1].nodes} nodes, spectra differ by {largest_difference:.1e} of the largest"
)
print(f"ninth eigenvalue {first[8]:.6f}, of the triangle {triangle:.6f}")


def visualize():
    """Draw the first, third and ninth mode of both drums."""
    figure, panels = plt.subplots(2, 3, figsize=(8, 5.4), layout="constrained")
    for row, drum, found in zip(panels, drums, modes, strict=True):
        for axes, number in zip(row, (0, 2, 8), strict=True):
            field = displayed(drum.field(found.vectors[:, number]))
            axes.imshow(field.T, origin="lower", cmap="RdBu_r", vmin=-1, vmax=1)
            axes.set_title(f"mode {number + 1}: {found.eigenvalues[number]:.4f}", fontsize="small")
            axes.set_axis_off()
    return figure


if __name__ == "__main__":
    visualize()
