"""The setting of a run: images, their modes, and the numbers that a configuration leaves open."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.linear_cnn.fourier_model import FourierModel
from numerics.linear_cnn.spectra import ModeSpectra, mode_spectra
from numerics.schema import quantity
from numerics.singular_modes import SingularModes, singular_modes
from theory.errors import ArgumentError
from validation.linear_cnn.data import case_name, load_images

if TYPE_CHECKING:
    from validation.linear_cnn import Config

SMALLEST_GAP = 1e-8
MOST_UPDATES = 1e8
LARGE_SIDE = 14  # from here on torch's float64 convolution takes 0.06 s an update
DISCOVERED_WITHIN = 160  # updates times eps: by then every mode of the digits is beyond 0.7 S


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is learnt: an image set and its modes."""

    config: Config
    images: xr.Dataset
    modes: SingularModes
    spectra: ModeSpectra

    @property
    def name(self) -> str:
        """Name of the case."""
        return case_name(self.config)

    @property
    def is_large(self) -> bool:
        """Whether training by autograd takes minutes rather than seconds."""
        return self.spectra.side >= LARGE_SIDE

    @property
    def classes(self) -> int:
        """Number p of outputs."""
        return self.modes.targets.shape[1]

    @property
    def loss_scale(self) -> float:
        """The loss scale c = 2/p: the mean squared error over samples and outputs."""
        return 2.0 / self.classes

    @property
    def fastest(self) -> float:
        """The rate n max_m v_m S_m: the growth rate of the fastest mode in flow time."""
        return float(self.spectra.side * (self.spectra.largest * self.modes.singular_values).max())

    @property
    def singular_values(self) -> xr.DataArray:
        """S_m, (mode,)."""
        return quantity(
            self.modes.singular_values, ["mode"], name="singular_value", long_name="singular value"
        )


@dataclasses.dataclass(frozen=True)
class Setting(Subject):
    """A subject with the numbers of a run; shared by the cases."""

    seeds: range
    learning_rate: float
    updates: int
    every: int

    @functools.cached_property
    def model(self) -> FourierModel:
        """The law in Fourier variables."""
        return FourierModel(self.modes)

    @property
    def layer_rate(self) -> float:
        """Learning rate of the fully connected network: its fastest mode is as fast as the CNN's."""
        return self.learning_rate * self.fastest / float(self.modes.singular_values[0])

    @property
    def epsilon(self) -> float:
        """Dimensionless step c eta n max_m v_m S_m: stable below 1 for a single mode."""
        return self.loss_scale * self.learning_rate * self.fastest

    def strengths(self, observed: np.ndarray, grid: np.ndarray) -> xr.DataArray:
        """Return the diagonal of A (time, trial, r, r) as (trial, mode, update)."""
        return self.trajectory(np.moveaxis(np.diagonal(observed, axis1=-2, axis2=-1), 0, -1), grid)

    def trajectory(self, values: np.ndarray, grid: np.ndarray) -> xr.DataArray:
        """Return (trial, mode, update) values as a named quantity."""
        return quantity(
            values,
            ["trial", "mode", "update"],
            name="mode_strength",
            long_name="mode strength A",
            coords={"trial": list(self.seeds), "update": grid},
        )

    def stability_note(self, boost: int = 1) -> list[str]:
        """Return warnings on the size of the step.

        Parameters
        ----------
        boost : int
            How many times larger the step is when it comes: p online, where each class has one image.
        """
        if boost * self.epsilon > 0.5:
            return [
                f"warning: the step is {boost * self.epsilon:.2g} of the stability bound; above one half "
                "modes overshoot and the laws of small steps do not hold"
            ]
        if self.epsilon > 0.1:
            return [
                f"warning: at a step of {self.epsilon:.2g} a first-order budget is poor (> 0.1); "
                "from 0.2 on images may make the step unstable"
            ]
        return []


def subject_of(config: Config) -> Subject:
    """Load the images of a configuration and find their modes.

    Raises
    ------
    ArgumentError
        For images that cannot be used, or modes that cannot be told apart.
    """
    images = load_images(config)
    modes = singular_modes(images)
    if modes.smallest_gap < SMALLEST_GAP:
        raise ArgumentError(
            "--dataset",
            config.dataset,
            f"two singular values differ by {modes.smallest_gap:.1e} of the largest: their modes "
            "cannot be told apart",
            "change amplitudes, or the numbers of images a class",
        )
    return Subject(config, images, modes, mode_spectra(modes))


def cosine_setting(config: Config) -> Setting:
    """Return the setting of pure cosines: the paper's Fig 3 where the configuration is open."""
    updates = config.updates or 8000
    return Setting(
        **vars(subject_of(config)),
        seeds=_seeds(config, config.trials or 10),
        learning_rate=config.learning_rate or 5e-4,
        updates=updates,
        every=max(1, updates // 400),
    )


def image_setting(config: Config, epsilon: float) -> Setting:
    """Return the setting of an image set: by default a step of `epsilon` and all modes discovered."""
    subject = subject_of(config)
    rate = config.learning_rate or epsilon / (subject.loss_scale * subject.fastest)
    step = subject.loss_scale * rate * subject.fastest
    # beyond the stability scale a larger step is no reason to stop earlier: it has to diverge
    needed = DISCOVERED_WITHIN / min(step, 1.0)
    if config.updates is None and needed > MOST_UPDATES:
        raise ArgumentError(
            "--learning-rate",
            rate,
            f"needs {needed:.2g} updates until all modes are learnt, at most {MOST_UPDATES:.0g} are run",
            "choose a larger one, or --updates",
        )
    quick = config.preset == "quick"
    affordable = (1 if quick else 3) if subject.is_large else (3 if quick else 10)
    return Setting(
        **vars(subject),
        seeds=_seeds(config, config.trials or affordable),
        learning_rate=rate,
        updates=config.updates or round(needed),
        every=max(1, round(0.4 / step)),
    )


def _seeds(config: Config, trials: int) -> range:
    return range(config.seed, config.seed + trials)
