"""Networks on images to be segmented: trained, stored, or as they start."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import xarray as xr

from numerics.schema import quantity
from numerics.stored_weights import read_weights
from numerics.wave_rnn.segments.segment_set import Splits, class_shares
from validation.checks import Finding
from validation.experiment import Forecast, Measurement, Report, Work
from validation.wave_rnn import figures, findings, tables, verdicts
from validation.wave_rnn.check_table import OWN, SMALL
from validation.wave_rnn.fields import kernel_of
from validation.wave_rnn.forecasting import forecast
from validation.wave_rnn.measuring import measure
from validation.wave_rnn.setting import AFTER, START, Setting
from validation.wave_rnn.subjects import Place, Subject, subjects_of, training_record, weights_file


class WaveRnnCase:
    """Networks of several kinds and seeds on one image set."""

    def __init__(self, setting: Setting):
        self.setting = setting
        self.name = setting.name
        self._splits: Splits | None = None
        self._subjects: dict[Place, Subject] = {}
        self._shares = np.empty(0)

    def notes(self) -> list[str]:
        """Return what runs."""
        s = self.setting
        counts = {a.parameters() for a in s.architectures.values()}
        spread = f"{min(counts)} to {max(counts)}" if len(counts) > 1 else f"{min(counts)}"
        return [
            f"{s.name}: {', '.join(s.names)}; {spread} parameters; seeds {s.seeds[0]}"
            + (f" to {s.seeds[-1]}." if len(s.seeds) > 1 else "."),
            _how(s),
            "Forecast, before any network is run: a mode's history on five roads; speed, reach, growth, "
            "walls and bound of every wave network; the constant predictor.",
        ]

    def prepare(self, work: Work) -> xr.Dataset:
        """Return images and networks: as they start, and trained where the setting says so."""
        s = self.setting
        splits = self._splits = s.material.splits(work.store)
        self._subjects = subjects_of(s, splits, work)
        self._shares = class_shares(splits.train)
        parts = [_images(self._shares, splits)]
        if s.protocol is not None:
            parts.append(training_record(self._subjects, s))
        if s.stored:
            parts.append(s.over(_stored_loss))
        if s.waves:
            parts.append(s.over(lambda *place: _kernels(self._subjects[place], s.stages), s.waves))
        return xr.merge(parts, join="exact").assign_attrs(
            data=json.dumps({"segments": splits.told}, default=str),
            images_sha256=json.dumps(_checksums(splits)),
            weights_sha256=json.dumps(
                {f"{name}, {seed}": x.checksum() for (name, seed), x in self._subjects.items()}
            ),
            architectures=json.dumps(
                {name: dataclasses.asdict(a) for name, a in s.architectures.items()}
            ),
            protocol=json.dumps(None if s.protocol is None else dataclasses.asdict(s.protocol)),
        )

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Return the rungs of every ladder but the networks."""
        assert self._splits is not None
        return forecast(self.setting, self._shares, self._subjects, self._splits)

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Run the networks."""
        assert self._splits is not None
        return measure(self.setting, forecast, self._shares, self._subjects, self._splits, work)

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return findings.of_case(result, self.setting)

    def report(self, result: xr.DataTree) -> Report:
        """Return figures, tables, verdicts on the paper's claims, and the film of a hidden state."""
        shown = [*tables.all_of(result, self.setting), verdicts.table(result, self.setting)]
        return Report(figures.drawn(result), shown, figures.films(result))


def _how(setting: Setting) -> str:
    protocol = setting.protocol
    if setting.stored:
        return "Their weights come with the package: trained by its own run, validation/wave_rnn/weights."
    if setting.config.weights is not None:
        return f"Their weights are those of {setting.config.weights}."
    if protocol is None:
        what = "a run without --preset quick" if setting.name == OWN else "--preset paper"
        return f"They are looked at before any training: {what} trains them."
    length = f"{protocol.updates} updates" if protocol.updates else f"{protocol.epochs} epochs"
    beyond = ""
    if (
        setting.name == SMALL
        and setting.config.preset == "quick"
        and setting.config.updates is None
    ):
        beyond = "The package has no such networks, so they are trained here, beyond a minute. "
    return (
        f"{beyond}Trained first, {length} of {protocol.batch} images, {protocol.schedule.replace('_', ' ')} "
        f"{protocol.learning_rate:g}."
    )


def _images(shares: np.ndarray, splits: Splits) -> xr.Dataset:
    share = quantity(
        shares,
        ["label"],
        name="share",
        long_name="share of a class among the training pixels",
        coords={"label": list(splits.train.classes)},
    )
    return xr.Dataset({"share": share})


def _checksums(splits: Splits) -> dict[str, str]:
    """Return the checksums of what the forecast sees; the test images are kept from it."""
    return {"train": splits.train.checksum(), "validation": splits.validation.checksum()}


def _stored_loss(name: str, seed: int) -> xr.Dataset:
    """Return the objects' loss that stands beside a network's stored weights."""
    loss = quantity(
        read_weights(weights_file(seed)).made_by["foreground_loss"][name],
        [],
        name="stored_loss",
        long_name="objects' loss on validation images when the weights were stored",
        units="nat",
    )
    return xr.Dataset({"stored_loss": loss})


def _kernels(subject: Subject, stages: tuple[str, ...]) -> xr.Dataset:
    """Return the recurrent kernel as it is now, and at the start where that is known."""
    return xr.Dataset(
        {
            name: quantity(
                kernel_of(network),
                ["hidden", "from_hidden", "tap_y", "tap_x"],
                name=name,
                long_name=long_name,
                coords={"hidden": np.arange(1, subject.architecture.hidden + 1)},
            )
            for name, long_name, network in (
                ("start_kernel", "recurrent kernel at the start", subject.waves(START)),
                ("kernel", "recurrent kernel", subject.waves(AFTER)),
            )
            if name == "kernel" or START in stages
        }
    )
