r"""
How well an eigenvalue is known
===============================

The lowest eigenvalue of the L-shaped drum, 9.6397238440219410527 (literature), has no formula. Its
reentrant corner bends every mode as :math:`r^{2/3}`, which no grid and no polynomial likes: the error
of a grid falls as :math:`h^{4/3}`. Knowing the power is half of the remedy, looking at the corner more
closely the other; waves made for the corner need neither. Each method says itself how far it is off.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics.drum.shapes.grid_masks import mask_of
from numerics.drum.shapes.named import l_shape
from numerics.drum.spectra.estimates import SAFETY, three_level_estimate
from numerics.drum.spectra.finite_elements import accurate_spectrum, graded_meshes
from numerics.drum.spectra.masks import corner_powers, extrapolated, mask_spectrum
from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues, unknowns
from numerics.drum.spectra.particular_solutions import particular_solution
from numerics.drum.spectra.polygon_mesh import polygon_mesh

TRUE = 9.6397238440219410527
drum = l_shape()
points = {}  # method: (unknowns, eigenvalue, error that the method states)

# %%
# Grids: one alone, and several extrapolated by the powers of h that the corners allow. With the powers
# of a square, 2, 4, 6, ..., which know no corner, six grids are hardly better than one.

divisions = np.array([8, 10, 16, 20, 40, 64])
masks = [mask_spectrum(mask_of(drum, 1 / n), 1) for n in divisions]
heights, values = 1 / divisions, np.array([mask.eigenvalues[0] for mask in masks])
points["grid"] = [(mask.unknowns, *mask.eigenvalues, np.nan) for mask in masks]
powers = corner_powers(drum.angles, 5)
print("powers of h:", np.round(powers, 3))


def limit(grids, powers):
    """Return how many nodes the first so many grids have, their limit, and twice its estimate."""
    found, estimate = extrapolated(heights[:grids], values[:grids], powers[: grids - 1])
    return sum(mask.unknowns for mask in masks[:grids]), float(found), SAFETY * float(estimate)


points["grid, extrapolated"] = [limit(grids, powers) for grids in (4, 5, 6)]
without_corner = abs(limit(6, (2, 4, 6, 8, 10))[1] / TRUE - 1)
print(f"six grids by even powers: {without_corner:.0e} off")

# %%
# Elements: quadratic ones on even and on graded meshes, quartic ones in layers around the corner. What
# three levels say of the last one's error is doubled.

even, graded = [polygon_mesh(drum, np.sqrt(drum.area) / 4)], graded_meshes(drum, 1, levels=4)
for _ in graded[1:]:
    even.append(even[-1].refined())
for name, meshes in (("P2, uniform", even), ("P2, graded", graded)):
    points[name] = [(unknowns(mesh), mesh_eigenvalues(mesh, 1)[0], np.nan) for mesh in meshes]
for k in (2, 3):
    levels = [[value] for _, value, _ in points["P2, graded"][k - 2 : k + 1]]
    stated = SAFETY * three_level_estimate(*levels)[0]
    points["P2, graded"][k] = (*points["P2, graded"][k][:2], stated)
quartic = [accurate_spectrum(drum, 1, refinements=r) for r in (1, 2)]
points["P4, layers"] = [(s.unknowns, *s.eigenvalues, *s.errors) for s in quartic]

# %%
# Waves :math:`J_{2k/3}(\sqrt\lambda r) \sin(2k\theta/3)` solve the equation at the corner exactly; a sum
# of them has to vanish on the other sides. How much it does not bounds the error (Moler and Payne 1968).

near = quartic[-1].eigenvalues[0]
waves = [particular_solution(drum, near, terms=n) for n in (15, 20, 30, 40, 50, 60)]
points["particular solutions"] = [(s.unknowns, *s.eigenvalues, *s.errors) for s in waves]

# %%
# The finest of each, and whether what it says of itself is true.

errors = {name: np.array([abs(v / TRUE - 1) for _, v, _ in row]) for name, row in points.items()}
stated = {name: np.array([error / TRUE for *_, error in row]) for name, row in points.items()}
for name, row in points.items():
    cost, off, says = row[-1][0], errors[name][-1], stated[name][-1]
    print(f"{name:20} {cost:6} unknowns, off by {off:.1e}, its own bar {says:.1e}")


def visualize():
    """Draw error against unknowns, solid; what each method says of itself, dotted."""
    figure, axes = plt.subplots(figsize=(7, 4.4), layout="constrained")
    for (name, row), marker in zip(points.items(), "os^DvP", strict=True):
        cost = [n for n, *_ in row]
        floor = np.maximum(errors[name], 1e-16)
        (line,) = axes.loglog(cost, floor, marker + "-", ms=5, label=name)
        axes.loglog(cost, stated[name], ":", color=line.get_color())
    axes.set(xlabel="unknowns", ylabel="relative error of the lowest eigenvalue")
    axes.legend(fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
