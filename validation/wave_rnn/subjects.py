"""The networks of a run: as they start, trained here, stored with the package, or the user's own."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from numerics.schema import quantity
from numerics.stored_weights import read_weights
from numerics.torch_networks import take_weights, weights
from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import Network, build
from numerics.wave_rnn.networks.conv_lstm import ConvLSTM
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import Splits
from numerics.wave_rnn.training.many_runs import Job, train_many
from numerics.wave_rnn.training.protocol import Protocol
from numerics.wave_rnn.training.trained import Trained
from theory.errors import DivergenceError
from validation.experiment import Work
from validation.image_options import speaking_of
from validation.wave_rnn.options import option
from validation.wave_rnn.setting import START, Setting
from validation.wave_rnn.watching import images_to_watch, wavelengths_of

WATCHED_IMAGES = 32
Place = tuple[str, int]  # a network's name, and its seed


@dataclasses.dataclass(frozen=True)
class Subject:
    """One network.

    Parameters
    ----------
    architecture : Architecture
    seed : int
    weights : dict of ndarray
        By their names: those of the lowest validation loss, where it was trained.
    training : Trained or None
        Where it was trained in this run.
    """

    architecture: Architecture
    seed: int
    weights: Mapping[str, np.ndarray]
    training: Trained | None = None

    @property
    def trained(self) -> Trained:
        """Its training in this run, where there was one."""
        assert self.training is not None
        return self.training

    def network(self) -> Network:
        """Return the network, ready to be judged."""
        module = build(self.architecture, self.seed)
        take_weights(module, self.weights)
        module.eval()
        return module

    def start(self) -> Network:
        """Return the network before its first update."""
        module = build(self.architecture, self.seed)
        module.eval()
        return module

    def recurrent(self, stage: str) -> WaveNetwork | ConvLSTM:
        """Return a network with a history, as it is or at its start."""
        module = self.start() if stage == START else self.network()
        assert isinstance(module, WaveNetwork | ConvLSTM)
        return module

    def waves(self, stage: str) -> WaveNetwork:
        """Return a wave network, as it is or at its start."""
        module = self.recurrent(stage)
        assert isinstance(module, WaveNetwork)
        return module

    def checksum(self) -> str:
        """Return the SHA-256 over all weights, in the order of their names."""
        digest = hashlib.sha256()
        for name in sorted(self.weights):
            digest.update(f"{name} {self.weights[name].dtype.str} ".encode())
            digest.update(np.ascontiguousarray(self.weights[name]).data)
        return digest.hexdigest()


def subjects_of(setting: Setting, splits: Splits, work: Work) -> dict[Place, Subject]:
    """Return all networks of a setting; what was trained before is taken from the run's store.

    Raises
    ------
    ArgumentError
        For own weights that do not fit.
    DivergenceError
        If a loss left the finite numbers.
    """
    places = [(name, seed) for name in setting.names for seed in setting.seeds]
    if setting.protocol is not None:
        return dict(zip(places, _trained(setting, places, splits, work), strict=True))
    if setting.stored:
        return {place: stored_subject(setting.architectures[place[0]], *place) for place in places}
    return {place: _untrained(setting, *place) for place in places}


def weights_file(seed: int) -> Path:
    """Return where the package keeps the networks of a seed."""
    return Path(str(resources.files("validation.wave_rnn"))) / "weights" / f"small_{seed}.npz"


def stored_subject(architecture: Architecture, name: str, seed: int) -> Subject:
    """Return a network whose weights come with the package."""
    return Subject(architecture, seed, read_weights(weights_file(seed)).networks[name])


def training_record(subjects: Mapping[Place, Subject], setting: Setting) -> xr.Dataset:
    """Return losses and scores on the validation images over the updates, by network and seed."""
    return setting.over(lambda name, seed: _record(subjects[name, seed]))


def training_times(
    subjects: Mapping[Place, Subject], setting: Setting
) -> tuple[dict[str, Any], ...]:
    """Return a table of the CPU seconds of each training, by network and seed; none where none was."""
    if setting.protocol is None:
        return ()
    rows: list[list[Any]] = []
    for name in setting.names:
        seconds = [subjects[name, seed].trained.seconds for seed in setting.seeds]
        rows.append([name, *seconds, sum(seconds)])
    columns = ["network", *(f"seed {seed}" for seed in setting.seeds), "all"]
    return ({"title": "training times, CPU seconds", "columns": columns, "rows": rows},)


def _record(subject: Subject) -> xr.Dataset:
    run = subject.trained
    counts = {
        "best_update": (run.best_update, "updates made when the validation loss was lowest", "1"),
        "largest_gradient": (np.nanmax(run.record["gradient_norm"]), "largest gradient", "1"),
        "median_gradient": (np.nanmedian(run.record["gradient_norm"]), "median gradient", "1"),
    }
    kept = run.record[["loss", "foreground_loss", "foreground_accuracy"]]
    told = {
        name: quantity(value, [], name=name, long_name=long_name, units=units)
        for name, (value, long_name, units) in counts.items()
    }
    return kept.assign(told)


def _untrained(setting: Setting, name: str, seed: int) -> Subject:
    architecture, path = setting.architectures[name], setting.config.weights
    if path is None:
        return Subject(architecture, seed, weights(build(architecture, seed)))
    from numerics.wave_rnn.networks.checkpoints import load_checkpoint

    with speaking_of("--weights"):
        return Subject(architecture, seed, weights(load_checkpoint(Path(path), architecture)))


def _trained(
    setting: Setting, places: list[Place], splits: Splits, work: Work
) -> Iterator[Subject]:
    protocol = setting.protocol
    assert protocol is not None
    seen = _learnt_from(splits)
    jobs = [
        _job(setting, protocol, place, splits, work.store / _checkpoint(place, seen))
        for place in places
    ]
    with _names_the_option():
        runs = train_many(jobs, setting.config.processes, progress=work.stage("training"))
    for run in runs:
        yield Subject(run.architecture, run.seed, run.best, run)


def _learnt_from(splits: Splits) -> str:
    """Return eight digits that change with the images that are trained on or chosen by."""
    seen = splits.train.checksum() + splits.validation.checksum()
    return hashlib.sha256(seen.encode()).hexdigest()[:8]


def _checkpoint(place: Place, seen: str) -> str:
    """Return the file of a training: own images that were altered meet no weights learnt before."""
    name, seed = place
    return f"training_{name.replace(' ', '_')}_{seed}_{seen}.npz"


def _job(
    setting: Setting, protocol: Protocol, place: Place, splits: Splits, checkpoint: Path
) -> Job:
    name, seed = place
    architecture = setting.architectures[name]
    watch = None
    if setting.config.watch is not None and architecture.is_recurrent:
        images = images_to_watch(architecture, splits.validation, WATCHED_IMAGES)
        watch = functools.partial(wavelengths_of, images=images)
    return Job(
        architecture,
        protocol,
        splits,
        seed,
        checkpoint=checkpoint,
        device=setting.config.device,
        watch=watch,
        watched_at=() if watch is None else protocol.grid(len(splits.train)),
    )


@contextlib.contextmanager
def _names_the_option() -> Iterator[None]:
    """Let divergence speak of the option that helps."""
    try:
        yield
    except DivergenceError as error:
        clipped = ": --clip 1" if error.argument == "learning_rate" else ""
        raise DivergenceError(
            option(error.argument), error.value, error.expected, f"{error.remedy}{clipped}"
        ) from error
