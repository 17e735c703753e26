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
from numerics.singular_modes import Samples, SingularModes
from theory.errors import ArgumentError
from validation.image_sets import LoadedImages, learnt_modes
from validation.linear_cnn.data import case_name, images_of

if TYPE_CHECKING:
    from validation.linear_cnn import Config

MOST_UPDATES = 1e8
LARGE_SIDE = 14  # from here on torch's float64 convolution takes 0.06 s an update
MANY_INPUTS = 512  # from here on the fully connected network's matrices make a trial take a minute
EPSILON = 0.04  # the step of full-batch runs on image sets
DISCOVERED_WITHIN = 160  # updates times eps: by then every mode of the digits is beyond 0.7 S
INITIAL_SCALE = 1e-3
FIG4_RATE, FIG4_UPDATES = 2.5e-4, 2400
DEEP_SHARE = 0.3  # of the first mode's amplitude after training: where deeper networks start


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is learnt by which network: an image set with its modes, kernels and layers."""

    config: Config
    images: LoadedImages
    modes: SingularModes
    test: Samples | None
    spectra: ModeSpectra

    @property
    def name(self) -> str:
        """Name of the case."""
        return case_name(self.config)

    @property
    def layers(self) -> int:
        """Number L of convolution layers."""
        return self.config.layers

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the images, then kernels of each convolution layer."""
        return (self.modes.channels, *(self.config.kernels,) * self.layers)

    @property
    def is_large(self) -> bool:
        """Whether training by autograd takes minutes rather than seconds."""
        return self.spectra.side >= LARGE_SIDE and len(self.modes.inputs) > self.classes

    @property
    def classes(self) -> int:
        """Number p of outputs."""
        return self.modes.targets.shape[1]

    @property
    def loss_scale(self) -> float:
        """The loss scale c = 2/p: the mean squared error over samples and outputs."""
        return 2.0 / self.classes

    @property
    def amplitudes(self) -> np.ndarray:
        """|k^_f| of each mode's dominant frequency at the end, if it is balanced and alone, (mode,).

        S = C u^(L+1) with C = n^L lambda v, v summed over the frequency and its conjugate.
        """
        s = self.modes.singular_values
        return (s / self.strength_of_unit_amplitude) ** (1 / (self.layers + 1))

    @property
    def strength_of_unit_amplitude(self) -> np.ndarray:
        """C = n^L lambda v of each mode, v summed over the dominant frequency and its conjugate."""
        dominant = np.isclose(self.spectra.magnitudes, self.spectra.largest[:, None], rtol=1e-9)
        total = self.spectra.largest * np.minimum(dominant.sum(axis=1), 2)
        return self.spectra.side**self.layers * self.modes.variances * total

    @property
    def fastest(self) -> float:
        """How steep learning is where the steepest mode ends, in flow time: n max_m v_m S_m.

        With L layers half of the rate at which a mode returns to S there,
        (L+1)/2 n^L v u^(L-1) S, u its amplitude at the end.
        """
        factor = (self.layers + 1) / 2 * self.spectra.side**self.layers
        steep = self.spectra.largest * self.amplitudes ** (self.layers - 1)
        return float((factor * steep * self.modes.singular_values).max())

    @property
    def initial_scale(self) -> float:
        """Standard deviation of the start weights."""
        if self.config.initial_scale is not None:
            return self.config.initial_scale
        if self.layers > 1:
            return float(f"{DEEP_SHARE * self.amplitudes[0]:.2g}")
        return 1e-4 if self.config.dataset == "sums_of_cosines" else INITIAL_SCALE

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
        return FourierModel(self.modes, self.test)

    @property
    def layer_rate(self) -> float:
        """Learning rate of the fully connected network: its fastest mode is as fast as the CNN's."""
        return self.learning_rate * self.fastest / float(self.modes.singular_values[0])

    @property
    def epsilon(self) -> float:
        """Dimensionless step c eta n max_m v_m S_m: stable below 1 for a single mode."""
        return self.loss_scale * self.learning_rate * self.fastest

    @property
    def batch(self) -> int:
        """How many images each update sees, where it does not see all."""
        return self.config.batch if self.config.gradient == "mini_batch" else 1

    @property
    def frequencies(self) -> list[str]:
        """The frequencies (u, v) of the half plane, as labels."""
        pairs = np.divmod(self.model.plane.indices, self.spectra.side)
        return [f"({u}, {v})" for u, v in zip(*pairs, strict=True)]

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

    def network_note(self) -> list[str]:
        """Return what a reader has to know of a CNN that is not the paper's."""
        if self.widths[1:] == (1,):
            return []
        return [
            f"Convolution layers: {self.layers}, kernels of each: {self.widths[-1]}; start weights "
            f"of standard deviation {self.initial_scale:.3g}."
        ]

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
    images = images_of(config)
    modes, test = learnt_modes(images, config.dataset)
    return Subject(config, images, modes, test, mode_spectra(modes))


def cosine_setting(config: Config) -> Setting:
    """Return the setting of pure cosines: the paper's Fig 3 where the configuration is open."""
    subject = subject_of(config)
    updates = config.updates or 8000
    return Setting(
        **vars(subject),
        seeds=_seeds(config, config.trials or 10),
        learning_rate=config.learning_rate or _cosine_rate(subject),
        updates=updates,
        every=max(1, updates // 400),
    )


def _cosine_rate(subject: Subject) -> float:
    """The rate of Fig 3; with more layers one that gives its step eps = 0.024."""
    return 5e-4 if subject.layers == 1 else 0.024 / (subject.loss_scale * subject.fastest)


def image_setting(config: Config, epsilon: float) -> Setting:
    """Return the setting of an image set: by default a step of `epsilon` and all modes discovered."""
    subject = subject_of(config)
    rate = config.learning_rate or epsilon / (subject.loss_scale * subject.fastest)
    updates = config.updates
    if config.dataset == "sums_of_cosines":
        rate, updates = config.learning_rate or FIG4_RATE, updates or FIG4_UPDATES
    step = subject.loss_scale * rate * subject.fastest
    if step < np.finfo(float).tiny:
        raise ArgumentError(
            "--learning-rate",
            rate,
            f"gives a step of {step:.2g} of the stability scale: floats do not resolve it",
            "choose a larger one",
        )
    quick = config.preset == "quick"
    many = subject.is_large and subject.modes.inputs.shape[1] >= MANY_INPUTS
    share = (4 if many else 2) if quick and subject.is_large else 1
    within = DISCOVERED_WITHIN / share
    # beyond the stability scale a larger step is no reason to stop earlier: it has to diverge
    needed = within / min(step, 1.0)
    if updates is None and needed > MOST_UPDATES:
        raise ArgumentError(
            "--learning-rate",
            rate,
            f"needs {needed:.2g} updates until all modes are learnt, at most {MOST_UPDATES:.0g} are run",
            "choose a larger one, or --updates",
        )
    affordable = (1 if quick else 3) if subject.is_large else (3 if quick else 10)
    affordable = 1 if many else affordable
    updates = updates or round(needed)
    # the inverse of a small step is no number of updates
    every = max(1, round(min(0.4 / step, updates)))
    return Setting(
        **vars(subject),
        seeds=_seeds(config, config.trials or affordable),
        learning_rate=rate,
        updates=updates,
        every=every,
    )


def _seeds(config: Config, trials: int) -> range:
    return range(config.seed, config.seed + trials)
