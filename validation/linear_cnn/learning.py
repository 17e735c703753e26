"""What all cases need: what the set-up records, measured networks, tables of discovery."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from numerics import linear_network
from numerics.linear_cnn.starts import PixelWeights
from numerics.schema import quantity
from numerics.singular_modes import discovery_updates
from numerics.training import Learner, train
from theory.errors import DivergenceError
from validation import results
from validation.experiment import Work
from validation.ladder import Rung
from validation.linear_cnn.data import described
from validation.linear_cnn.setting import Setting

CNN, FULLY_CONNECTED = "CNN", "fully connected"


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


def trained(
    setting: Setting,
    learner: Learner,
    grid: np.ndarray,
    network: str,
    *,
    checkpoint: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Train, and return A at the grid, (time, trial, r, r).

    Raises
    ------
    DivergenceError
        In terms of the options that the user gave.
    """
    try:
        return train(learner, grid, checkpoint=checkpoint, progress=progress).observations
    except DivergenceError as error:
        raise DivergenceError(
            "--learning-rate",
            setting.learning_rate,
            f"{network} (rate {learner.step_size[1]:.4g}): {error.expected}",
            "choose a smaller one, or a smaller --initial-scale",
        ) from error


def measured_run(
    setting: Setting,
    network,
    *,
    rate: float,
    inputs: np.ndarray,
    targets: np.ndarray,
    grid: np.ndarray,
    work: Work,
    stage: str,
    samples: np.ndarray | None = None,
) -> np.ndarray:
    """Train a torch network by autograd and return A at the grid, (time, trial, r, r)."""
    from numerics.torch_descent import TorchDescent

    learner = TorchDescent(network, setting.modes, inputs, targets, rate, samples)
    return trained(
        setting,
        learner,
        grid,
        stage,
        checkpoint=work.store / f"{stage.replace(' ', '_')}.npz",
        progress=work.stage(stage),
    )


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


def discovery_times(rung: Rung, singular_values: xr.DataArray) -> np.ndarray:
    """Return the updates at which each mode of a rung passes S/2, (trial, mode)."""
    strengths = rung.value.transpose("trial", "mode", "update")
    return discovery_updates(strengths["update"].values, strengths.values, singular_values.values)


def discovery_tables(result: xr.DataTree) -> list[dict]:
    """Return one table a ladder: discovery of each mode on every rung, predicted beside measured."""
    singular = results.array(result, "setup", "singular_value")
    side = results.array(result, "setup", "initial_kernel").sizes["x"]
    gains = side * results.array(result, "setup", "spectral_magnitude").values
    tables = []
    for ladder in results.ladders(result):
        times = {rung.name: discovery_times(rung, singular) for rung in ladder.rungs}
        spread = times[ladder.measurement].std(axis=0)
        convolutional = ladder.name == CNN
        columns = ["mode", "S", *(["n v"] if convolutional else []), *times, "sd over trials"]
        rows = []
        for mode, value in enumerate(singular.values):
            gain = [float(gains[mode])] if convolutional else []
            means = [_mean(t[:, mode]) for t in times.values()]
            rows.append([mode + 1, float(value), *gain, *means, _finite(spread[mode])])
        title = f"{ladder.name}: updates until half of S is learnt, mean of trials"
        tables.append({"title": title, "columns": columns, "rows": rows})
    return tables


def _mean(times: np.ndarray) -> float | None:
    return float(times.mean()) if np.isfinite(times).all() else None


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
