"""Ways to bring latents of one label to another, under one name each."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import pdist

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.minimal_rotation import minimal_rotation, partway
from numerics.latent_basis.rank_one import rank_one
from numerics.latent_basis.rotations import QUARTER, reflected, require_pair, turned
from numerics.latent_basis.subject import require_latents
from theory.errors import ArgumentError

TRANSPORTS = ("proper rotation", "minimal rotation", "mean shift", "rank one", "reflection")


def transport(
    name: str,
    basis: Basis,
    means: ClassMeans,
    latents: np.ndarray,
    source_label: int,
    target_label: int,
) -> np.ndarray:
    """Return latents of one label brought to another.

    Parameters
    ----------
    name : str
        ``proper rotation``: quarter turn in the plane of the two vectors of the basis.
        ``minimal rotation``: the one that takes the mean of the one label to that of the other.
        ``mean shift``: z - eta_a + eta_c.
        ``rank one``: the paper's operator by a quarter turn, |z|^2 = M after it.
        ``reflection``: amplitudes exchanged.
    basis : Basis
    means : ClassMeans
        Those of the first set count.
    latents : ndarray, (N, M)
    source_label, target_label : int
        From 0 to l - 1, different.

    Returns
    -------
    ndarray, (N, M)

    Raises
    ------
    ArgumentError
        For another name, labels that are none, or latents that do not fit.
    """
    _require_name(name)
    _require_labels(basis, source_label, target_label)
    require_latents(latents, basis.latent_size)
    return _moved(name, basis, means, latents, (source_label, target_label), (0.0, 1.0))


def tour(
    name: str,
    basis: Basis,
    means: ClassMeans,
    latents: np.ndarray,
    labels: Sequence[int] | None = None,
    frames: int = 1,
) -> np.ndarray:
    """Return latents on their way through a sequence of labels, each turn in equal small steps.

    Parameters
    ----------
    name, basis, means, latents
        As for `transport`; the latents are of the first label.
    labels : sequence of int, optional
        At least two, neighbours different. Default: 0, 1, .., l - 1.
    frames : int
        Steps of a turn. A reflection has no small steps: 1.

    Returns
    -------
    ndarray, ((stops - 1) frames, N, M)
        Without the start; every `frames`-th is at a label.

    Raises
    ------
    ArgumentError
        As `transport`; for frames below 1, or several of a reflection.
    """
    _require_name(name)
    stops = range(basis.labels) if labels is None else labels
    if len(stops) < 2:
        raise ArgumentError("labels", list(stops), "must be at least two", "name another")
    _require_frames(name, frames)
    require_latents(latents, basis.latent_size)
    way = []
    for pair in itertools.pairwise(stops):
        _require_labels(basis, *pair)
        for frame in range(frames):
            parts = frame / frames, (frame + 1) / frames
            latents = _moved(name, basis, means, latents, pair, parts)
            way.append(latents)
    return np.stack(way)


def diversity(images: np.ndarray, most: int = 40) -> float:
    """Return the mean distance of two images, in pixels' units; 0 if all are one picture.

    Parameters
    ----------
    images : ndarray, (N, ...)
        At least two.
    most : int
        How many of them, from the first, are compared.
    """
    if len(images) < 2 or most < 2:
        raise ArgumentError("images", len(images), "must be at least 2", "pass more images")
    compared = images[:most]
    return float(pdist(compared.reshape(len(compared), -1)).mean())


def _moved(
    name: str,
    basis: Basis,
    means: ClassMeans,
    latents: np.ndarray,
    pair: tuple[int, int],
    parts: tuple[float, float],
) -> np.ndarray:
    """Move latents of a turn from one part of it to another."""
    start, stop = parts
    source, target = (means.means[label] for label in pair)
    if name == "proper rotation":
        return turned(basis, latents, *pair, (stop - start) * QUARTER)
    if name == "minimal rotation":
        ends = (partway(source, target, part) for part in parts)
        return minimal_rotation(latents, *ends)
    if name == "mean shift":
        return latents + (stop - start) * (target - source)
    if name == "rank one":
        return rank_one(basis, latents, *pair, start * QUARTER, (stop - start) * QUARTER)
    return reflected(basis, latents, *pair)


def _require_name(name: str) -> None:
    if name not in TRANSPORTS:
        raise ArgumentError("name", name, f"must be one of {', '.join(TRANSPORTS)}", "choose one")


def _require_labels(basis: Basis, source_label: int, target_label: int) -> None:
    require_pair(source_label, target_label, basis.labels)


def _require_frames(name: str, frames: int) -> None:
    if frames < 1:
        raise ArgumentError("frames", frames, "must be at least 1", "pass 1")
    if name == "reflection" and frames > 1:
        raise ArgumentError(
            "frames",
            frames,
            "must be 1 for a reflection: its determinant is -1, no small steps lead there",
            "pass 1, or take a rotation",
        )
