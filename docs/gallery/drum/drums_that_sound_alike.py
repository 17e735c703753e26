r"""
Two drums that sound alike
==========================

Gordon, Webb and Wolpert (1992) built two drums of different shape and the same frequencies. On a
grid whose lines follow their edges they are isospectral *exactly*, node by node: no network of this
kind can tell them apart by what frequencies it hears. It can by how loud they are.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics.drum.isospectral.tilings import unfolded_pair
from numerics.drum.modes import modes_of
from numerics.drum.nodal import displayed
from numerics.drum.shapes.grid_masks import mask_of
from numerics.drum.shapes.named import isospectral_pair
from numerics.drum.spectra.mesh_spectra import mesh_patterns
from numerics.drum.spectra.polygon_mesh import mesh_of_triangles

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

# %%
# It need not be this triangle. Any other, unfolded by the same reflections, makes such a pair. No grid
# follows its sides, but meshes do: refined alike in all seven triangles they have one spectrum as well.

tilings = unfolded_pair(np.array([[0.0, 0.0], [1.0, 0.0], [0.2, 0.8]]))
meshes = [mesh_of_triangles(tiling.triangles, 2) for tiling in tilings]
found = [mesh_patterns(mesh, 9, "P4") for mesh in meshes]
of_any_triangle = float(np.abs(found[0][0] / found[1][0] - 1).max())
print(f"another triangle: lowest {found[0][0][0]:.4f}, nine differ {of_any_triangle:.0e}")


def visualize():
    """Draw the first, third and ninth mode of both drums, on grids and, of the other triangle, on meshes."""
    figure, panels = plt.subplots(2, 6, figsize=(13, 5), layout="constrained")
    for column, number in enumerate((0, 2, 8)):
        for row, drum, own in zip(panels, drums, modes, strict=True):
            field = displayed(drum.field(own.vectors[:, number]))
            row[column].imshow(field.T, origin="lower", cmap="RdBu_r", vmin=-1, vmax=1)
            row[column].set_title(f"mode {number + 1}: {own.eigenvalues[number]:.4f}")
        for row, tiling, (eigenvalues, mesh, patterns) in zip(panels, tilings, found, strict=True):
            axes, field = row[3 + column], patterns[number]
            field = field / field[abs(field).argmax()]  # as `displayed`: the largest is 1
            axes.tripcolor(
                *mesh.p, mesh.t.T, field, cmap="RdBu_r", vmin=-1, vmax=1, shading="gouraud"
            )
            axes.triplot(
                *tiling.triangles.reshape(-1, 2).T, np.arange(21).reshape(7, 3), color="k", lw=0.4
            )
            axes.set_title(f"mode {number + 1}: {eigenvalues[number]:.4f}")
    for axes in panels.flat:
        axes.set_aspect("equal")
        axes.set_axis_off()
    return figure


if __name__ == "__main__":
    visualize()
