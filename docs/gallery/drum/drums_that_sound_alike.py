r"""
Two drums that sound alike
==========================

Gordon, Webb and Wolpert (1992) built two drums of different shape and the same frequencies. On a
grid whose lines follow their edges they are isospectral *exactly*, node by node: no network of this
kind can tell them apart by what frequencies it hears. It can by how loud they are.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics.drum.drums import from_mask
from numerics.drum.modes import modes_of
from numerics.drum.nodal import displayed

CORNERS = (
    ((0, 0), (0, 1), (2, 3), (2, 2), (3, 2), (2, 1), (1, 1), (1, 0)),
    ((1, 0), (0, 1), (0, 2), (2, 2), (2, 3), (3, 2), (2, 1), (1, 1)),
)
SPACINGS = 8  # a unit of length

# %%
# A node is free when it lies strictly inside. Whether it does is decided in whole numbers: a point
# on an edge is clamped, and floating point would guess.


def inside(corners, spacings):
    """Return the mask of grid points strictly inside a polygon, (x, y), by crossings to the right."""
    points = [(spacings * x, spacings * y) for x, y in corners]
    mask = np.zeros((3 * spacings + 1, 3 * spacings + 1), bool)
    for x, y in np.ndindex(mask.shape):
        crossings, on_edge = 0, False
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
            side = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
            within = min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1)
            on_edge |= side == 0 and within
            if (y0 > y) != (y1 > y):
                crossings += (side > 0) == (y1 > y0)
        mask[x, y] = crossings % 2 == 1 and not on_edge
    return mask


drums = [from_mask(inside(corners, SPACINGS), spacing=1 / SPACINGS) for corners in CORNERS]
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
