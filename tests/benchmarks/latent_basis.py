"""Amplitudes, ranks and rotations of many latents by products, against the direct ways.

Run ``python tests/benchmarks/latent_basis.py [--out FILE]``. First the ways have to agree; then the
clock runs, in one process and one thread: amplitudes against loops, the rank of a label by counting
against sorting, Gram-Schmidt against QR, rotations in a plane or of two amplitudes against products
with the matrix of the rotation, and the law of accuracy against the same law by Gauss-Hermite nodes.
Last come the class means of random latents of fully connected networks for 14 x 14 pixels, and what
fresh processes grow by while means of few and of many latents fill. Exits with 1 if a bar is missed.
"""

import functools
import itertools
import math
import statistics
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg
import scipy.special
import torch
from timing import Row, alternating, growth_of, print_growth, require, run, seconds_of

from numerics.latent_basis.any_subject import subject_of
from numerics.latent_basis.basis import Basis, basis_of
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.conditional_law import reliabilities
from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.protocols import MNIST14
from numerics.latent_basis.rotations import chain, plane_rotation, turned_amplitudes
from numerics.latent_basis.rule import RULES, Rule, absolute_rule, rule_of
from numerics.latent_basis.sampling import RandomMeans, random_means
from numerics.latent_basis.starts import classifier_of, generator_of
from numerics.latent_basis.subject import Encoding, Subject

LABELS, SIZE, LATENTS = 10, 100, 10_000
SIZES, LARGE_SIZE = (100, 256, 512), 400
TURNED = {100: 100_000, 256: 40_000, 512: 40_000}  # latents of each length
ANGLE, STOPS = math.pi / 6, range(LABELS)
SCORES = {"absolute": f"{LATENTS} x {SIZE}", "signed": f"{LATENTS} x {LABELS}"}
NODES, FINE, HERMITE, SOME = 31, 241, 61, 1000
SETS, EACH, CALIBRATED = 9, 5000, 20_000
FEW, MANY = 10_000, 50_000  # V, latents of each label
TURNS, RANK_TURNS = 7, 31
LOOP_BAR, SORT_BAR, COLUMNS_BAR, CHAIN_BAR, CONSTANT = 50.0, 8.0, 40.0, 2.0, 0.9
PLANE_BARS = {100: 1.2, 256: None, 512: 1.8}

Ways = dict[str, Callable[[], Any]]  # each returns an array


# --- latents and bases ----------------------------------------------------------------------------


