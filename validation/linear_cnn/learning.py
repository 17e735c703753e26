"""What both kinds of case need: the setting, strengths as labelled arrays, measured networks."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics import linear_network
from numerics.linear_cnn.fourier_model import FourierModel
from numerics.linear_cnn.spectra import ModeSpectra, mode_spectra
from numerics.linear_cnn.starts import PixelWeights
from numerics.schema import quantity
from numerics.singular_modes import SingularModes, discovery_updates, singular_modes
from numerics.training import train
from theory.errors import ArgumentError
from validation import results
from validation.experiment import Progress
from validation.ladder import Ladder
from validation.linear_cnn.data import case_name, described, load_images

if TYPE_CHECKING:
    from validation.linear_cnn import Config

SMALLEST_GAP = 1e-8
CNN, FULLY_CONNECTED = "CNN", "fully connected"


@dataclasses.dataclass(frozen=True)
class Setting:
    """Images, their modes, and the numbers of a run; shared by the cases."""

    config: Config
    images: xr.Dataset
    modes: SingularModes
    spectra: ModeSpectra
    seeds: range
    learning_rate: float
    updates: int
    every: int

    @functools.cached_property
    def model(self) -> FourierModel:
        """The law in Fourier variables."""
        return FourierModel(self.modes)

    @property
    def name(self) -> str:
        """Name of the case."""
        return case_name(self.config)

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
    def layer_rate(self) -> float:
        """Learning rate of the fully connected network: its fastest mode is as fast as the CNN's."""
        return self.learning_rate * self.fastest / float(self.modes.singular_values[0])

    @property
    def epsilon(self) -> float:
        """Dimensionless step c eta n max_m v_m S_m: stable below 1 for a single mode."""
        return self.loss_scale * self.learning_rate * self.fastest

    @property
    def singular_values(self) -> xr.DataArray:
        """S_m, (mode,)."""
        return quantity(
            self.modes.singular_values, ["mode"], name="singular_value", long_name="singular value"
        )

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

    def discoveries(self, strengths: xr.DataArray) -> np.ndarray:
        """Return updates at which each mode passes S/2, (trial, mode)."""
        return discovery_updates(
            strengths["update"].values, strengths.values, self.modes.singular_values
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
                f"warning: at a step of {self.epsilon:.2g} a first-order budget is poor (> 0.1)"
            ]
        return []


