r"""
A rotation that keeps its input
===============================

How does one turn a handwritten zero into a three, in a generator's latent space? A published operator,
:math:`R = |u(\theta + d)\rangle\langle u(\theta)|` with :math:`u` on the circle from one direction of a
basis to another, has rank one: whatever goes in, a multiple of :math:`u(\theta + d)` comes out. It
arrives at a three each time, and each time at the same. A rotation in the plane of the two
directions keeps the length of a latent and all its other amplitudes, and so the way it is written.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from numerics.latent_basis.basis import basis_of
from numerics.latent_basis.sampling import class_means
from numerics.latent_basis.transport import diversity, transport
from validation.experiment import Work
from validation.latent_basis import Config
from validation.latent_basis.trained import trained_source

SOURCE, TARGET = 0, 3
OPERATORS = ("rank one", "proper rotation", "minimal rotation", "mean shift")

# %%
# Trained weights that come with the package, class means, and a basis of them.

trained = trained_source(Config(preset="quick"))
material = trained.material(0, "linear head", Work(Path(tempfile.mkdtemp())))
subject = material.subject
means = class_means(
    subject,
    subject.encoded(material.images),
    sets=trained.sets,
    passes=trained.passes,
    generator=np.random.default_rng(0),
)
basis = basis_of(means, "symmetric")

# %%
# Encodings of zeros that the networks have not learnt, on one side of the operator: latents on the
# other side come out as the negative.

zeros = material.test_images[material.test_labels == SOURCE]
latents = subject.encoded(zeros).draw(np.random.default_rng(1))
latents = latents[basis.amplitudes(latents)[:, SOURCE] > 0]

# %%
# Taken from zero to three by four operators. Diversity is the mean distance of two pictures, in that of
# the zeros. The quarter turn is in the plane of the two vectors of the basis; the minimal rotation takes
# the one class mean to the other, whatever their angle.

moved = {name: transport(name, basis, means, latents, SOURCE, TARGET) for name in OPERATORS}
start = diversity(subject.decoded(latents))
different, arrived, lengths = {}, {}, {}
for name, there in moved.items():
    different[name] = diversity(subject.decoded(there)) / start
    arrived[name] = float((subject.labels_of(there)[0] == TARGET).mean())
    squares = np.square(there).sum(axis=1) / np.square(latents).sum(axis=1)
    lengths[name] = float(abs(squares - 1).max())
    print(
        f"{name}: {arrived[name]:.0%} are threes, diversity {different[name]:.2f}, "
        f"|z|^2 changes by {lengths[name]:.1e} at most"
    )

# %%
# A hit rate alone would call the first one best. It is a slide: it has forgotten what went in.


def visualize():
    """Draw eight zeros as they decode, and what each operator makes of them."""
    rows = {"zeros, decoded": latents, **moved}
    figure, axes = plt.subplots(len(rows), 8, figsize=(8, 5.2), layout="constrained")
    for line, (name, chosen) in zip(axes, rows.items(), strict=True):
        for place, image in zip(line, subject.decoded(chosen[:8]), strict=True):
            place.imshow(image.reshape(trained.shape), cmap="gray", vmin=-1, vmax=1)
            place.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    return figure


if __name__ == "__main__":
    visualize()
