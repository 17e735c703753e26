"""Latents that are taken from their label to another, and how often they arrive."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from numerics.latent_basis.rule import nearest_mean_rule
from numerics.latent_basis.transport import transport

if TYPE_CHECKING:
    from validation.latent_basis.known import Known

# operator and the basis whose planes it turns in; the last two need no basis
OPERATORS = {
    "quarter turn, qr": ("proper rotation", "qr"),
    "quarter turn, symmetric": ("proper rotation", "symmetric"),
    "rank one": ("rank one", "qr"),
    "minimal rotation": ("minimal rotation", "symmetric"),
    "mean shift": ("mean shift", "symmetric"),
}
MOST = 100  # latents of a label that are taken to another


def transported(
    operator: str, known: Known, latents: np.ndarray, source: int, target: int
) -> np.ndarray:
    """Return latents (N, M) taken from a label to another."""
    name, method = OPERATORS[operator]
    return transport(name, known.bases[method], known.means, latents, source, target)


def pairs(
    operator: str, known: Known, latents: np.ndarray, labels: np.ndarray
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield source, target and transported latents of all ordered pairs of labels."""
    for source, target in itertools.permutations(range(known.means.labels), 2):
        chosen = latents[labels == source][:MOST]
        yield source, target, transported(operator, known, chosen, source, target)


def nearest_rate(operator: str, known: Known, latents: np.ndarray, labels: np.ndarray) -> float:
    """Return how often the nearest mean is the target's, the mean over all pairs."""
    rule = nearest_mean_rule(known.means)
    rates = [
        (rule.read(moved) == target).mean()
        for _, target, moved in pairs(operator, known, latents, labels)
    ]
    return float(np.mean(rates))


def decoded_rate(operator: str, known: Known, latents: np.ndarray, labels: np.ndarray) -> float:
    """Return how often the image has the target's label, the mean over all pairs."""
    return float(np.mean(list(decoded_rates(operator, known, latents, labels).values())))


def decoded_rates(
    operator: str, known: Known, latents: np.ndarray, labels: np.ndarray
) -> dict[tuple[int, int], float]:
    """Return how often the image has the target's label, for each pair of source and target."""
    return {
        (source, target): float((known.subject.labels_of(moved)[0] == target).mean())
        for source, target, moved in pairs(operator, known, latents, labels)
    }
