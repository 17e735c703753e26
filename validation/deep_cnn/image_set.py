"""Deep networks on a labelled image set.

Ladders, one a network, of the strengths at the end: saturation > network. What is left is learning that
is not finished; a check bounds it by the loss that other runs have ended at.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.schema import quantity
from numerics.training import train
from theory.errors import DivergenceError
from validation.checks import Finding
from validation.deep_cnn import figures, findings, tables
from validation.deep_cnn.affine import AffineMap, best_affine_map, saturated_strengths
from validation.deep_cnn.setting import NONLINEAR, setting_of
from validation.experiment import Forecast, Measurement, Report, Work
from validation.image_sets import described
from validation.ladder import Ladder, Rung

if TYPE_CHECKING:
    from torch import nn

    from numerics.linear_cnn.deep_network import DeepDescent
    from validation.deep_cnn import Config


class DeepImageSet:
    """Linear and nonlinear deep networks learn an image set from torch's default start."""

    def __init__(self, config: Config):
        self.setting = setting_of(config)
        self.name = self.setting.name

    def notes(self) -> list[str]:
        """Return what runs."""
        s = self.setting
        paces = "; ".join(
            f"{name}: learning rate {pace.learning_rate:g}, {pace.updates} batches"
            for name, pace in s.paces.items()
        )
        said = [
            f"{len(s.modes.inputs)} images of {s.side} x {s.side} pixels in {s.classes} classes "
            f"({s.images.train.attrs['name']}), {len(s.modes.singular_values)} modes; batches of "
            f"{s.batch}, {len(s.seeds)} {'trials' if len(s.seeds) > 1 else 'trial'}; {paces}.",
            "Strengths and losses are observed on all images learnt from"
            + ("." if s.test is None else f", the test loss on {len(s.test.inputs)} others."),
        ]
        said.append(
            "Forecast: modes end at S, where the best affine map of the images has them; no linear "
            "network gets below the loss of that map, a nonlinear one may."
        )
        if s.images.train.attrs["name"] == "cifar10_subset" and s.name == "cifar10":
            said.append(
                "warning: the folder in MODEWISE_DATA has a part of cifar10 only, and test images of "
                "four of its classes: no test loss. Without that variable all 50000 are downloaded."
            )
        return said

    # --- forecast ---------------------------------------------------------------------------

    def prepare(self, work: Work) -> xr.Dataset:
        """Return modes and training; start weights and the order of samples by their checksums."""
        s = self.setting
        weights = hashlib.sha256()
        for network in s.paces:
            for trial in range(len(s.seeds)):
                for parameter in self._network(network, trial).parameters():
                    weights.update(parameter.detach().numpy().tobytes())
        parts = {
            "singular_value": s.singular_values,
            "variance": quantity(
                s.modes.variances,
                ["mode"],
                name="variance",
                long_name="mean square of the images along a mode",
            ),
            "learning_rate": quantity(
                [pace.learning_rate for pace in s.paces.values()],
                ["network"],
                name="learning_rate",
                long_name="learning rate",
                coords={"network": list(s.paces)},
            ),
        }
        attrs = {
            "data": described(s.images),
            "classes": s.classes,
            "weights_sha256": weights.hexdigest(),
            "samples_sha256": hashlib.sha256(s.samples.tobytes()).hexdigest(),
        }
        return xr.Dataset(parts, attrs=attrs)

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Return where modes and losses end if a network becomes the best affine map of the images."""
        s = self.setting
        best = best_affine_map(s.modes.inputs, s.modes.targets)
        saturation = quantity(
            np.diagonal(saturated_strengths(s.modes, best)),
            ["mode"],
            name="mode_strength",
            long_name="mode strength A",
        )
        ladders = tuple(
            Ladder(
                name=network,
                rungs=(Rung("saturation", saturation),),
                measurement="network",
                scale=s.singular_values,
                scale_name="S_m",
                averaged=("trial",),
            )
            for network in s.paces
        )
        losses = {"affine_train_loss": best.loss(s.modes)}
        if s.test is not None:
            losses["affine_test_loss"] = best.loss(s.test)
        return Forecast(ladders, xr.Dataset({name: float(x) for name, x in losses.items()}))

    # --- measurement ------------------------------------------------------------------------

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Train every network of every trial; fit its outputs by their best affine part."""
        s = self.setting
        measured: dict[str, xr.DataArray] = {}
        groups: dict[str, xr.Dataset] = {}
        for network in s.paces:
            seen, outputs = [], []
            for trial in range(len(s.seeds)):
                learner = self._learner(network, trial)
                seen.append(self._trained(learner, network, trial, work))
                outputs.append(learner.outputs())
            work.progress("affine parts", len(measured) + 1, len(s.paces))
            part = best_affine_map(s.modes.inputs, np.stack(outputs))
            groups[f"/{network}"] = self._labelled(network, seen, part)
            strength = groups[f"/{network}"]["strength"]
            measured[network] = strength.isel(update=-1, drop=True).rename("mode_strength")
        return Measurement(measured, xr.DataTree.from_dict(groups))

    def _network(self, network: str, trial: int) -> nn.Module:
        """Return a network at its start, in the memory of the CPU."""
        from numerics.linear_cnn.deep_network import deep_network

        s = self.setting
        return deep_network(
            s.side,
            s.modes.channels,
            s.classes,
            nonlinear=network == NONLINEAR,
            seed=s.seeds[trial],
            kernels=s.config.kernels,
        )

    def _learner(self, network: str, trial: int) -> DeepDescent:
        from numerics.devices import find_device
        from numerics.linear_cnn.deep_network import DeepDescent

        s = self.setting
        module = self._network(network, trial).to(find_device(s.config.device))
        rate = s.paces[network].learning_rate
        return DeepDescent(module, s.modes, rate, s.samples[trial], s.test)

    def _trained(self, learner: DeepDescent, network: str, trial: int, work: Work) -> Any:
        """Train, and return what is observed, each (time, ...)."""
        s = self.setting
        stage = f"training {network}, seed {s.seeds[trial]}"
        try:
            return train(
                learner,
                s.grid(network),
                checkpoint=_checkpoint(work, network, s.seeds[trial]),
                progress=work.stage(stage),
            ).observations
        except DivergenceError as error:
            raise DivergenceError(
                "--learning-rate",
                learner.learning_rate,
                f"{stage}: {error.expected}",
                "choose a smaller one",
            ) from error

    def _labelled(self, network: str, seen: list[dict], part: AffineMap) -> xr.Dataset:
        """Return what was observed of a network, labelled."""
        s = self.setting
        coords = {"trial": list(s.seeds), "update": s.grid(network)}
        strengths = np.stack([one["strengths"] for one in seen])  # (trial, time, r, r)
        off_diagonal = strengths * (1 - np.eye(strengths.shape[-1]))
        parts = {
            "strength": quantity(
                np.swapaxes(np.diagonal(strengths, axis1=-2, axis2=-1), 1, 2),
                ["trial", "mode", "update"],
                name="strength",
                long_name="effective singular value A",
                coords=coords,
            ),
            "leakage": quantity(
                np.abs(off_diagonal).max(axis=(-2, -1)),
                ["trial", "update"],
                name="leakage",
                long_name="largest off-diagonal strength",
                coords=coords,
            ),
            "affine_part_loss": quantity(
                part.loss(s.modes),
                ["trial"],
                name="affine_part_loss",
                long_name="mean squared error of the best affine part at the end",
                coords={"trial": coords["trial"]},
            ),
        }
        for name, images in (
            ("train_loss", "the images learnt from"),
            ("test_loss", "test images"),
        ):
            if name in seen[0]:
                parts[name] = quantity(
                    np.stack([one[name] for one in seen]),
                    ["trial", "update"],
                    name=name,
                    long_name=f"mean squared error on {images}",
                    coords=coords,
                )
        return xr.Dataset(parts)

    # --- judgement --------------------------------------------------------------------------

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return findings.of_networks(result, self.setting)

    def report(self, result: xr.DataTree) -> Report:
        """Return Fig 6, discovery of each mode, and the losses at the end."""
        drawn = {"fig 6": figures.fig6(result)}
        return Report(drawn, [tables.discovery(result), tables.losses(result)])


def _checkpoint(work: Work, network: str, seed: int) -> Path:
    return work.store / f"training_{network}_{seed}.npz"
