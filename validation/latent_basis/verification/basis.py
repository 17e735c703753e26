"""Is the basis what it is said to be? Rows that need no training: orthogonality, order, lengths, sums."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import scipy.linalg
import sympy

from numerics.latent_basis.basis import METHODS, Basis, basis_of
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.release_norm import release_norm, release_norm_bounds
from numerics.latent_basis.rule import absolute_rule
from numerics.latent_basis.truncation import truncated
from theory.latent_basis.orthogonal import residual_square, symmetric_cosine

SIZE, LABELS = 100, 10
AVERAGED = 5000  # latents behind each mean of the test means
MODEST, BAD = 2e4, 4e8  # condition numbers: of class means at the most, and far beyond
SIMPLEX = sympy.Rational(-1, LABELS - 1)
CORRELATIONS = (SIMPLEX, *(sympy.Rational(r) for r in ("-0.05", "0", "0.3", "0.8")))
LATENTS = 1000


def orthogonality() -> float:
    """Gram matrix of both bases of noisy class means, against C on its diagonal."""
    target = SIZE * np.eye(SIZE)
    bases = (basis_of(noisy_means(), method) for method in METHODS)
    return max(_largest(basis.vectors @ basis.vectors.T - target) for basis in bases)


def two_roads() -> float:
    """Basis by QR against modified Gram-Schmidt, for means of condition 2e4."""
    means = conditioned_means(MODEST)
    return _largest(basis_of(means, "qr").unit_vectors - modified(means.means))


def orthogonality_if_bad() -> float:
    """Gram matrix of unit vectors by QR against 1, for means of condition 4e8."""
    return _lost(basis_of(conditioned_means(BAD), "qr").unit_vectors)


def classical_loss() -> float:
    """The same by classical Gram-Schmidt, as the paper writes it: it must fail."""
    return _lost(classical(conditioned_means(BAD).means))


def equicorrelated() -> float:
    """R_kk^2 and symmetric cosines of ten unit means of equal correlation r, against their laws."""
    return max(_equicorrelated_missed(r) for r in CORRELATIONS)


def nuclear_norm() -> float:
    """Sum of <eta_k, xi_k> for the symmetric basis over sqrt(C) times the nuclear norm, minus 1."""
    means = random_first_set()
    values = np.linalg.svd(means.means, compute_uv=False)
    return abs(_leaning(means, "symmetric") / values.sum() - 1)


def symmetric_over_sequential() -> float:
    """Sum of <eta_k, e_k> for the symmetric basis minus that of Gram-Schmidt; least of 20 random sets."""
    sets = [random_first_set(seed) for seed in range(20)]
    return min(_leaning(means, "symmetric") - _leaning(means, "qr") for means in sets)


def release_bounds() -> float:
    """How far C of the release leaves [M, M^2/(M-1)], relative; the ones vector must give the end."""
    low, high = release_norm_bounds(SIZE)
    found = [release_norm(units) for units in _orthonormal_sets()]
    outside = max(max(low / c - 1, c / high - 1) for c in found)
    return max(outside, abs(found[-1] / high - 1))


def release_closed_form() -> float:
    """C of the release from the stds against (M - 1)/(mean sqrt(1 - q))^2, relative."""
    return max(abs(_norm_of_sums(units) / release_norm(units) - 1) for units in _orthonormal_sets())


def parseval() -> float:
    """|z|^2 and what is lost by keeping r amplitudes, against C times sums of c^2; relative."""
    basis, latents = _basis_and_latents()
    energies = basis.norm * np.sort(np.square(basis.amplitudes(latents)), axis=1)
    whole = np.square(latents).sum(axis=1)
    missed = [_largest(energies.sum(axis=1) / whole - 1)]
    for kept in (1, 4, 10, 50):
        lost = np.square(latents - truncated(basis, latents, kept)).sum(axis=1)
        missed.append(_largest(lost / energies[:, : SIZE - kept].sum(axis=1) - 1))
    return max(missed)


def ranks() -> float:
    """Latents whose label's rank by counting differs from that by sorting."""
    basis, latents = _basis_and_latents()
    labels = np.arange(LATENTS) % LABELS
    order = np.argsort(-np.abs(basis.amplitudes(latents)), axis=1)
    by_sorting = 1 + (order == labels[:, None]).argmax(axis=1)
    return float((absolute_rule(basis).ranks(latents, labels) != by_sorting).sum())


def classical(rows: np.ndarray) -> np.ndarray:
    """Return unit vectors of rows by classical Gram-Schmidt: all projections of the row as it was."""
    units = np.zeros_like(rows)
    for k, row in enumerate(rows):
        left = row - (units[:k] @ row) @ units[:k]
        units[k] = left / np.linalg.norm(left)
    return units


