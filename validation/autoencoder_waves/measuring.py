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
from validation.autoencoder_waves.halves import halves
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
HELD_OUT = {
    "rank": "rank of the reconstructions of half B",
    "transition_capture": "first frame of half B that is not captured",
    "capture": "share of a frame of half B in the space of its reconstructions",
}
CURVES = {
    "frame_errors": "mean squared difference of the spectra of a frame",
    "alignments": "squared cosine of a frame and its reconstruction",
    "capture": "share of a frame in the space of the reconstructions",
}


def measure(setting: Setting, work: Work) -> Measurement:
    """Return rank, transition frames and loss of every network, and their curves; and of half B."""
    found: dict[str, list] = {name: [] for name in (*NUMBERS, *CURVES)}
    held_out: dict[str, list] = {name: [] for name in HELD_OUT}
    other, strip = halves(setting)[1], None
    for done, network in enumerate(setting.networks, 1):
        module = network_of(setting, network, work)
        probed = probe(setting.stream, module, original=setting.original)
        for name, values in found.items():
            values.append(getattr(probed, name))
        of_half = probe(other.stream, module, original=other.original)
        for name, values in held_out.items():
            values.append(getattr(of_half, name))
        if network == shown_network(setting):
            strip = _strip(setting, probed)
        work.progress("reconstructions", done, len(setting.networks))
    assert strip is not None
    seen = _labelled(setting, found, NUMBERS | CURVES)
    half = _labelled(setting, held_out, HELD_OUT)
    measured = {
        RANK: seen["rank"].astype(float),
        TRANSITION: half["transition_capture"].astype(float),
        LOSS: seen["loss"],
    }
    observed = {"/networks": seen, "/half_b": half, "/strip": strip}
    return Measurement(measured, xr.DataTree.from_dict(observed))


def _labelled(setting: Setting, found: dict[str, list], names: dict[str, str]) -> xr.Dataset:
    return xr.Dataset(
        {
            name: labelled(
                setting,
                of_each_network(setting, values),
                [*NETWORK, "frame"] if name in CURVES else NETWORK,
                name,
                names[name],
            )
            for name, values in found.items()
        }
    )


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
