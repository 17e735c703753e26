"""Half A of the images foretells half B, and quarters of half A by how much it may be wrong.

The networks have learnt from all images, as the paper's have. What half B shows of them is foretold from
weights, and from the images and hidden activations of half A alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from numerics.images.stream import ImageStream
from numerics.latent_waves.eigenimages import Eigenimages, eigenimages
from numerics.latent_waves.last_layer import captured, hidden_units
from numerics.latent_waves.made_images import image_rows
from numerics.latent_waves.moments import complementary_halves, second_moments
from numerics.latent_waves.probe import HALF, first
from numerics.latent_waves.unit_states import counted_rank, unit_states
from validation.autoencoder_waves.setting import Setting
from validation.autoencoder_waves.training import network_of
from validation.experiment import Work
from validation.image_options import speaking_of

SPLITS = 6  # of half A into two quarters


@dataclasses.dataclass(frozen=True)
class Part:
    """Some of the images, and their eigenimages."""

    name: str
    stream: ImageStream
    original: Eigenimages


@dataclasses.dataclass(frozen=True)
class Said:
    """What weights, and the hidden activations over a part of the images, say of a network."""

    live_units: int
    counted_rank: int
    capture: np.ndarray

    @property
    def transition(self) -> int:
        """T_capture."""
        return first(self.capture < HALF)


def halves(setting: Setting) -> tuple[Part, Part]:
    """Return halves A and B, drawn by the seed of the first trial."""
    of_first, of_second = complementary_halves(setting.stream.count, setting.config.seed)
    return _part(setting, of_first, "half A"), _part(setting, of_second, "half B")


def quarters(setting: Setting) -> Iterator[tuple[Part, Part]]:
    """Yield pairs of quarters that half A splits into, each time in another way."""
    of_first = complementary_halves(setting.stream.count, setting.config.seed)[0]
    places = np.flatnonzero(of_first)
    for split in range(SPLITS):
        masks = np.zeros((2, setting.stream.count), bool)
        masks[:, places] = complementary_halves(len(places), split)
        one, other = (_part(setting, mask, f"quarters of half A, split {split}") for mask in masks)
        yield one, other


def said_over(setting: Setting, part: Part, work: Work) -> list[Said]:
    """Return what is said of each network from its weights and its activations over a part."""
    said = []
    for done, network in enumerate(setting.networks, 1):
        module = network_of(setting, network, work)
        units = hidden_units(part.stream, module.hidden)
        space = units.reachable_space(*module.last_layer(next(image_rows(part.stream))))
        states = unit_states(part.stream, module.every_hidden)
        said.append(
            Said(
                units.live_units,
                counted_rank(states, part.original.rank + 1),
                captured(part.original.vectors, space),
            )
        )
        work.progress(f"weights and activations, {part.name}", done, len(setting.networks))
    return said


def uncertainties(pairs: list[tuple[list[Said], list[Said]]]) -> dict[str, np.ndarray]:
    """Return by how much two quarters differ, root mean square: of T_capture, and of c_j over frames.

    Halves have twice as many images and differ by no more. T_capture is a whole number: 1 at least.

    Parameters
    ----------
    pairs : list of pairs of lists
        Of each split, what both quarters say of each network.
    """
    frames = [[a.transition - b.transition for a, b in zip(*pair, strict=True)] for pair in pairs]
    shares = [
        [np.square(a.capture - b.capture).mean() for a, b in zip(*pair, strict=True)]
        for pair in pairs
    ]
    return {
        "transition_uncertainty": np.maximum(1.0, np.sqrt(np.square(frames).mean(axis=0))),
        "capture_uncertainty": np.sqrt(np.mean(shares, axis=0)),
    }


def _part(setting: Setting, mask: np.ndarray, name: str) -> Part:
    stream = setting.stream.selected(mask)
    with speaking_of("--dataset", f" (these are {name})"):
        return Part(name, stream, eigenimages(second_moments(stream)))
