r"""
An accuracy before it is measured
=================================

A generator, a classifier and an encoder have learnt handwritten digits. Latents of one label are
averaged, the means made orthogonal, and the label of an image is read off the largest amplitude of its
latent :math:`z = \mu + \sigma \epsilon`. Each trial draws other noise and gives another accuracy. But
given an image every amplitude is a Gaussian number of known mean and variance. Taken as independent,
they make the chance :math:`P_x` that its label is read an integral, and the accuracy of a trial has

.. math:: \text{mean } \frac{1}{N} \sum_x P_x, \qquad
          \text{deviation } \frac{1}{N} \sqrt{\sum_x P_x (1 - P_x)} .

``theory.latent_basis`` derives both; here they are laid over twenty trials. Nothing is fitted.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from numerics.latent_basis.basis import basis_of
from numerics.latent_basis.conditional_law import accuracy_law, reliabilities
from numerics.latent_basis.rule import absolute_rule, signed_rule
from numerics.latent_basis.sampling import class_means
from validation.experiment import Work
from validation.latent_basis import Config
from validation.latent_basis.trained import trained_source

TRIALS = 20

# %%
# Networks with trained weights that come with the package, and images that they have not learnt.

source = trained_source(Config(preset="quick"))
material = source.material(0, "linear head", Work(Path(tempfile.mkdtemp())))
subject, labels = material.subject, material.test_labels
encoding = subject.encoded(material.test_images)

# %%
# Class means, and two ways to read a label off them. The paper's: Gram-Schmidt, and the largest
# magnitude of all amplitudes. And one that does not depend on the order of the labels: the orthogonal
# set nearest to the means, and the largest amplitude with its sign.

means = class_means(
    subject,
    subject.encoded(material.images),
    sets=source.sets,
    passes=source.passes,
    generator=np.random.default_rng(0),
)
rules = {
    "Gram-Schmidt, magnitudes": absolute_rule(basis_of(means, "qr")),
    "nearest orthogonal set, signs": signed_rule(basis_of(means, "symmetric")),
}

# %%
# The forecast: what the encoder says of the test images, no noise drawn.

chances = {
    name: reliabilities(*rule.moments(encoding), labels, absolute=rule.absolute)
    for name, rule in rules.items()
}
forecasts = {name: accuracy_law(chance) for name, chance in chances.items()}

# %%
# Then the trials. The forecast's deviation is that of one trial.

generator = np.random.default_rng(1)
drawn = [encoding.draw(generator) for _ in range(TRIALS)]
right = {
    name: np.array([rule.ranks(latents, labels) == 1 for latents in drawn])
    for name, rule in rules.items()
}
for name, (mean, deviation) in forecasts.items():
    found = right[name].mean(axis=1)
    print(
        f"{name}: forecast {mean:.4f} +- {deviation:.4f}, "
        f"found {found.mean():.4f} +- {found.std(ddof=1):.4f}"
    )

# %%
# The law speaks of every single image too: how often its label is read, of twenty times.


def visualize():
    """Draw forecast bands with the trials in them, and the hit rate of images by their forecast."""
    figure, (left, right_axes) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for number, (name, (mean, deviation)) in enumerate(forecasts.items()):
        colour = f"C{number}"
        left.axhspan(mean - 2 * deviation, mean + 2 * deviation, color=colour, alpha=0.2)
        left.axhline(mean, color=colour, ls="--")
        left.plot(np.arange(1, TRIALS + 1), right[name].mean(axis=1), "o", color=colour, label=name)
        order = np.array_split(np.argsort(chances[name], kind="stable"), 10)
        predicted = [chances[name][some].mean() for some in order]
        hits = [right[name][:, some].mean() for some in order]
        right_axes.plot(predicted, hits, "o", color=colour, label=name)
    left.set(xlabel="trial", ylabel="labels read right", title="band: forecast, two deviations")
    right_axes.plot([0, 1], [0, 1], "k:", lw=1)
    right_axes.set(xlabel="forecast for an image, tenths", ylabel="hit rate, 20 trials")
    right_axes.legend(fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
