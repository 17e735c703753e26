r"""
The front of a photograph's patches
===================================

Sort the eigenimages of an image set by singular value, take their spectra, and show one after the
other: a ring of energy moves outwards. Where it is needs no dynamics. The eigenimages are an
orthonormal basis, so each frame uses up one frequency; after :math:`j` frames those within a radius
:math:`R` are gone, :math:`C_p R^2 = j`, and

.. math:: R(j) = \sqrt{j / C_p} .

``theory.latent_waves`` derives it; here it is laid over patches of a photograph.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics.images.streams import photographs
from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.film import moving_mean, spectral_energies
from numerics.latent_waves.front import area_radius, front_fit, inner_frames, median_radius
from numerics.latent_waves.lattice import radius
from numerics.latent_waves.moments import half_moments
from numerics.latent_waves.ring_shape import log_power, ring_shape
from numerics.latent_waves.second_order import hann_power_spectrum

SHAPE = (24, 24)

# %%
# Patches from random places of a photograph, in two random halves. All that is needed of each half
# are sums of products of pixels, from one pass.

patches = photographs("flower", count=20_000, image_side=SHAPE[0])
half_a, half_b = half_moments(patches, seed=0)

# %%
# Half A says what a radius is: the p-norm that orders its power spectrum best. It is no circle's.

p = ring_shape(log_power(hann_power_spectrum(half_a))).p
radii = radius(SHAPE, p)
print(f"p = {p:.2f}")

# %%
# The front of a film is the radius within which half of a frame's energy lies. Two forecasts of the
# front of half B: the area law, which knows p alone, and the eigenimages of half A.


def film_of(half):
    """Return the energy of each frequency in each frame."""
    return spectral_energies(eigenimages(half).vectors, SHAPE)


frames = inner_frames(p, SHAPE)  # the front is inside the plane of frequencies
law = area_radius(np.arange(SHAPE[0] * SHAPE[1]), p, SHAPE)
fronts = {"half A": median_radius(film_of(half_a), radii)}
film = film_of(half_b)
fronts["half B"] = median_radius(film, radii)

# %%
# The exponent of the front and its ratio to the law are those of the law, 1/2 and 1; and what is left
# between the halves is sampling.

fit = front_fit(fronts["half B"], frames, p, SHAPE)
print(f"exponent {fit.exponent:.3f}, ratio to the area law {fit.ratio:.3f}")
smooth = {name: moving_mean(front, 9)[frames] for name, front in fronts.items()}
mean = smooth["half B"].mean()
left = {
    name: float(np.sqrt(((forecast - smooth["half B"]) ** 2).mean()) / mean)
    for name, forecast in (
        ("area law", moving_mean(law, 9)[frames]),
        ("half A", smooth["half A"]),
    )
}
for name, rms in left.items():
    print(f"{name} misses half B by {rms:.2%} (rms, of the mean radius)")


def visualize():
    """Draw four frames of the film with the law's ring over them, and the front with its forecasts."""
    figure = plt.figure(figsize=(10, 3.6), layout="constrained")
    strip, plot = figure.subfigures(1, 2, width_ratios=(1.5, 1))
    across = np.arange(SHAPE[1]) - SHAPE[1] // 2
    for axes, frame in zip(strip.subplots(1, 4), (10, 40, 130, 300), strict=True):
        energy = film[:, frame - 4 : frame + 5].mean(axis=1).reshape(SHAPE)
        axes.pcolormesh(across, across, np.log10(energy + 1e-5), cmap="magma")
        axes.contour(across, across, radii, [law[frame]], colors="cyan", linewidths=1.2)
        axes.set(title=f"frame {frame}", aspect="equal")
        axes.set_axis_off()
    axes = plot.subplots()
    numbers = np.arange(len(law))[frames] + 0.5
    axes.loglog(numbers, fronts["half B"][frames], ".", ms=3, color="0.6", label="half B")
    axes.loglog(numbers, smooth["half A"], label="half A")
    axes.loglog(numbers, law[frames], "k--", label="area law")
    axes.minorticks_off()
    axes.set_xticks([10, 30, 100, 300], ["10", "30", "100", "300"])
    axes.set_yticks([2, 4, 8], ["2", "4", "8"])
    axes.set(xlabel="frame j + 1/2", ylabel="front R(j)")
    axes.legend(fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
