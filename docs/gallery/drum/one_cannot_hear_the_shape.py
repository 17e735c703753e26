r"""
One cannot hear the shape of a drum
===================================

Gordon, Webb and Wolpert (1992) glue seven copies of a triangle in two ways. A matrix :math:`X` of
whole numbers carries every mode of one drum to the other: triangle :math:`i` gets
:math:`\sum_j X_{ij}` times what stands on triangle :math:`j`. It knows nothing of modes, only of
which sides are glued. So it carries grids to grids and steps in time to steps in time as well, and a
wave network on one drum has the frequencies of a wave network on the other, to rounding.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics.drum.isospectral.transplantation import (
    grid_pair,
    orthogonal_transplantation,
    transplanted,
    triangle_eigenvalue,
    triangle_mode,
)
from numerics.drum.modes import modes_of, operator
from numerics.drum.nodal import displayed
from numerics.drum.spectra.masks import mask_spectrum
from numerics.drum.stepping import Stepper, struck
from theory import drum as laws

# %%
# The theory first: X makes the sides of one drum those of the other, and it can be undone.

left_over = [laws.intertwining(side).residual() for side in range(3)]
print("left over:", left_over)
print(laws.transplantation_determinant().right)

# %%
# Two networks hear the same, on any grid that follows the triangles. No grid has the drum's own
# eigenvalues, and all have each other's.

differences = {}
for spacings in (5, 8, 16, 32):
    first, second = (mask_spectrum(grid.drum, 10).eigenvalues for grid in grid_pair(spacings))
    differences[spacings] = float(np.abs(first / second - 1).max())
    print(
        f"{spacings:2} spacings a leg: lowest {first[0]:.4f}, ten differ {differences[spacings]:.0e}"
    )

# %%
# Why: a mode of the first drum, carried over, fits at every side it crosses, is 0 at the rim, and the
# stencil multiplies it by the same number. Of all such matrices one is orthogonal: it keeps norms.

source, target = grid_pair(8)
modes, matrix = modes_of(source.drum), orthogonal_transplantation()
stencil = operator(target.drum)
carried, misfits, residuals, norms = {}, [], [], []
for number in (0, 1, 2, 8):
    field = np.where(source.drum.free, source.drum.field(modes.vectors[:, number]), 0.0)
    image = transplanted(matrix, field, source, target)
    values, eigenvalue = image.field[target.drum.free], modes.eigenvalues[number]
    misfits.append(max(image.gap, image.rim))
    residuals.append(float(np.abs(stencil @ values - eigenvalue * values).max() / eigenvalue))
    norms.append(float(np.linalg.norm(values)))
    carried[number] = image.field
print(f"misfit {max(misfits):.0e}, residual {max(residuals):.0e}, norm 1 to {max(norms) - 1:.0e}")

# %%
# Mode 9 is known in full: the lowest mode of the triangle,
# :math:`\sin 2\pi x \sin \pi y + \sin \pi x \sin 2\pi y`, its sign turned at every side that is glued. So it
# is zero on all of them, and both drums have :math:`\lambda = 5\pi^2`, a grid its own number of it.

of_triangles = [triangle_mode(grid, 2, 1) for grid in (source, target)]
found = (source.drum.field(modes.vectors[:, 8]), carried[8])
alike = [
    abs(np.nansum(one * other) / np.linalg.norm(one) / np.sqrt(np.nansum(other**2)))
    for one, other in zip(of_triangles, found, strict=True)
]
exact = triangle_eigenvalue(2, 1, 8)
print(f"mode 9: {modes.eigenvalues[8]:.10f}, of the triangle {exact:.10f}, cosines {alike}")

# %%
# The same for a strike that is no mode at all. One struck node becomes several, with signs; whoever
# strikes those on the second drum sees the image of the first one's waves ever after.

DT, STEPS, NODE = 0.05, 400, (10, 12)
strike = struck(source.drum, NODE)
image = transplanted(matrix, strike, source, target).field
nodes_struck = int(np.count_nonzero(np.abs(image) > 1e-12))
moving = Stepper([source.drum, target.drum], [strike, image], [DT, DT])
moving.step(STEPS)
followed = transplanted(matrix, moving.displacement(0), source, target).field
apart = float(np.abs(followed - moving.displacement(1)).max())
print(f"{nodes_struck} nodes struck; after {STEPS} steps the waves are the image's to {apart:.0e}")


SEVEN = np.arange(21).reshape(7, 3)  # corners of the triangles


def visualize():
    """Draw four modes of the first drum, and what becomes of them on the second; the triangles of mode 9."""
    figure, panels = plt.subplots(2, len(carried), figsize=(9, 4.8), layout="constrained")
    for column, number in zip(panels.T, carried, strict=True):
        own = source.drum.field(modes.vectors[:, number])
        over = np.where(target.drum.free, carried[number], np.nan)
        for axes, grid, field in zip(column, (source, target), (own, over), strict=True):
            x, y = (np.arange(size) * grid.drum.spacing for size in field.shape)
            shown = displayed(field)
            axes.pcolormesh(x, y, shown.T, cmap="RdBu_r", vmin=-1, vmax=1)
            axes.contour(x, y, shown.T, levels=[0], colors="black", linewidths=0.8)
            axes.plot(*np.vstack([grid.tiling.ring, grid.tiling.ring[:1]]).T, "k", lw=1)
            if number == 8:  # which is zero on all of the triangles' sides
                axes.triplot(*grid.tiling.triangles.reshape(-1, 2).T, SEVEN, color="0.4", lw=0.8)
            axes.set_aspect("equal")
            axes.set_axis_off()
        column[0].set_title(f"mode {number + 1}: {modes.eigenvalues[number]:.4f}", fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
