"""The networks of a run: trained once, kept in the run's store, and taken from there by later steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from numerics.files import read_arrays, write_arrays
from numerics.latent_waves.layer_sizes import sizes
from numerics.training import record_grid, train
from theory.errors import DivergenceError
from validation.autoencoder_waves.setting import OBSERVATIONS, Setting
from validation.experiment import Work

if TYPE_CHECKING:
    from torch import nn

    from numerics.latent_waves.in_double import InDouble

LOSS = "loss of training"  # beside the weights of a network in its file


def observed_updates(setting: Setting) -> np.ndarray:
    """Return the numbers of updates after which the loss is observed."""
    return record_grid(setting.updates, max(1, setting.updates // OBSERVATIONS))


def trained(setting: Setting, network: tuple[int, int, int], work: Work) -> dict[str, np.ndarray]:
    """Return weights and losses of a network, trained now or before; interrupted training goes on.

    Parameters
    ----------
    network : (int, int, int)
        Depth, bottleneck and seed.
    """
    depth, bottleneck, seed = network
    name = f"{depth}_{bottleneck}_{seed}.npz"
    file, checkpoint = work.store / f"weights_{name}", work.store / f"training_{name}"
    if file.exists():
        return read_arrays(file)
    from numerics.devices import find_device
    from numerics.latent_waves.autoencoder import AdamDescent
    from numerics.torch_networks import weights

    module = _start(setting, network).to(find_device(setting.config.device))
    learner = AdamDescent(module, setting.rows, setting.protocol, seed=seed)
    stage = f"training depth {depth}, d = {bottleneck}, seed {seed}"
    try:
        record = train(
            learner,
            observed_updates(setting),
            checkpoint=checkpoint,
            progress=work.stage(stage),
        )
    except DivergenceError as error:
        raise DivergenceError(
            "--learning-rate",
            learner.learning_rate,
            f"{stage}: {error.expected}",
            "choose a smaller one",
        ) from error
    kept = weights(module) | {LOSS: record.observations["loss"]}
    write_arrays(file, kept)
    checkpoint.unlink(missing_ok=True)
    return kept


def network_of(setting: Setting, network: tuple[int, int, int], work: Work) -> InDouble:
    """Return a trained network in float64."""
    from numerics.latent_waves.in_double import InDouble
    from numerics.torch_networks import take_weights

    module = _start(setting, network)
    take_weights(module, trained(setting, network, work))
    return InDouble(module)


def _start(setting: Setting, network: tuple[int, int, int]) -> nn.Module:
    from numerics.latent_waves.autoencoder import autoencoder

    depth, bottleneck, seed = network
    return autoencoder(sizes(setting.pixels, bottleneck, depth), seed=seed)
