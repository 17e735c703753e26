"""What all cases need: what the set-up records, measured networks, tables of discovery."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from numerics import linear_network
from numerics.linear_cnn.weights import PixelWeights
from numerics.schema import quantity
from numerics.singular_modes import Samples, discovery_updates
from numerics.training import Learner, train
from theory.errors import DivergenceError
from validation import random_batches
from validation.experiment import Work
from validation.image_sets import described
from validation.ladder import Rung
from validation.linear_cnn.setting import Setting

CNN, FULLY_CONNECTED = "CNN", "fully connected"
MOST_PICTURES = 4
MAGNITUDES = {
    "kernel_magnitude": "kernel coefficient |k_f|",
    "output_magnitude": "outputs' coefficient |b_f|",
}


def setup_dataset(
    setting: Setting,
    start: PixelWeights,
    layers: linear_network.LayerWeights,
    samples: np.ndarray | None,
) -> xr.Dataset:
    """Return what the forecast may see; large weights and the order of samples by their checksums."""
    side, modes = setting.spectra.side, setting.modes
    shape = (-1, modes.channels, side, side)
    sizes = modes.targets.sum(axis=0)
    weights = hashlib.sha256()
    for array in (*start.layers, layers.first, layers.second):
        weights.update(np.ascontiguousarray(array).tobytes())
    parts = {
        "singular_value": setting.singular_values,
        "spectral_magnitude": quantity(
            setting.spectra.largest,
            ["mode"],
            name="spectral_magnitude",
            long_name="largest magnitude of a mode's spectrum",
        ),
        "left_singular_vector": quantity(
            modes.left,
            ["label", "mode"],
            name="left_singular_vector",
            long_name="left singular vector",
        ),
        "right_singular_vector": quantity(
            modes.right.T.reshape(shape),
            ["mode", "channel", "y", "x"],
            name="right_singular_vector",
            long_name="right singular vector",
        ),
        "class_mean": quantity(
            (modes.targets.T @ modes.inputs / np.maximum(sizes, 1)[:, None]).reshape(shape),
            ["label", "channel", "y", "x"],
            name="class_mean",
            long_name="mean image of a class",
        ),
        "initial_kernel": quantity(
            start.layers[0][:, 0].reshape(len(setting.seeds), -1, side, side),
            ["trial", "channel", "y", "x"],
            name="initial_kernel",
            long_name="first kernel at the start",
            coords={"trial": list(setting.seeds)},
        ),
    }
    attrs = {
        "data": described(setting.images),
        "weights_sha256": weights.hexdigest(),
        "learning_rate": setting.learning_rate,
        "layer_learning_rate": setting.layer_rate,
        "loss_scale": setting.loss_scale,
        "initial_scale": setting.initial_scale,
        "epsilon": setting.epsilon,
    }
    if samples is not None:
        attrs["samples_sha256"] = hashlib.sha256(
            np.ascontiguousarray(samples).tobytes()
        ).hexdigest()
    return xr.Dataset(parts, attrs=attrs)


def trained(
    setting: Setting,
    learner: Learner,
    grid: np.ndarray,
    network: str,
    *,
    checkpoint: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, np.ndarray]:
    """Train, and return what is observed at the grid, each (time, trial, ...).

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
    shown: Samples,
    grid: np.ndarray,
    work: Work,
    stage: str,
    samples: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Train a torch network by autograd; return what is observed at the grid, each (time, trial, ...)."""
    from numerics.torch_descent import TorchDescent

    learner = TorchDescent(network, setting.modes, shown, rate, samples, setting.test)
    return trained(
        setting,
        learner,
        grid,
        stage,
        checkpoint=work.store / f"{stage.replace(' ', '_')}.npz",
        progress=work.stage(stage),
    )


def measured_networks(
    setting: Setting,
    start: PixelWeights,
    layers: linear_network.LayerWeights,
    *,
    shown: Samples,
    grids: dict[str, np.ndarray],
    work: Work,
    samples: np.ndarray | None = None,
) -> tuple[dict[str, xr.DataArray], dict[str, xr.Dataset]]:
    """Train both networks by autograd, all trials at once.

    Parameters
    ----------
    shown : Samples
        What they are trained on.
    grids : dict of str to ndarray of int
        Updates at which each is observed.
    samples : ndarray of int, (trial, update, batch), optional
        Which samples each update sees.

    Returns
    -------
    strengths : dict of DataArray, (trial, mode, update)
    groups : dict of Dataset
        What else was observed of each, and pictures of their weights, by the groups of a tree.
    """
    import torch

    from numerics.devices import find_device
    from numerics.linear_cnn.network import LinearCNN

    device = find_device(setting.config.device)
    networks = {
        CNN: (LinearCNN(start, torch.float64, device), setting.learning_rate),
        FULLY_CONNECTED: (
            linear_network.torch_network(layers, torch.float64, device),
            setting.layer_rate,
        ),
    }
    strengths, groups = {}, {}
    for name, (network, rate) in networks.items():
        seen = measured_run(
            setting,
            network,
            rate=rate,
            shown=shown,
            grid=grids[name],
            work=work,
            stage=f"training {name}",
            samples=samples,
        )
        strengths[name] = setting.strengths(seen["strengths"], grids[name])
        groups[f"/{name}"] = labelled(setting, seen, grids[name])
        groups[f"/{name}/pictures"] = pictures(setting, seen, grids[name])
    return strengths, groups


def require_few_draws(setting: Setting, updates: int, slower: int = 1) -> None:
    """Refuse more updates, or larger batches, than can be drawn beforehand.

    Raises
    ------
    ArgumentError
        In terms of the options that the user gave.
    """
    config = setting.config
    mini = config.gradient == "mini_batch" and config.updates is None
    random_batches.require_few(
        updates=updates,
        batch=setting.batch,
        trials=len(setting.seeds),
        option="--batch" if mini else "--updates",
        slower=slower,
    )


def draw_samples(setting: Setting, updates: int) -> np.ndarray:
    """Return which images each trial sees at each update, (trial, update, batch).

    Raises
    ------
    ArgumentError
        For more than can be drawn.
    """
    require_few_draws(setting, updates)
    return random_batches.random_batches(
        len(setting.modes.inputs), seeds=setting.seeds, updates=updates, batch=setting.batch
    )


def labelled(setting: Setting, observed: dict[str, np.ndarray], grid: np.ndarray) -> xr.Dataset:
    """Return what was observed of a network beside its strengths, labelled.

    `train_loss`, `test_loss` and `leakage`, the largest off-diagonal strength, (trial, update); of a
    CNN `kernel_magnitude` and `output_magnitude` of the first and the last layer, (trial, frequency,
    update), and with one convolution layer `parameter_norm`, the sum of all squares, (trial, update).
    """
    off_diagonal = observed["strengths"] * (1 - np.eye(observed["strengths"].shape[-1]))
    scalars = {
        "train_loss": (observed["train_loss"], "mean squared error on the images learnt from"),
        "leakage": (np.abs(off_diagonal).max(axis=(-2, -1)), "largest off-diagonal strength"),
    }
    if "test_loss" in observed:
        scalars["test_loss"] = (observed["test_loss"], "mean squared error on the test images")
    if "kernel_magnitude" in observed and setting.layers == 1:
        plane = setting.model.plane
        power = sum(observed[name][..., plane.indices] ** 2 for name in MAGNITUDES)
        scalars["parameter_norm"] = (power @ plane.weights, "sum of the squares of all weights")
    coords = {"trial": list(setting.seeds), "update": grid}
    parts = {
        name: quantity(
            np.moveaxis(values, 0, -1),
            ["trial", "update"],
            name=name,
            long_name=long_name,
            coords=coords,
        )
        for name, (values, long_name) in scalars.items()
    }
    for name, long_name in MAGNITUDES.items():
        if name in observed:
            parts[name] = quantity(
                np.moveaxis(observed[name][..., setting.model.plane.indices], 0, -1),
                ["trial", "frequency", "update"],
                name=name,
                long_name=long_name,
                coords=coords | {"frequency": setting.frequencies},
            )
    return xr.Dataset(parts)


def pictures(setting: Setting, observed: dict[str, np.ndarray], grid: np.ndarray) -> xr.Dataset:
    """Return weights of the first trial as images, at the moments when modes are discovered.

    Of a CNN its first kernel, `kernel` (moment, channel, y, x); of a fully connected network rows
    of its first matrix, `rows` (moment, row, channel, y, x). The last moment is the end.
    """
    name = "kernel" if "kernel" in observed else "rows"
    values = observed[name][:, 0]
    strengths = np.diagonal(observed["strengths"][:, 0], axis1=-2, axis2=-1)
    times = discovery_updates(grid, strengths.T, setting.modes.singular_values)
    times = np.sort(times[np.isfinite(times)])[:MOST_PICTURES]
    chosen = np.unique([*np.searchsorted(grid, times), len(grid) - 1])
    side = setting.spectra.side
    shape = (len(chosen), -1, setting.modes.channels, side, side)
    images = values[chosen].reshape(shape)
    rows = ["row"] if name == "rows" else []
    return xr.Dataset(
        {
            name: quantity(
                images if rows else images[:, 0],
                ["moment", *rows, "channel", "y", "x"],
                name=name,
                long_name="first kernel" if name == "kernel" else "rows of the first matrix",
                coords={"moment": grid[chosen]},
            )
        }
    )


def discovery_times(rung: Rung, singular_values: xr.DataArray) -> np.ndarray:
    """Return the updates at which each mode of a rung passes S/2, (trial, mode)."""
    strengths = rung.value.transpose("trial", "mode", "update")
    return discovery_updates(strengths["update"].values, strengths.values, singular_values.values)
