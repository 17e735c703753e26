r"""
The clock of online learning
============================

Online, a mode with a frequency of its own moves only when its class is drawn. Each draw takes it
one step of the map, with a step :math:`p` times as large; so after :math:`t` updates it has made a
binomial number of steps, and mean, band and jitter of online learning are sums over
:math:`\mathrm{Binomial}(t, 1/p)`: nothing has to be trained.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from scipy.stats import binom

from numerics import images, integrate
from numerics.singular_modes import singular_modes
from theory import linear_cnn

# %%
# The set of Fig 3; the first mode is the constant image, a frequency that is its own conjugate, so
# v = 1.

modes = singular_modes(
    images.pure_cosines(
        image_side=16, frequencies=[(0, 0), (5, 2), (1, 7), (0, 4)], amplitudes=[1.5, 1.0, 0.5, 0.2]
    )
)
singular_value = float(modes.singular_values[0])
classes = len(modes.singular_values)
step = 2 / classes * 5e-4  # loss scale of the mean squared error, times the learning rate
parameters = xr.Dataset(
    {
        "singular_value": singular_value,
        "initial_strength": 2e-6,  # about that of the default run
        "image_side": 16.0,
        "spectral_magnitude": 1.0,
        "flow_time_step": classes * step,
    }
)
drawn = np.arange(400)
strength = integrate(
    linear_cnn.descent_map(),
    parameters,
    xr.DataArray(drawn, dims="update", coords={"update": drawn}),
).values

# %%
# Mean and deviation at every update, exactly, and the jitter of the discovery: the negative
# binomial time of the step at which the mode passes S/2.

updates = np.arange(1000)
weights = binom.pmf(drawn[:, None], updates, 1 / classes)
mean = strength @ weights
deviation = np.sqrt(np.clip(strength**2 @ weights - mean**2, 0, None))
steps_needed = int((strength > singular_value / 2).argmax())
expected = classes * steps_needed
jitter = np.sqrt((classes - 1) * expected)
print(f"discovered after {expected} updates on average, give or take {jitter:.1f}")

# %%
# Two thousand clocks, drawn: no network, only which class comes.

generator = np.random.default_rng(0)
counts = (generator.random((2000, updates.size - 1)) < 1 / classes).cumsum(axis=1)
counts = np.concatenate((np.zeros((2000, 1), int), counts), axis=1)
discovered = (counts >= steps_needed).argmax(axis=1)
print(f"2000 clocks:     after {discovered.mean():.1f}, give or take {discovered.std():.1f}")


def visualize():
    """Draw the exact band, six clocks, and the discovery times."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    left.fill_between(
        updates, mean - deviation, mean + deviation, color="0.85", label="mean and band, exact"
    )
    left.plot(updates, mean, "k-")
    left.plot(updates, strength[counts[:6]].T, linewidth=0.8)
    left.set(
        xlabel="updates", ylabel="strength A", title="six clocks in their band", xlim=(200, 800)
    )
    left.legend(fontsize="small")
    right.hist(discovered, bins=30, density=True, color="0.8", label="2000 clocks")
    grid = np.arange(expected - 150, expected + 150)
    gauss = np.exp(-((grid - expected) ** 2) / (2 * jitter**2)) / (jitter * np.sqrt(2 * np.pi))
    right.plot(grid, gauss, "k--", label=r"$\sqrt{(p-1)\,t}$")
    right.set(xlabel="updates until S/2", title="jitter of the discovery")
    right.legend(fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
