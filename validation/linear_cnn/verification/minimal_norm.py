"""The least weights, and whether descent from small starts ends at them (C32-C34)."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from numerics import images as image_room
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel
from numerics.linear_cnn.minimal_norm import MinimalNorm, excess, minimal_norm
from numerics.linear_cnn.spectra import mode_spectra, to_spectrum
from numerics.linear_cnn.starts import random_start
from numerics.linear_cnn.weights import PixelWeights
from numerics.singular_modes import Samples, modes_of, samples_of

# three classes of 8 x 8 images that share no frequency: (u, v, amplitude, phase)
DISJOINT = (
    ((0, 1, 1.0, 0.3), (1, 2, 0.7, 1.0)),
    ((1, 0, 0.8, 0.0), (2, 3, 0.5, 0.4)),
    ((1, 1, 0.6, 0.2), (3, 1, 0.4, 2.0)),
)
EVEN_SEEDS = range(4)
SCALES = (1e-2, 1e-4, 1e-6, 1e-8)
FITTED, MOST_UPDATES = 1e-5, 1_000_000


def _shapes() -> Samples:
    return samples_of(image_room.shapes())


def _disjoint() -> Samples:
    return samples_of(image_room.cosine_sums(8, DISJOINT))


def _even(seed: int) -> Samples:
    """Three normal images that are the same upside down, and one normal target each."""
    generator = np.random.default_rng(seed)
    pixels, turned = generator.normal(size=(3, 8, 8)), -np.arange(8) % 8
    even = (pixels + pixels[:, turned][:, :, turned]) / 2
    return Samples(even.reshape(3, 64), generator.normal(size=(3, 1)))


@functools.cache
def _least(name: str) -> tuple[Samples, MinimalNorm]:
    """Return a set by its name, and its least weights."""
    sets = {"shapes": _shapes, "disjoint": _disjoint}
    samples = sets[name]() if name in sets else _even(int(name.split()[1]))
    return samples, minimal_norm(samples.inputs, samples.targets)


@functools.cache
def _certificates() -> tuple[float, float]:
    """Largest error of D_f = P_f/||P_f|| on active frequencies, largest ||D_f|| on others, six sets."""
    error, inactive = 0.0, 0.0
    for name in ("shapes", "disjoint", *(f"even {seed}" for seed in EVEN_SEEDS)):
        samples, least = _least(name)
        mapped = to_spectrum(least.effective_map).conj()
        certificate = least.multiplier @ to_spectrum(samples.inputs).conj()
        active = least.active
        direction = mapped[:, active] / np.linalg.norm(mapped[:, active], axis=0)
        error = max(error, float(np.abs(certificate[:, active] - direction).max()))
        inactive = max(inactive, float(np.linalg.norm(certificate[:, ~active], axis=0).max()))
    return error, inactive


def c32a() -> float:
    """Error of the certificate on active frequencies."""
    return _certificates()[0]


def c32b() -> float:
    """Largest ||D_f|| on the frequencies that the least weights do not use."""
    return _certificates()[1]


def _excess(name: str, seeds: Sequence[int], scales: Sequence[float]) -> np.ndarray:
    """Return norm^2/minimum - 1 of weights trained to a residual of 1e-5 at eps = 0.05, (seed, scale).

    Without the frequencies that the images lack, where weights stay as they started. nan if training
    does not fit.
    """
    samples, least = _least(name)
    modes = modes_of(samples)
    spectra, model = mode_spectra(modes), FourierModel(modes)
    pixels, outputs = spectra.side**2, samples.targets.shape[1]
    starts = [random_start(range(s, s + 1), pixels, outputs, x) for s in seeds for x in scales]
    layers = zip(*(start.layers for start in starts), strict=True)
    weights = model.weights(PixelWeights(tuple(np.concatenate(layer) for layer in layers)))
    step = 0.05 / (spectra.side * (spectra.largest * modes.singular_values).max())
    learner = FourierDescent(model, weights, step, loss_scale=1.0)
    if not _fitted(model, learner):
        return np.full((len(seeds), len(scales)), np.nan)
    trained = model.in_pixels(learner.weights)
    return excess(trained.kernel, trained.outputs[:, :, 0], least).reshape(len(seeds), len(scales))


# weights that diverge give a row that is not finite, not a warning at every product
@np.errstate(over="ignore", invalid="ignore")
def _fitted(model: FourierModel, learner: FourierDescent) -> bool:
    """Train until all predictions fit; return whether they do."""
    for index in range(MOST_UPDATES):
        if index % 100 == 0:
            residual = _residual(model, learner)
            if residual < FITTED or not np.isfinite(residual):
                return residual < FITTED
        learner.update(index)
    return False


def _residual(model: FourierModel, learner: FourierDescent) -> float:
    """Return the largest error of a prediction, of the largest target: over all trials."""
    targets = model.modes.targets
    missed = targets.T - model.map_rows(learner.weights) @ model.data.inputs.T
    return float(np.abs(missed).max() / np.abs(targets).max())


def c33a() -> float:
    """Excess on disjoint frequencies, from a start of 1e-6."""
    return float(np.abs(_excess("disjoint", (0,), (1e-6,))).max())


@functools.cache
def _even_excess() -> np.ndarray:
    """Excess on even random images with one output, from four sizes of the start, (set, scale)."""
    return np.concatenate([_excess(f"even {seed}", (0,), SCALES) for seed in EVEN_SEEDS])


def c33b() -> float:
    """Sets and steps of the start's size at which the excess does not fall."""
    return float(np.sum(~(np.diff(_even_excess(), axis=1) < 0)))


def c33c() -> float:
    """Excess at the smallest start over that at the largest: the worst set."""
    found = _even_excess()
    return float((found[:, -1] / found[:, 0]).max())


def c34() -> float:
    """Excess on the shapes from a start of 1e-6 minus that from 1e-3: the least of three starts."""
    found = _excess("shapes", range(3), (1e-3, 1e-6))
    return float((found[:, 1] - found[:, 0]).min())


ROWS = (c32a, c32b, c33a, c33b, c33c, c34)
