"""Do probe, bounds and closed forms do what is said of them? Rows that need no data of the user.

Each function computes one check of the table and returns what it found, on 120 random images of 6 x 6
pixels, on the digits that are shipped, or on random networks and matrices.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from numerics.images import digits
from numerics.images.stream import ImageStream
from numerics.images.streams.stream_of import stream_of
from numerics.latent_waves.eigenimages import Eigenimages, eigenimages_of
from numerics.latent_waves.last_layer import captured
from numerics.latent_waves.layer_sizes import rank_bound, sizes
from numerics.latent_waves.linear_optimum import least_loss, linear_optimum
from numerics.latent_waves.moments import second_moments
from numerics.latent_waves.probe import Probe, probe
from numerics.latent_waves.unit_states import counted_rank, unit_states

SIDE, COUNT = 6, 120
PIXELS = SIDE**2
BOTTLENECKS = {"random": (1, 2, 5, 12, 30), "digits": (1, 2, 4, 9, 16, 25, 36)}
DEPTHS, WIDTHS, SEEDS = (3, 4, 5, 6), (2, 3, 5), range(4)


@functools.cache
def _images(name: str = "random") -> ImageStream:
    if name == "digits":
        return stream_of(digits())
    generator = np.random.default_rng(0)
    strengths = 0.9 ** np.arange(PIXELS)
    images = generator.normal(size=(COUNT, PIXELS)) * strengths + 0.3
    return stream_of(images.reshape(COUNT, SIDE, SIDE), scale=1.0)


@functools.cache
def _original(name: str = "random") -> Eigenimages:
    return eigenimages_of(_images(name))


@functools.cache
def _optima(bias: bool) -> dict[tuple[str, int], Probe]:
    """Return the linear optima of both sets, probed, by set and bottleneck."""
    return {
        (name, bottleneck): probe(
            _images(name),
            linear_optimum(second_moments(_images(name)), bottleneck, bias=bias),
            original=_original(name),
        )
        for name, bottlenecks in BOTTLENECKS.items()
        for bottleneck in bottlenecks
    }


def optimum_without_bias() -> float:
    """Rank and T_capture of the truncated SVD minus d, largest.

    The other T ask for frame d, an arbitrary null vector: by chance it may resemble that of the images.
    """
    return max(
        abs(found - bottleneck)
        for (_, bottleneck), probed in _optima(bias=False).items()
        for found in (probed.rank, probed.transition_capture)
    )


def rank_with_bias() -> float:
    """Rank of the centred components and the mean minus d + 1, largest."""
    return max(abs(probed.rank - d - 1) for (_, d), probed in _optima(bias=True).items())


def capture_with_bias() -> float:
    """T_capture minus d + 1/2 on digits, largest: 1/2 says that it is d or d + 1."""
    return max(
        abs(probed.transition_capture - bottleneck - 0.5)
        for (name, bottleneck), probed in _optima(bias=True).items()
        if name == "digits"
    )


def loss_of_optimum() -> float:
    """Loss of the truncated SVD by its reconstructions over that by singular values, minus 1."""
    return max(
        abs(probed.loss / least_loss(_original(name).singular_values, d, _images(name).count) - 1)
        for (name, d), probed in _optima(bias=False).items()
    )


def capture_identity() -> float:
    """Sum of c_j minus rank for random matrices of every rank below n."""
    generator = np.random.default_rng(1)
    missed = []
    for rank in range(1, PIXELS):
        made = generator.normal(size=(COUNT, rank)) @ generator.normal(size=(rank, PIXELS))
        probed = probe(_images(), made, original=_original())
        missed.append(abs(probed.capture.sum() - rank))
    return float(max(missed))


@functools.cache
def _random_networks() -> list[tuple[tuple[int, ...], Probe, np.ndarray, int]]:
    """Return widths, probe, the c_j that the last layer's weights say, and the rank by counting units."""
    from numerics.latent_waves.autoencoder import autoencoder
    from numerics.latent_waves.in_double import InDouble

    found = []
    for depth in DEPTHS:
        for bottleneck in WIDTHS:
            for seed in SEEDS:
                widths = sizes(PIXELS, bottleneck, depth)
                network = InDouble(autoencoder(widths, seed=seed))
                probed = probe(_images(), network, hidden=network.hidden, original=_original())
                assert probed.units is not None
                space = probed.units.reachable_space(*network.last_layer(_rows()))
                states = unit_states(_images(), network.every_hidden)
                counted = counted_rank(states, PIXELS + 1)
                found.append((widths, probed, captured(_original().vectors, space), counted))
    return found


def rank_of_networks() -> float:
    """Rank minus its bound, largest."""
    return max(probed.rank - rank_bound(widths) for widths, probed, *_ in _random_networks())


def rank_beyond_bottleneck() -> float:
    """Rank over d + 1 at depth 5, largest: the bottleneck is no bound there."""
    return max(
        probed.rank / (min(widths) + 1)
        for widths, probed, *_ in _random_networks()
        if len(widths) == 5
    )


def rank_by_counting() -> float:
    """Rank counted from live and switching units minus rank, least."""
    return min(counted - probed.rank for _, probed, _, counted in _random_networks())


def capture_by_weights() -> float:
    """c_j by the last layer's weights and activations minus c_j by reconstructions, largest."""
    return max(
        float(np.abs(foreseen - probed.capture).max())
        for _, probed, foreseen, _ in _random_networks()
    )


def exchanged_frames() -> float:
    """Frames 7 and 8 exchanged: T_align minus 7, T_capture minus n, largest."""
    rows = _rows()
    left, values, right = np.linalg.svd(rows, full_matrices=False)
    values[[7, 8]] = values[[8, 7]]
    probed = probe(_images(), (left * values) @ right, original=_original())
    return max(abs(probed.transition_alignment - 7), abs(probed.transition_capture - PIXELS))


def missing_frame() -> float:
    """Reconstructions without frame j: T_align and T_capture minus j, largest."""
    rows, missed = _rows(), []
    for frame in (0, 4, 20):
        vector = _original().vectors[:, frame]
        made = rows - np.outer(rows @ vector, vector)
        probed = probe(_images(), made, original=_original())
        ends = (probed.transition_alignment, probed.transition_capture)
        missed += [abs(end - frame) for end in ends]
    return max(missed)


def _rows() -> np.ndarray:
    return np.concatenate(list(_images().blocks())).reshape(COUNT, PIXELS)


FUNCTIONS: dict[str, Callable[[], float]] = {
    "LW25a": optimum_without_bias,
    "LW25b": rank_with_bias,
    "LW25c": capture_with_bias,
    "AV1": loss_of_optimum,
    "AV2": capture_identity,
    "AV3": rank_of_networks,
    "AV4": rank_beyond_bottleneck,
    "AV5": capture_by_weights,
    "AV8": rank_by_counting,
    "AV6": exchanged_frames,
    "AV7": missing_frame,
}
