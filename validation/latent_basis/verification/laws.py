"""Do the laws of label means, of one parameter, of leverage and of kept energy say what is drawn?"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import numpy as np
from scipy.integrate import quad
from scipy.special import ndtr

from numerics.latent_basis.kept_energy import kept_energies, kept_energy_of_noise
from numerics.latent_basis.label_means import argmax_mean_square, argmax_means, expected_largest
from numerics.latent_basis.leverage import simulated_residuals, squared_residuals
from numerics.latent_basis.one_parameter import hit_rate
from numerics.latent_basis.overlap import expected_cosines, simulated_cosines

LABELS, SIZE, SETS, LATENTS = 10, 100, 10, 5000  # l, M, n, V of the paper
ENCODED = 4.0  # length of the means of set 0 in both layouts
SAMPLES, BLOCK = 2_000_000, 200_000
SEPARATIONS = (2.0, 3.0, 4.0, 5.0)
DRAWS = 100_000
KEPT = (1, 2, 3, 4, 10)


def largest_of_normals() -> float:
    """e_l and |m|^2 for l = 2, 3, 5, 10, 20, against int 1 - Phi^l(t) - Phi^l(-t) dt; worst."""
    return max(_label_means_missed(labels) for labels in (2, 3, 5, 10, 20))


def _label_means_missed(labels: int) -> float:
    # the mean as the area above the distribution: another road than the density's
    largest, _ = quad(lambda t: 1 - ndtr(t) ** labels - ndtr(-t) ** labels, 0, 40, limit=200)
    square = largest**2 * labels / (labels - 1)
    return max(abs(expected_largest(labels) - largest), abs(argmax_mean_square(labels) - square))


def drawn_mean_square() -> float:
    """Mean |m|^2 of 2,000,000 vectors of 10 normal numbers, labelled by the largest, off its law."""
    squares = np.square(_drawn_label_means()).sum(axis=1)
    return float(abs(squares.mean() - argmax_mean_square(LABELS)))


def drawn_rank() -> float:
    """Smallest singular value of the same means: they sum to zero."""
    return float(np.linalg.svd(_drawn_label_means(), compute_uv=False)[-1])


@functools.cache
def _drawn_label_means() -> np.ndarray:
    generator = np.random.default_rng(0)
    sums, counts = np.zeros((LABELS, LABELS)), np.zeros(LABELS)
    for _ in range(SAMPLES // BLOCK):
        drawn = generator.standard_normal((BLOCK, LABELS))
        member = np.eye(LABELS)[drawn.argmax(axis=1)]
        sums += member.T @ drawn
        counts += member.sum(axis=0)
    return sums / counts[:, None]


def layout(*, same_directions: bool) -> np.ndarray:
    """True means (M, M) of n sets: orthogonal ones of an encoder, then those of an argmax, n - 1 times.

    Those of the encoder point where the others do, or where none of them does.
    """
    encoder = ENCODED * np.roll(np.eye(LABELS, SIZE), 0 if same_directions else LABELS, axis=1)
    return np.vstack([encoder, *[argmax_means(LABELS, SIZE)] * (SETS - 1)])


def leverage() -> float:
    """Sum of R_kk^2 from k = 20 over that of the law, of 60 copies, two layouts; worst - 1."""
    return max(abs(leverage_ratio(same) - 1) for same in (False, True))


def leverage_ratio(same_directions: bool) -> float:
    """Simulated over expected sum of R_kk^2 beyond the first two sets."""
    true, counts = layout(same_directions=same_directions), np.full(SIZE, LATENTS)
    drawn, _ = simulated_residuals(true, counts, 60, np.random.default_rng(0))
    beyond = slice(2 * LABELS, None)
    return float(drawn[beyond].sum() / squared_residuals(true, counts)[beyond].sum())


def overlap() -> float:
    """Cosine of vector 19 and mean cosines of sets 3 to 6 over 100 copies, over the law; worst - 1."""
    true, counts = layout(same_directions=False), np.full(SIZE, LATENTS)
    drawn, _ = simulated_cosines(true, counts, 100, np.random.default_rng(0))
    law = expected_cosines(true, counts)
    ratios = _last_and_sets(drawn) / _last_and_sets(law)
    return float(np.abs(ratios - 1).max())


def _last_and_sets(cosines: np.ndarray) -> np.ndarray:
    sets = cosines.reshape(SETS, LABELS)[2:6].mean(axis=1)
    return np.append(cosines[2 * LABELS - 1], sets)


def one_parameter() -> float:
    """Top-1 and top-4 of 100,000 draws at separations 2 to 5 against the law; worst of 16."""
    return max(_hits_missed(rho, seed) for seed, rho in enumerate(SEPARATIONS))


def _hits_missed(rho: float, seed: int) -> float:
    scores = np.random.default_rng(seed).standard_normal((DRAWS, SIZE), dtype=np.float32)
    scores[:, 0] += rho
    sizes = np.abs(scores)
    cases = (
        (sizes, True, 1),
        (sizes, True, 4),
        (scores[:, :LABELS], False, 1),
        (sizes[:, :LABELS], True, 1),
    )
    return max(
        abs(_hits(some, top) - _law(rho, some, absolute, top)) for some, absolute, top in cases
    )


def _law(rho: float, scores: np.ndarray, absolute: bool, top: int) -> float:
    return float(hit_rate(rho, scores.shape[1] - 1, absolute=absolute, top=top))


def _hits(competing: np.ndarray, top: int) -> float:
    return float(((competing[:, 1:] > competing[:, :1]).sum(axis=1) < top).mean())


def energy_of_noise() -> float:
    """Share of energy in the 1, 2, 3, 4, 10 largest of 100 amplitudes, 20,000 draws; worst."""
    drawn = np.random.default_rng(0).standard_normal((20_000, SIZE))
    energies = np.square(drawn).sum(axis=1, keepdims=True)
    # the law is expected energy over expected energy, not the mean of shares
    shares = (kept_energies(drawn, KEPT) * energies).sum(axis=0) / energies.sum()
    law = [kept_energy_of_noise(SIZE, r) for r in KEPT]
    return float(np.abs(shares - law).max())


FUNCTIONS: Mapping[str, Callable[[], float]] = {
    "LB12": largest_of_normals,
    "LB13": drawn_mean_square,
    "LB13b": drawn_rank,
    "LB15": leverage,
    "LB15b": overlap,
    "LB16": one_parameter,
    "LB17": energy_of_noise,
}
