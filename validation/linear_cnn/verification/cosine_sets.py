"""The sets that the rows learn: disjoint modes, ready to learn, and what is read off their runs."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import xarray as xr

from numerics import images as image_room
from numerics.lambdify import lambdify
from numerics.laws import iterate_map
from numerics.linear_cnn.fourier_model import FourierModel
from numerics.linear_cnn.spectra import ModeSpectra, mode_spectra
from numerics.linear_cnn.starts import balanced_start, balanced_strengths
from numerics.linear_cnn.weights import FourierWeights, PixelWeights
from numerics.singular_modes import SingularModes, singular_modes
from numerics.training import Learner
from theory import linear_network as layer_laws
from theory import logistic

RATE = 5e-4
SCALE = 1e-3
TRIALS = range(10)


@dataclasses.dataclass(frozen=True)
class Cosines:
    """Fig 3 or another set of disjoint modes, ready to learn."""

    modes: SingularModes
    spectra: ModeSpectra
    model: FourierModel
    start: PixelWeights
    strengths: np.ndarray

    @property
    def weights(self) -> FourierWeights:
        """Fourier weights of the start."""
        return self.model.weights(self.start)

    @property
    def loss_scale(self) -> float:
        """The loss scale c = 2/p."""
        return 2.0 / self.modes.targets.shape[1]


def prepared(images: xr.Dataset, seeds: range, scale: float = SCALE) -> Cosines:
    """Return a set of disjoint modes with balanced starts of standard deviation `scale`."""
    modes = singular_modes(images)
    spectra = mode_spectra(modes)
    start = balanced_start(seeds, modes, spectra, scale)
    return Cosines(
        modes, spectra, FourierModel(modes), start, balanced_strengths(start, modes, spectra)
    )


@functools.cache
def fig3() -> Cosines:
    """Return Fig 3's four pure cosines, ten balanced starts."""
    return prepared(image_room.pure_cosines(), TRIALS)


def diagonal(observed: np.ndarray) -> np.ndarray:
    """Return the diagonal of A (time, trial, r, r) as (trial, mode, time)."""
    return np.moveaxis(np.diagonal(observed, axis1=-2, axis2=-1), 0, -1)


def map_path(cosines: Cosines, steps: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Iterate A' = A (1 + a (S - A))^2 for steps a, (mode,): (trial, mode, index)."""
    law = layer_laws.descent_map()
    rate = lambdify(law.law[logistic.A], (logistic.A, logistic.S, layer_laws.STEP))
    singular = cosines.modes.singular_values
    path = iterate_map(lambda _, a: rate(a, singular, steps), cosines.strengths, indices)
    return np.moveaxis(path, 0, -1)


def steps_of(cosines: Cosines, rate: float) -> np.ndarray:
    """Return the steps a = c eta n v of the map (M), (mode,)."""
    return cosines.loss_scale * rate * cosines.spectra.side * cosines.spectra.largest


def watched(learner: Learner, observe: Callable[[], np.ndarray], grid: np.ndarray) -> np.ndarray:
    """Return one observation of a descent at the given numbers of updates, times first.

    `train` keeps losses and spectra too: at every update of a long run that is a gigabyte.
    """
    kept, done = [], 0
    for wanted in grid.tolist():
        while done < wanted:
            learner.update(done)
            done += 1
        kept.append(observe())
    return np.stack(kept)
