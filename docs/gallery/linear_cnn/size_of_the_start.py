r"""
The size of the start decides how strict the competition is
===========================================================

The frequencies of a mode compete, and the dominant one wins; how clearly depends on the size
:math:`\sigma` of the start weights, by a power that the mode's spectrum fixes. Whether training then
ends at the weights of least norm is another question: that depends on the images.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics import images
from numerics.linear_cnn.clock import clocks_of
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel
from numerics.linear_cnn.minimal_norm import excess, minimal_norm
from numerics.linear_cnn.spectra import mode_spectra
from numerics.linear_cnn.starts import random_start
from numerics.singular_modes import Samples, modes_of, samples_of

# %%
# **One mode with four frequencies.** The clock says where training ends, from the start alone: no
# network is trained here. All frequencies start at :math:`\sigma`.

data = samples_of(
    images.cosine_sums(
        16,
        [
            [(0, 3, 1.0, 0.3), (2, 5, 0.8, 1.1), (4, 1, 0.5, -0.7), (6, 6, 0.3, 2.0)],
            [(1, 1, 0.6, 0.0), (3, 7, 0.5, 0.5), (7, 2, 0.2, 1.0)],
        ],
    )
)
modes = modes_of(data)
spectra = mode_spectra(modes)
sizes = np.logspace(-2, -6, 9)
same = sizes[:, None, None] * (spectra.magnitudes > 0)  # (start, mode, frequency)
clocks = clocks_of(modes, spectra, same, same)
end = clocks.end()
missing = 1 - clocks.dominance(end)[:, 0]  # what the dominant frequency does not have of the mode
least = 2 * modes.singular_values / (16 * modes.variances * spectra.largest)
above = 2 * (clocks.amplitudes(end) ** 2).sum(axis=2)[:, 0] / least[0] - 1

# %%
# Both fall with the power :math:`2 (1 - v_2/v_1)` of the start, in the limit.

first, second = np.unique(spectra.magnitudes[0].round(12))[[-1, -2]]
power = 2 * (1 - second / first)
slopes = [float(np.polyfit(np.log(sizes[-3:]), np.log(x[-3:]), 1)[0]) for x in (missing, above)]
print(f"expected {power:.4f}, found {slopes[0]:.4f} (share) and {slopes[1]:.4f} (norm)")

# %%
# **Trained networks and the least norm.** Images whose modes share no frequency; random images that
# are the same upside down, with one target; random images without such symmetry; the four shapes.


def random_images(seed, outputs, even):
    """Return three normal 8 x 8 images with random targets, or one class each."""
    generator = np.random.default_rng(seed)
    pixels = generator.normal(size=(3, 8, 8))
    if even:
        turned = -np.arange(8) % 8
        pixels = (pixels + pixels[:, turned][:, :, turned]) / 2
    targets = generator.normal(size=(3, 1)) if outputs == 1 else np.eye(3)
    return Samples(pixels.reshape(3, 64), targets)


disjoint = [
    [(0, 1, 1.0, 0.3), (1, 2, 0.7, 1.0)],
    [(1, 0, 0.8, 0.0), (2, 3, 0.5, 0.4)],
    [(1, 1, 0.6, 0.2), (3, 1, 0.4, 2.0)],
]
sets = {
    "no shared frequency": samples_of(images.cosine_sums(8, disjoint)),
    "one output, even images": random_images(3, 1, even=True),
    "one output, any images": random_images(1, 1, even=False),
    "three outputs, even images": random_images(2, 3, even=True),
    "three outputs, any images": random_images(0, 3, even=False),
    "four shapes": samples_of(images.shapes()),
}
starts = np.array([1e-2, 1e-3, 1e-4, 1e-6])


def excess_after_training(samples, scale):
    """Return the norm's excess over its minimum when a network of one kernel fits to 1e-5."""
    data = modes_of(samples)
    model, gains = FourierModel(data), mode_spectra(data)
    start = random_start(range(1), gains.side**2, data.targets.shape[1], scale)
    step = 0.05 / (gains.side * (gains.largest * data.singular_values).max())
    learner = FourierDescent(model, model.weights(start), step, loss_scale=1.0)
    for index in range(200_000):
        learner.update(index)
        if index % 200 == 0:
            missed = data.targets.T - model.map_rows(learner.weights) @ model.data.inputs.T
            if abs(missed).max() < 1e-5 * abs(data.targets).max():
                trained = model.in_pixels(learner.weights)
                least = minimal_norm(samples.inputs, samples.targets)
                return float(excess(trained.kernel, trained.outputs[:, :, 0], least)[0])
    return np.nan


found = {
    name: np.array([excess_after_training(samples, scale) for scale in starts])
    for name, samples in sets.items()
}
for name, values in found.items():
    print(f"{name:28}", "  ".join(f"{value:8.1e}" for value in values))


def visualize():
    """Draw the power law of the competition, and the excess of trained networks against the start."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
    left.loglog(sizes, missing, "ko", mfc="white", label="1 - share of the dominant frequency")
    left.loglog(sizes, above, "s", color="#0072B2", mfc="white", label="excess of the norm")
    left.loglog(sizes, missing[-1] * (sizes / sizes[-1]) ** power, "k-", lw=1, label="power law")
    left.set(xlabel=r"start $\sigma$", title="first mode of the sums of cosines, at the end")
    for (name, values), marker in zip(found.items(), "osD^vP", strict=True):
        right.loglog(starts, np.maximum(values, 1e-6), marker=marker, mfc="white", label=name)
    right.set(xlabel=r"start $\sigma$", ylabel="excess of the norm over its minimum")
    right.set_title("trained networks: no rule but for the first two sets")
    for ax in (left, right):
        ax.legend(fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
