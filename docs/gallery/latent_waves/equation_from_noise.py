r"""
An equation found in noise
==========================

Two solitons of the Korteweg-de Vries equation, :math:`u_t = -6 u u_x - u_{xxx}`, with noise of 5 % of
their deviation. A fit to derivatives sees nothing but noise. Integrals against bumps need no
derivative of the data; and how far noise can move their coefficients is known beforehand, from
film and equation alone. So is which residual noise explains, and which asks for another term.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics.latent_waves.known_films import known_film
from numerics.latent_waves.recovery import expected_errors, strong_errors, weak_errors
from numerics.latent_waves.weak_form import conservative, weak_rows
from numerics.latent_waves.weak_noise import identify, noise_level

film = known_film("korteweg_de_vries")
print(film.equation)

# %%
# On the true terms, by differences and by bumps, and what was to be expected of the latter: standard
# deviations of the relative errors.

shares = np.array([0.0, 0.01, 0.05])
noisy = [film.with_noise(share, np.random.default_rng(0)) for share in shares]
strong = np.array([abs(strong_errors(film, field)).max() for field in noisy])
weak = np.array([abs(weak_errors(film, field)).max() for field in noisy])
expected = np.array([expected_errors(film, share).max() for share in shares])
for share, by_differences, by_bumps, foreseen in zip(shares, strong, weak, expected, strict=True):
    print(
        f"noise {share:4.0%}: differences {by_differences:.1e}, bumps {by_bumps:.1e}, "
        f"expected {foreseen:.1e}"
    )

# %%
# **Which terms?** One more term always fits better. The smallest equation whose residuals noise explains
# is the answer; the level of the noise comes from the field itself.

field = noisy[-1]
level = noise_level(field) / (shares[-1] * film.field.values.std())
found = identify(field)
terms = [weak_rows(field).terms[i] for i in found.support]
print(f"noise found: {level:.3f} of what is there; residuals explained: {found.explained}")

truth = conservative(film.equation)  # 6 u u_x is 3 (u^2)_x
off = []
for i, term in zip(found.support, terms, strict=True):
    value, error = found.coefficients[i], found.errors[i]
    off.append(float((value - truth[term]) / error))
    print(f"{term}: {value:.4f} +- {error:.4f}, true {truth[term]:.4f}")


def visualize():
    """Draw the film under its noise, and the errors of both forms against noise."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    left.pcolormesh(field.times, field.positions, field.values, cmap="viridis", rasterized=True)
    left.set(xlabel="t", ylabel="x", title="two solitons, 5 % noise")
    # no noise has a place of its own at the left of a logarithmic axis
    places = np.where(shares > 0, shares, 0.002)
    right.loglog(places, strong, "o-", label="differences")
    right.loglog(places, weak, "s-", label="bumps")
    right.loglog(places[1:], expected[1:], "k--", label="bumps, expected deviation")
    right.minorticks_off()
    right.set_xticks(places, [f"{share:.0%}" for share in shares])
    right.set(xlabel="noise", ylabel="largest error of a coefficient")
    right.legend(fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
