"""Autoencoders on an image set.

Three ladders over all networks, from what widths allow to what reconstructions show: of the rank, of
the transition frame, and of the loss. Dead units, units that are always on and directions of the last
layer that are none of the first frames are found between computed rungs.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.schema import quantity
from validation.autoencoder_waves import figures, findings, tables, verdicts
from validation.autoencoder_waves.forecasting import NETWORK, forecast, of_each_network
from validation.autoencoder_waves.measuring import measure
from validation.autoencoder_waves.setting import described, setting_of
from validation.autoencoder_waves.training import LOSS, observed_updates, trained
from validation.checks import Finding
from validation.experiment import Forecast, Measurement, Report, Work

if TYPE_CHECKING:
    from validation.autoencoder_waves import Config


class AutoencodedImages:
    """Autoencoders of several depths and bottlenecks learn an image set."""

    def __init__(self, config: Config):
        self.setting = setting_of(config)
        self.name = self.setting.name

    def notes(self) -> list[str]:
        """Return what runs."""
        s = self.setting
        y, x = s.stream.shape
        p = s.protocol
        return [
            f"{s.stream.count} images of {y} x {x} pixels ({s.stream.name}), rank {s.original.rank} of "
            f"{s.pixels}; {len(s.networks)} networks: depths {_listed(s.depths)}, bottlenecks "
            f"{_listed(s.bottlenecks)}, {len(s.seeds)} {'trials' if len(s.seeds) > 1 else 'trial'}.",
            f"Each makes {s.updates} updates by Adam: learning rate {p.learning_rate:g}, batches of "
            f"{p.batch}, {p.epochs} epochs.",
            "Forecast, from weights and hidden activations: the rank that reconstructions can have; from "
            "those over half A of the images, the first frame that reconstructions of half B don't hold. "
            "Frames count from 0.",
        ]

    def prepare(self, work: Work) -> xr.Dataset:
        """Train the networks; return their losses, the images' spectrum, and checksums of the weights."""
        s = self.setting
        losses, weights = [], hashlib.sha256()
        for done, network in enumerate(s.networks, 1):
            kept = trained(s, network, work)
            losses.append(kept[LOSS])
            for name in sorted(set(kept) - {LOSS}):
                weights.update(kept[name].tobytes())
            work.progress("networks", done, len(s.networks))
        coords = {**s.coords, "update": observed_updates(s)}
        parts = {
            "loss": quantity(
                of_each_network(s, losses),
                [*NETWORK, "update"],
                name="loss",
                long_name="mean squared error on all images",
                coords=coords,
            ),
            "singular_value": quantity(
                s.original.singular_values,
                ["frame"],
                name="singular_value",
                long_name="singular value",
                coords={"frame": np.arange(s.pixels)},
            ),
        }
        attrs = {
            "data": described(s),
            "image_rank": s.original.rank,
            "images": s.stream.count,
            "variance": float(np.square(s.rows - s.rows.mean(axis=0)).mean()),
            "weights_sha256": weights.hexdigest(),
        }
        return xr.Dataset(parts, attrs=attrs)

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Return bounds, live units, capturable frames, and the linear optimum."""
        return forecast(self.setting, work)

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Reconstruct all images with every network, and compare frame by frame."""
        return measure(self.setting, work)

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return findings.of_networks(result, self.setting)

    def report(self, result: xr.DataTree) -> Report:
        """Return Figs 5 and 7, capture curves, training; transition frames, and claims judged."""
        drawn = {
            "fig 5": figures.fig5(result),
            "fig 7": figures.fig7(result),
            "capture": figures.capture(result),
            "training": figures.training(result),
        }
        return Report(
            drawn, [tables.transitions(result), tables.losses(result), verdicts.table(result)]
        )


def _listed(values: tuple[int, ...]) -> str:
    shown = [str(value) for value in values]
    return ", ".join(shown if len(shown) < 8 else [*shown[:3], "...", shown[-1]])
