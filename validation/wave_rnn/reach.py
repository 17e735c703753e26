"""What theory says of a wave network before it is run: speed, reach, growth, walls, and its bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from numerics.schema import quantity
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import Splits
from numerics.wave_rnn.waves.closed_edges import closed_edges
from numerics.wave_rnn.waves.kernel_report import kernel_report
from numerics.wave_rnn.waves.range import range_of
from numerics.wave_rnn.waves.stability import stability_of
from validation.wave_rnn.fields import dead_share, fields_of, images_of, kernel_of
from validation.wave_rnn.setting import Setting
from validation.wave_rnn.subjects import Place, Subject

JUDGED = 32  # images whose fields are looked at
FRONT = 1e-3  # of an impulse's maximum: where the front is read

# a scalar of each network: its name, in words, unit
SCALARS = {
    "speed": ("fastest long waves of a channel", "px per unit time"),
    "travelled": ("way of the fastest long waves in T steps", "px"),
    "front": ("distance at which an impulse is heard after T steps", "px"),
    "hard_range": ("distance beyond which nothing is heard", "px"),
    "spectral_radius": ("growth of the strongest linear wave a step", "1"),
    "antisymmetric_share": ("antisymmetric part of the kernel", "1"),
    "coupling_share": ("taps across channels", "1"),
    "linear_margin": ("dt^2 (omega + pull) + 2 alpha dt, largest, of small waves", "1"),
    "margin": ("dt^2 omega + 2 alpha dt, largest; bounded below 4", "1"),
    "largest_stiffness": ("largest omega", "1/time^2"),
    "largest_damping": ("largest alpha", "1/time"),
    "largest_stable_step": ("largest time step that keeps the network bounded", "time"),
    "closed_edges": ("objects' edges that reflect waves of their size totally", "1"),
    "edge_reflection": ("|R| of such a wave, mean over objects' edges", "1"),
    "edge_contrast": ("contrast of omega across objects' edges, median", "1/time^2"),
}
# numbers of each channel
CHANNELS = {
    "mass_squared": ("omega minus the sum of the taps, at the mean omega", "1/time^2"),
    "mean_stiffness": ("mean omega", "1/time^2"),
    "mean_damping": ("mean alpha", "1/time"),
    "dead_stiffness": ("pixels with omega = 0", "1"),
    "dead_damping": ("pixels with alpha = 0", "1"),
}


def reaches(setting: Setting, subjects: dict[Place, Subject], splits: Splits) -> xr.Dataset:
    """Return what theory says of every wave network, at its start and after training."""

    def one(name: str, seed: int) -> xr.Dataset:
        subject = subjects[name, seed]
        rows = [reach_of(subject.waves(stage), splits) for stage in setting.stages]
        return xr.concat(rows, xr.DataArray(list(setting.stages), dims="stage", name="stage"))

    return setting.over(one, setting.waves)


def reach_of(network: WaveNetwork, splits: Splits) -> xr.Dataset:
    """Return what theory says of one network, from its weights and the first validation images."""
    a, kernel = network.architecture, kernel_of(network)
    images, masks = images_of(splits.validation, JUDGED)
    fields = fields_of(network, images)
    omega, alpha = (field.mean(axis=(0, 2, 3)) for field in (fields.stiffness, fields.damping))
    report = kernel_report(kernel, omega, alpha, a.time_step, images.shape[-2:])
    reach = range_of(kernel, omega, alpha, a.time_step, a.steps, FRONT)
    bounded = stability_of(fields.stiffness, fields.damping, a.time_step, pull=0.0)
    linear = stability_of(fields.stiffness, fields.damping, a.time_step, pull=report.largest_pull)
    largest = min(splits.object_sizes[1], min(images.shape[-2:]))
    scalars: dict[str, Any] = {
        "speed": reach.speed,
        "travelled": reach.travelled,
        "front": reach.front,
        "hard_range": reach.hard,
        "spectral_radius": report.spectral_radius,
        "antisymmetric_share": report.antisymmetric_share,
        "coupling_share": report.coupling_share,
        "linear_margin": linear.margin,
        "margin": bounded.margin,
        "largest_stiffness": bounded.largest_stiffness,
        "largest_damping": bounded.largest_damping,
        "largest_stable_step": bounded.largest_stable_step,
        **_walls(fields.stiffness, masks, largest),
    }
    channels = {
        "mass_squared": report.mass_squared,
        "mean_stiffness": omega,
        "mean_damping": alpha,
        "dead_stiffness": dead_share(fields.stiffness),
        "dead_damping": dead_share(fields.damping),
    }
    return _labelled(scalars, channels, report.speed_squared)


def _walls(stiffness: np.ndarray, masks: np.ndarray, wavelength: float) -> dict[str, float]:
    """Return what edges do to waves as long as the largest object, in the channel that does most.

    nan where no two neighbours differ, or where the lattice has no such wave: of 2 px and less.
    """
    names = {"closed_edges": "closed", "edge_reflection": "reflection", "edge_contrast": "contrast"}
    if wavelength <= 2 or not any(np.diff(masks, axis=axis).any() for axis in (-2, -1)):
        return dict.fromkeys(names, np.nan)
    edges = [closed_edges(channel, masks, wavelength) for channel in np.moveaxis(stiffness, 1, 0)]
    return {name: max(getattr(edge, part) for edge in edges) for name, part in names.items()}


def _labelled(
    scalars: dict[str, Any], channels: dict[str, np.ndarray], speeds: np.ndarray
) -> xr.Dataset:
    hidden = {"hidden": np.arange(1, len(speeds) + 1)}
    found = {
        name: quantity(value, [], name=name, long_name=SCALARS[name][0], units=SCALARS[name][1])
        for name, value in scalars.items()
    }
    found |= {
        name: quantity(
            values,
            ["hidden"],
            name=name,
            long_name=CHANNELS[name][0],
            units=CHANNELS[name][1],
            coords=hidden,
        )
        for name, values in channels.items()
    }
    found["speed_squared"] = quantity(
        speeds,
        ["hidden", "axis"],
        name="speed_squared",
        long_name="squared speed of a channel's long waves",
        units="(px per unit time)^2",
        coords=hidden | {"axis": ["y", "x"]},
    )
    return xr.Dataset(found)


def warnings_of(reach: xr.Dataset) -> list[str]:
    """Return a line for each network that may leave its bound: omega_max, alpha_max, the step to take."""
    told = []
    stage = str(reach["stage"].values[-1])
    last = reach.sel(stage=stage)
    for name in last["wave_network"].values:
        for seed in last["seed"].values:
            here = last.sel(wave_network=name, seed=seed)
            if float(here["margin"]) >= 4:
                told.append(
                    f"{name}, seed {seed}: unbounded at {stage}, margin {float(here['margin']):.3g} >= 4 "
                    f"(omega_max {float(here['largest_stiffness']):.3g}, alpha_max "
                    f"{float(here['largest_damping']):.3g}); the largest stable time step is "
                    f"{float(here['largest_stable_step']):.3g}."
                )
    return told