def modified(rows: np.ndarray) -> np.ndarray:
    """Return unit vectors of rows by modified Gram-Schmidt: each projection of what is left."""
    left = rows.copy()
    for k in range(len(rows)):
        left[k] /= np.linalg.norm(left[k])
        left[k + 1 :] -= np.outer(left[k + 1 :] @ left[k], left[k])
    return left


def noisy_means() -> ClassMeans:
    """Return ten sets of ten class means: an encoder's apart, random ones that sum to zero, and noise."""
    generator = np.random.default_rng(0)
    labels = np.eye(LABELS, SIZE)
    true = np.vstack(
        [4 * np.roll(labels, LABELS, axis=1), *[1.7 * (labels - labels.mean(axis=0))] * 9]
    )
    return means_of(true + generator.standard_normal(true.shape) / math.sqrt(AVERAGED))


def conditioned_means(condition: float) -> ClassMeans:
    """Return M means whose singular values lie evenly in the logarithm, from 1 down to 1/condition."""
    generator = np.random.default_rng(1)
    left, right = (_orthonormal(generator) for _ in range(2))
    return means_of((left * np.geomspace(1, 1 / condition, SIZE)) @ right)


def random_first_set(seed: int = 2) -> ClassMeans:
    """Return ten means of independent normal entries."""
    return means_of(np.random.default_rng(seed).standard_normal((LABELS, SIZE)))


def means_of(rows: np.ndarray, labels: int = LABELS) -> ClassMeans:
    """Return rows as class means of labels in equal shares."""
    return ClassMeans(
        means=rows,
        counts=np.full(len(rows), AVERAGED),
        labels=labels,
        shares=np.full(labels, 1 / labels),
        draws=AVERAGED * labels,
        confidence=1.0,
    )


def _leaning(means: ClassMeans, method: str) -> float:
    """Return sum <eta_k, xi_k>/sqrt(C)."""
    return float(np.sum(means.means * basis_of(means, method).unit_vectors))


def _equicorrelated_missed(r: sympy.Rational) -> float:
    # at the simplex the last mean depends on the others, and no basis is made of all ten
    whole = LABELS - 1 if r == SIMPLEX else LABELS
    squared = [float(residual_square(sympy.Integer(k), r)) for k in range(whole)]
    cosine = float(symmetric_cosine(sympy.Integer(LABELS), r))
    rows = _equicorrelated(float(r))
    sequential = basis_of(means_of(rows[:whole], whole), "qr").residuals
    symmetric = np.sum(scipy.linalg.polar(rows)[0] * rows, axis=1)
    missed = [_largest(sequential**2 - squared), _largest(symmetric - cosine)]
    if whole == LABELS:
        missed.append(_largest(basis_of(means_of(rows), "symmetric").cosines - cosine))
    return max(missed)


def _equicorrelated(r: float) -> np.ndarray:
    """Return unit vectors with products r: the root of their Gram matrix, turned in any way."""
    along = np.full((LABELS, LABELS), 1 / LABELS)
    stretch = math.sqrt(max(1 + (LABELS - 1) * r, 0.0))
    root = math.sqrt(1 - r) * (np.eye(LABELS) - along) + stretch * along
    return root @ _orthonormal(np.random.default_rng(7))[:LABELS]


def _orthonormal_sets() -> list[np.ndarray]:
    """Return 20 random bases of unit vectors, and one with a vector along (1, .., 1)."""
    generator = np.random.default_rng(3)
    ones = generator.standard_normal((SIZE, SIZE))
    ones[0] = 1
    return [*(_orthonormal(generator) for _ in range(20)), scipy.linalg.qr(ones.T)[0].T]


def _norm_of_sums(units: np.ndarray) -> float:
    q = np.square(units.sum(axis=1)) / SIZE
    return (SIZE - 1) / np.sqrt(np.clip(1 - q, 0, None)).mean() ** 2


def _basis_and_latents() -> tuple[Basis, np.ndarray]:
    latents = np.random.default_rng(4).standard_normal((LATENTS, SIZE))
    return basis_of(noisy_means()), latents


def _orthonormal(generator: np.random.Generator) -> np.ndarray:
    return scipy.linalg.qr(generator.standard_normal((SIZE, SIZE)))[0]


def _lost(units: np.ndarray) -> float:
    return _largest(units @ units.T - np.eye(len(units)))


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values).max())


FUNCTIONS: dict[str, Callable[[], float]] = {
    "LB01": orthogonality,
    "LB02": two_roads,
    "LB03": orthogonality_if_bad,
    "LB03b": classical_loss,
    "LB04": equicorrelated,
    "LB05": nuclear_norm,
    "LB05b": symmetric_over_sequential,
    "LB06": release_bounds,
    "LB06b": release_closed_form,
    "LB18": parseval,
    "LB19": ranks,
}