def make_setting(
    config: Config,
    *,
    default_rate: Callable[[Setting], float],
    trials: Callable[[Setting], int],
    updates: Callable[[Setting], int],
    every: Callable[[Setting], int],
) -> Setting:
    """Load images and fill in the defaults of a case, each from what is known so far.

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
    setting = Setting(
        config, images, modes, mode_spectra(modes), range(config.seed, config.seed + 1), 1.0, 1, 1
    )
    rate = config.learning_rate or default_rate(setting)
    setting = dataclasses.replace(setting, learning_rate=rate)
    count = config.trials or trials(setting)
    setting = dataclasses.replace(setting, seeds=range(config.seed, config.seed + count))
    setting = dataclasses.replace(setting, updates=config.updates or updates(setting))
    return dataclasses.replace(setting, every=every(setting))


def setup_dataset(
    setting: Setting,
    start: PixelWeights,
    layers: linear_network.LayerWeights,
    samples: np.ndarray | None,
) -> xr.Dataset:
    """Return what the forecast may see; large weights by their checksum."""
    side = setting.spectra.side
    weights = hashlib.sha256()
    for array in (start.kernels, start.outputs, layers.first, layers.second):
        weights.update(np.ascontiguousarray(array).tobytes())
    trial = {"trial": list(setting.seeds)}
    parts = {
        "singular_value": setting.singular_values,
        "spectral_magnitude": quantity(
            setting.spectra.largest,
            ["mode"],
            name="spectral_magnitude",
            long_name="largest magnitude of a mode's spectrum",
        ),
        "initial_kernel": quantity(
            start.kernels.reshape(-1, side, side),
            ["trial", "y", "x"],
            name="initial_kernel",
            long_name="kernel at the start",
            coords=trial,
        ),
    }
    if samples is not None:
        parts["sample_order"] = quantity(
            samples,
            ["trial", "step"],
            name="sample_order",
            long_name="image shown at each update",
            coords=trial,
        )
    return xr.Dataset(
        parts,
        attrs={
            "data": described(setting.images),
            "weights_sha256": weights.hexdigest(),
            "learning_rate": setting.learning_rate,
            "layer_learning_rate": setting.layer_rate,
            "loss_scale": setting.loss_scale,
            "epsilon": setting.epsilon,
        },
    )


def measured_run(
    setting: Setting,
    network,
    *,
    rate: float,
    inputs: np.ndarray,
    targets: np.ndarray,
    grid: np.ndarray,
    store: Path,
    stage: str,
    progress: Progress,
    samples: np.ndarray | None = None,
) -> np.ndarray:
    """Train a torch network by autograd and return A at the grid, (time, trial, r, r)."""
    from numerics.torch_descent import TorchDescent

    learner = TorchDescent(network, setting.modes, inputs, targets, rate, samples)
    record = train(
        learner,
        grid,
        checkpoint=store / f"{stage.replace(' ', '_')}.npz",
        progress=lambda done, total: progress(stage, done, total),
    )
    return record.observations


def draw_samples(setting: Setting, updates: int) -> np.ndarray:
    """Return which image each trial sees at each update, (trial, update): a stream of its own."""
    count = len(setting.modes.inputs)
    return np.stack(
        [np.random.default_rng([s, 1]).integers(count, size=updates) for s in setting.seeds]
    )


def kernel_arrays(setting: Setting, kernels: np.ndarray) -> dict[str, xr.DataArray]:
    """Return trained kernels as images and the magnitudes of their spectra, (trial, y, x)."""
    side = setting.spectra.side
    images = kernels.reshape(-1, side, side)
    trial = {"trial": list(setting.seeds)}
    return {
        "kernel": quantity(
            images, ["trial", "y", "x"], name="kernel", long_name="trained kernel", coords=trial
        ),
        "kernel_spectrum": quantity(
            np.abs(np.fft.fft2(images, norm="ortho")),
            ["trial", "frequency_y", "frequency_x"],
            name="kernel_spectrum",
            long_name="magnitude of the trained kernel's spectrum",
            coords=trial,
        ),
    }


def leakage(observed: np.ndarray) -> float:
    """Return the largest off-diagonal magnitude of A, (..., r, r)."""
    rank = observed.shape[-1]
    return float(np.abs(observed * (1 - np.eye(rank))).max())


def discovery_table(
    setting: Setting, result: xr.DataTree, names: dict[str, list[str]]
) -> list[dict]:
    """Return one table a ladder: discovery of each mode on some rungs, predicted beside measured."""
    tables = []
    for name, shown in names.items():
        ladder = results.ladder(result, name)
        times = {r.name: setting.discoveries(r.value) for r in ladder.rungs if r.name in shown}
        spread = times[ladder.measurement].std(axis=0)
        convolutional = name == CNN
        gains = setting.spectra.side * setting.spectra.largest
        columns = ["mode", "S", *(["n v"] if convolutional else []), *times, "sd over trials"]
        rows = []
        for mode, value in enumerate(setting.modes.singular_values):
            gain = [float(gains[mode])] if convolutional else []
            means = [_mean(t[:, mode]) for t in times.values()]
            rows.append([mode + 1, float(value), *gain, *means, _finite(spread[mode])])
        tables.append(
            {
                "title": f"{name}: updates until half of S is learnt, mean of trials",
                "columns": columns,
                "rows": rows,
            }
        )
    return tables


def _mean(times: np.ndarray) -> float | None:
    return float(times.mean()) if np.isfinite(times).all() else None


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def relative_to_scale(ladder: Ladder, source: str, scale: float) -> float:
    """Return the largest magnitude of a source in units of one number instead of the ladder's scale."""
    return float((np.abs(ladder.difference(source)) * ladder.scale).max() / scale)
