"""A whole training: from an architecture, a protocol and a seed to weights and their record."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from torch import nn

from numerics.devices import find_device
from numerics.schema import quantity
from numerics.torch_networks import take_weights, weights
from numerics.training import Record, train
from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import SegmentSet, Splits
from numerics.wave_rnn.training.evaluation import TOGETHER
from numerics.wave_rnn.training.protocol import Protocol
from numerics.wave_rnn.training.segmentation import SegmentationLearner, Watch
from numerics.wave_rnn.waves.stability import Stability, stability_of

LONG_NAMES = {
    "loss": ("validation loss", "nat"),
    "foreground_loss": ("validation loss of objects, all their pixels", "nat"),
    "foreground_loss_by_batch": ("validation loss of objects, by batch as released", "nat"),
    "accuracy": ("share of right pixels", "1"),
    "foreground_accuracy": ("share of objects' right pixels, mean over images", "1"),
    "foreground_accuracy_pooled": ("share of objects' right pixels, all pixels", "1"),
    "overlap": ("overlap as released, Acc/(2 - Acc)", "1"),
    "foreground_overlap": ("objects' overlap as released, a/(2 - a)", "1"),
    "legacy_overlap": ("overlap of the released log, bit by bit", "1"),
    "class_overlap": ("intersection over union, mean over classes", "1"),
    "without_foreground": ("images without an object", "1"),
}


@dataclasses.dataclass(frozen=True)
class Trained:
    """What a training left.

    Parameters
    ----------
    architecture, protocol, seed
        What was trained, how, and from which seed of weights and order.
    best, final : dict of ndarray
        Weights at the lowest validation loss, and after the last update.
    best_update : int
        After how many updates they were best.
    record : xr.Dataset
        On `step`: `training_loss`, `gradient_norm`; on `update`, the evaluations: the scores of the
        validation set by their names (`loss`, `foreground_loss`, `foreground_accuracy`, ...).
    watched : dict of ndarray
        What `watch` returned, moments first, and under `updates` the numbers of updates made.
    seconds : float
        Of this process's CPU, those before it was resumed with them.
    stability : Stability or None
        Of a wave network's step with its best weights, on validation images.
    """

    architecture: Architecture
    protocol: Protocol
    seed: int
    best: dict[str, np.ndarray]
    final: dict[str, np.ndarray]
    best_update: int
    record: xr.Dataset
    watched: dict[str, np.ndarray]
    seconds: float
    stability: Stability | None = None

    def __repr__(self) -> str:
        at = self.record.sel(update=self.best_update)
        return (
            f"Trained({self.architecture.model}, seed {self.seed}: best after {self.best_update} "
            f"updates, loss {float(at.loss):.3g}, foreground loss {float(at.foreground_loss):.3g})"
        )


def trained(
    architecture: Architecture,
    protocol: Protocol,
    splits: Splits,
    seed: int,
    *,
    device: str = "cpu",
    checkpoint: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    watch: Watch | None = None,
    watched_at: Collection[int] = (),
) -> Trained:
    """Train a network from its start.

    Parameters
    ----------
    architecture : Architecture
    protocol : Protocol
    splits : Splits
        Its validation set chooses the best weights; its test set is not touched.
    seed : int
        Of the start weights and of the order of the images.
    device : {"cpu", "cuda", "auto"}
    checkpoint : Path, optional
        Where the state is kept: a training that finds it goes on from there, to the same end bit for
        bit. Each training needs a path of its own.
    progress : callable, optional
        Called with the number of updates made and their total, at each evaluation.
    watch, watched_at
        As for `SegmentationLearner`.

    Raises
    ------
    DivergenceError
        If a loss is not finite; it names the update.

    Notes
    -----
    A wave network whose step leaves its bound is a result as any other, and `restored` warns of it.
    """
    network = build(architecture, seed).to(find_device(device))
    learner = SegmentationLearner(
        network, splits, protocol, seed=seed, watch=watch, watched_at=watched_at
    )
    grid = protocol.grid(len(splits.train))
    seen = train(learner, grid, checkpoint=checkpoint, progress=progress)
    final = weights(learner.judged)
    take_weights(network, learner.best)
    return Trained(
        architecture=architecture,
        protocol=protocol,
        seed=seed,
        best=learner.best,
        final=final,
        best_update=learner.best_update,
        record=_record(learner, seen),
        watched=learner.watched,
        seconds=learner.seconds,
        stability=_stability(network, splits.validation),
    )


def restored(run: Trained, *, final: bool = False, device: str = "cpu") -> nn.Module:
    """Return the network of a training with its best weights, or its final ones.

    Warns
    -----
    StabilityWarning
        If a wave network's step with its best weights is not bounded on validation images.
    """
    if run.stability is not None and not final:
        run.stability.warn()
    network = build(run.architecture, run.seed).to(find_device(device)).eval()
    take_weights(network, run.final if final else run.best)
    return network


def _stability(network: nn.Module, images: SegmentSet) -> Stability | None:
    """Judge a wave network's step on the first images of a set."""
    if not isinstance(network, WaveNetwork):
        return None
    seen, _ = images.batch(np.arange(min(TOGETHER, len(images))))
    device = network.kernel.device
    with torch.no_grad():
        fields = network.fields(torch.as_tensor(seen, device=device))
    omega, alpha = (field.cpu().numpy() for field in (fields.stiffness, fields.damping))
    return stability_of(omega, alpha, network.architecture.time_step, pull=0.0)


def _record(learner: SegmentationLearner, seen: Record) -> xr.Dataset:
    steps = {"step": np.arange(learner.updates)}
    moments = {"update": seen.updates}
    of_steps = {
        "training_loss": (learner.losses, "loss of an update on its batch", "nat"),
        "gradient_norm": (learner.gradient_norms, "norm of the gradient before clipping", "1"),
    }
    arrays = [
        quantity(values, ["step"], name=name, long_name=told, units=units, coords=steps)
        for name, (values, told, units) in of_steps.items()
    ]
    arrays += [
        quantity(
            seen.observations[name],
            ["update"],
            name=name,
            long_name=told,
            units=units,
            coords=moments,
        )
        for name, (told, units) in LONG_NAMES.items()
    ]
    return xr.Dataset({array.name: array for array in arrays})
