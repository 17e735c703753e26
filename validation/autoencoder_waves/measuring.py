"""What reconstructions show: the first time that any image is reconstructed."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.probe import Probe, probe
from numerics.schema import quantity
from validation.autoencoder_waves.forecasting import (
    LOSS,
    NETWORK,
    RANK,
    TRANSITION,
    labelled,
    of_each_network,
)
from validation.autoencoder_waves.setting import Setting
from validation.autoencoder_waves.training import network_of
from validation.experiment import Measurement, Work

NUMBERS = {
    "rank": "rank of the reconstructions",
    "transition": "transition frame, as the paper's code has it",
    "transition_alignment": "first frame that has turned away",
    "transition_capture": "first frame that is not captured",
    "loss": "mean squared error",
    "least_loss": "least mean squared error of this rank",
}
CURVES = {
    "frame_errors": "mean squared difference of the spectra of a frame",
    "alignments": "squared cosine of a frame and its reconstruction",
    "capture": "share of a frame in the space of the reconstructions",
}


def measure(setting: Setting, work: Work) -> Measurement:
    """Return rank, transition frames and loss of every network, and their curves over frames."""
    found: dict[str, list] = {name: [] for name in (*NUMBERS, *CURVES)}
    strip = None
    for done, network in enumerate(setting.networks, 1):
        module = network_of(setting, network, work)
        probed = probe(setting.stream, module, original=setting.original)
        for name, values in found.items():
            values.append(getattr(probed, name))
        if network == shown_network(setting):
            strip = _strip(setting, probed)
        work.progress("reconstructions", done, len(setting.networks))
    assert strip is not None
    dims = {name: NETWORK if name in NUMBERS else [*NETWORK, "frame"] for name in found}
    seen = xr.Dataset(
        {
            name: labelled(
                setting,
                of_each_network(setting, values),
                dims[name],
                name,
                {**NUMBERS, **CURVES}[name],
            )
            for name, values in found.items()
        }
    )
    measured = {
        RANK: seen["rank"].astype(float),
        TRANSITION: seen["transition_capture"].astype(float),
        LOSS: seen["loss"],
    }
    return Measurement(measured, xr.DataTree.from_dict({"/networks": seen, "/strip": strip}))


def shown_network(setting: Setting) -> tuple[int, int, int]:
    """Return the network whose frames are shown: the shallowest, with the widest bottleneck."""
    return min(setting.depths), max(setting.bottlenecks), setting.seeds[0]


def _strip(setting: Setting, probed: Probe) -> xr.Dataset:
    """Return spectra before, at and after the transition frame, and far beyond the rank: Fig 5."""
    end = probed.transition
    wanted = {max(0, end - 1), end, end + 1, (probed.rank + setting.pixels) // 2}
    frames = sorted(frame for frame in wanted if frame < setting.pixels)
    spectra = {}
    for name, film in (("original", setting.original), ("reconstructed", probed.reconstructed)):
        energies = spectral_energies(film.vectors[:, frames], setting.stream.shape)
        spectra[name] = quantity(
            np.sqrt(energies.T).reshape(len(frames), *setting.stream.shape),
            ["frame", "frequency_y", "frequency_x"],
            name=name,
            long_name=f"magnitude of the spectrum, {name}",
            coords={"frame": frames},
        )
    depth, bottleneck, seed = shown_network(setting)
    attrs = {"depth": depth, "bottleneck": bottleneck, "seed": seed, "rank": probed.rank}
    return xr.Dataset(spectra, attrs=attrs)