def latents(count: int, size: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((count, size))


def means(size: int) -> ClassMeans:
    """Return as many independent means as latents have coordinates."""
    rows = np.random.default_rng(1).standard_normal((size, size)) + 3 * np.eye(size)
    shares = np.full(LABELS, 1 / LABELS)
    return ClassMeans(rows, np.full(size, EACH), LABELS, shares, EACH, 1.0)


@functools.cache
def basis(size: int) -> Basis:
    return basis_of(means(size), "qr")


# --- the direct ways ------------------------------------------------------------------------------


def amplitudes_by_loops(basis: Basis, latents: np.ndarray) -> np.ndarray:
    """Return c_k = <xi_k, z>/C, one product of two vectors after another."""
    found = np.empty((len(latents), len(basis)))
    for n, latent in enumerate(latents):
        for k, vector in enumerate(basis.vectors):
            found[n, k] = vector @ latent / basis.norm
    return found


def amplitudes_one_by_one(basis: Basis, latents: np.ndarray) -> np.ndarray:
    return np.array([basis.vectors @ latent / basis.norm for latent in latents])


def ranks_by_sorting(rule: Rule, latents: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the place of each label among its latent's sorted scores."""
    pairs = zip(rule.competing(latents), labels, strict=True)
    return np.array([1 + list(np.argsort(-row)).index(label) for row, label in pairs])


def gram_schmidt(rows: np.ndarray) -> np.ndarray:
    """Return unit vectors by modified Gram-Schmidt, one projection after another."""
    units = rows.copy()
    for k, unit in enumerate(units):
        for before in units[:k]:
            unit -= (before @ unit) * before
        unit /= np.linalg.norm(unit)
    return units


@functools.cache
def matrix_of_turn(size: int, i: int, j: int, angle: float) -> np.ndarray:
    """Return exp(angle (e_j e_i^T - e_i e_j^T)), which turns columns."""
    units = basis(size).unit_vectors
    generator = np.outer(units[j], units[i])
    return scipy.linalg.expm(angle * (generator - generator.T))


def chain_by_matrices(latents: np.ndarray) -> np.ndarray:
    for i, j in itertools.pairwise(STOPS):
        latents = latents @ matrix_of_turn(latents.shape[1], i, j, ANGLE).T
    return latents


def law_by_hermite(
    means: np.ndarray, deviations: np.ndarray, labels: np.ndarray, absolute: bool
) -> np.ndarray:
    """Return P(correct | image) by Gauss-Hermite nodes of the label's own score."""
    points, weights = np.polynomial.hermite_e.hermegauss(HERMITE)
    images = np.arange(len(labels))
    found = np.zeros(len(labels))
    for point, weight in zip(points, weights / weights.sum(), strict=True):
        own = means[images, labels] + deviations[images, labels] * point
        reach = np.abs(own) if absolute else own
        loses = scipy.special.ndtr((reach[:, None] - means) / deviations)
        if absolute:
            loses -= scipy.special.ndtr((-reach[:, None] - means) / deviations)
        loses[images, labels] = 1.0
        found += weight * loses.prod(axis=1)
    return found


# --- pairs of ways, the better one first ----------------------------------------------------------


def amplitude_ways() -> Ways:
    z, own = latents(LATENTS, SIZE), basis(SIZE)
    return {
        "one product": lambda: own.amplitudes(z),
        "loops over latents and vectors": lambda: amplitudes_by_loops(own, z),
        "one latent after another": lambda: amplitudes_one_by_one(own, z),
    }


def rank_ways() -> Ways:
    z, rule = latents(LATENTS, SIZE), absolute_rule(basis(SIZE))
    own = np.arange(LATENTS) % LABELS
    return {
        "counting": lambda: rule.ranks(z, own),
        "sorting": lambda: ranks_by_sorting(rule, z, own),
    }


def basis_ways(size: int) -> Ways:
    own = means(size)
    return {
        "QR": lambda: basis_of(own, "qr", norm=1.0).vectors,
        "Gram-Schmidt": lambda: gram_schmidt(own.means),
    }


def turn_ways(size: int) -> Ways:
    z, (first, second) = latents(TURNED[size], size), basis(size).unit_vectors[:2]
    matrix = matrix_of_turn(size, 0, 1, ANGLE)
    return {
        "in its plane": lambda: plane_rotation(z, first, second, ANGLE),
        "its matrix": lambda: z @ matrix.T,
    }


def chain_ways(size: int) -> Ways:
    z, own = latents(TURNED[size], size), basis(size)
    chain_by_matrices(z[:1])  # makes the matrices
    return {
        "amplitudes and back": lambda: chain(own, z, STOPS, ANGLE),
        "matrices": lambda: chain_by_matrices(z),
    }


def column_ways() -> Ways:
    """Return ways to turn the first two amplitudes; in place they turn on from run to run."""
    start = np.asfortranarray(basis(SIZE).amplitudes(latents(TURNED[SIZE], SIZE)))
    turning, matrix = start.copy(order="K"), plane_matrix()
    return {
        "two columns, in place": lambda: turned_amplitudes(turning, 0, 1, ANGLE, out=turning),
        "its matrix": lambda: start @ matrix.T,
    }


def plane_matrix() -> np.ndarray:
    """Return the turn of the first two amplitudes as a matrix of all."""
    generator = np.zeros((SIZE, SIZE))
    generator[1, 0], generator[0, 1] = ANGLE, -ANGLE
    return scipy.linalg.expm(generator)


# --- law and means --------------------------------------------------------------------------------


def moments(name: str, images: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means and deviations of scores, and the labels, of images that are read well."""
    rng = np.random.default_rng(2)
    own = np.arange(images) % LABELS
    centres = 3 * basis(SIZE).unit_vectors[own] + 0.5 * rng.standard_normal((images, SIZE))
    encoding = Encoding(centres, rng.uniform(0.5, 1.0, (images, SIZE)))
    return *rule_of(basis(SIZE), name).moments(encoding), own


def law_ways(name: str, images: int) -> Ways:
    given, absolute = moments(name, images), name == "absolute"
    return {
        f"{NODES} nodes": lambda: reliabilities(*given, absolute=absolute, nodes=NODES),
        f"Gauss-Hermite, {HERMITE}": lambda: law_by_hermite(*given, absolute),
        f"{FINE} nodes": lambda: reliabilities(*given, absolute=absolute, nodes=FINE),
    }


def mlp() -> Subject:
    """Return untrained networks for 14 x 14 pixels whose labels come in nearly equal shares."""
    generator = generator_of(MNIST14, seed=0).eval()
    classifier = classifier_of(MNIST14, LABELS, seed=1).eval()
    standardized = torch.nn.BatchNorm1d(LABELS, affine=False, momentum=None)
    z = torch.from_numpy(latents(CALIBRATED, SIZE).astype(np.float32))
    with torch.no_grad():
        standardized(classifier(generator(z)))
    whole = torch.nn.Sequential(classifier, standardized).eval()
    return subject_of(generator, whole, latent_size=SIZE)


def means_of(each: int) -> RandomMeans:
    """Return one set of class means of the linear control."""
    control = LinearControl(separation=3.0, generator=np.random.default_rng(0))
    return random_means(control.subject(), sets=1, each=each, generator=np.random.default_rng(1))


def print_growth_for(each: int) -> None:
    print_growth(lambda: means_of(1000), lambda: means_of(each))


# --- rows -----------------------------------------------------------------------------------------


def agreement() -> dict[str, tuple[float, float]]:
    """Return how much the ways differ, and the bars."""
    found = {
        "ranks": (differ(rank_ways()), 0.0),
        "amplitudes": (differ(amplitude_ways()), 1e-12),
        "two amplitudes": (columns_error(), 1e-12),
    }
    for size in (SIZE, LARGE_SIZE):
        found[f"basis, M = {size}"] = differ(basis_ways(size)), 1e-9
    for size in SIZES:
        found[f"rotation, M = {size}"] = differ(turn_ways(size)), 1e-12
        found[f"chain, M = {size}"] = differ(chain_ways(size)), 1e-12
    for name in RULES:
        found[f"law, {name}"] = differ(law_ways(name, SOME)), 3e-5
    return found


def differ(ways: Ways) -> float:
    """Return the largest difference of any way from the first."""
    first, *others = (way() for way in ways.values())
    return max(float(np.abs(other - first).max()) for other in others)


def columns_error() -> float:
    start = basis(SIZE).amplitudes(latents(LATENTS, SIZE))
    turned = turned_amplitudes(np.asfortranarray(start), 0, 1, ANGLE)
    return float(np.abs(turned - start @ plane_matrix().T).max())


def times() -> list[Row]:
    """Time the ways to the same arrays."""
    here = f"{LATENTS} x {SIZE}"
    rows = rows_of("amplitudes", amplitude_ways(), LOOP_BAR, here, turns=3)
    rows += rank_rows(here)
    for name in RULES:
        rows += rows_of(f"law, {name}", law_ways(name, LATENTS), None, SCORES[name], turns=1)
    for size in (SIZE, LARGE_SIZE):
        rows += rows_of(f"basis, M = {size}", basis_ways(size), None, "all M vectors", turns=3)
    rows += rows_of(
        "rotation of amplitudes", column_ways(), COLUMNS_BAR, f"{TURNED[SIZE]} x {SIZE}"
    )
    for size in SIZES:
        how = f"{TURNED[size]} x {size}"
        rows += rows_of(f"rotation, M = {size}", turn_ways(size), PLANE_BARS[size], how)
        rows += rows_of(
            f"chain, M = {size}", chain_ways(size), CHAIN_BAR, f"{how}, 9 turns", turns=3
        )
    return rows


def rows_of(what: str, ways: Ways, bar: float | None, how: str, turns: int = TURNS) -> list[Row]:
    """Time ways in turn; ratios are of the second, the direct one, to each."""
    taken = alternating(ways, turns)
    slow = list(taken.values())[1]
    return [
        Row(
            f"{what}: {name}",
            statistics.median(seconds),
            statistics.median(np.array(slow) / seconds),
            None if place else bar,
            how,
        )
        for place, (name, seconds) in enumerate(taken.items())
    ]


def rank_rows(how: str) -> list[Row]:
    """Time counting and sorting, and both without the scores, which either needs."""
    z, rule = latents(LATENTS, SIZE), absolute_rule(basis(SIZE))
    works = rank_ways() | {"scores": lambda: rule.competing(z)}
    *taken, scores = map(np.array, alternating(works, RANK_TURNS).values())
    rows = []
    for given, less, bar in (("", 0.0, None), (", scores given", scores, SORT_BAR)):
        counting, sorting = (float(np.median(seconds - less)) for seconds in taken)
        rows += [
            Row(f"rank of the label: counting{given}", counting, sorting / counting, bar, how),
            Row(f"rank of the label: sorting{given}", sorting, 1.0, None, how),
        ]
    return rows


def sampling() -> list[Row]:
    """Time random means through networks, and return what streaming ones grow by."""
    subject, found = mlp(), []
    rng = np.random.default_rng(3)
    seconds = seconds_of(
        lambda: found.append(random_means(subject, sets=SETS, each=EACH, generator=rng)), 1
    )
    how = f"{SETS} sets, V = {EACH}: {found[0].draws} draws, fully connected, 196 pixels"
    few, many = (growth_of("latent_basis", f"print_growth_for({each})") for each in (FEW, MANY))
    grown = "growth of a fresh process, one set of the linear control"
    return [
        Row("random means", seconds, 1.0, None, how),
        Row(f"memory, V = {FEW}", few / 2**20, 1.0, None, grown, "MiB"),
        Row(f"memory, V = {MANY}", many / 2**20, few / many, CONSTANT, grown, "MiB"),
    ]


def work() -> tuple[dict[str, float], list[Row]]:
    """Check agreement, then time."""
    errors = require(agreement())
    return errors, times() + sampling()


if __name__ == "__main__":
    title = f"{LATENTS} latents and more, M = {SIZE} and more, l = {LABELS}"
    sys.exit(run(__doc__, title, work))
