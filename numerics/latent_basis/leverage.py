"""The leverage law: what Gram-Schmidt leaves of a mean that is known only from V latents.

A mean that depends on those before it would leave nothing; its noise, and theirs with the weights by
which it depends on them, leave R_kk^2. Residuals above this floor are directions that carry labels.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.latent_basis.class_means import ClassMeans
from theory.errors import ArgumentError

DEPENDENT = 1e-10  # singular values below that share of the largest are rounding
DEVIATIONS = 5.0  # of chi^2 above the floor that make a residual a signal


def plugged_in(means: ClassMeans) -> np.ndarray:
    """Return an estimate T of the true means, (K, M), of the rank that true means have.

    Set 0 is taken as it is where an encoder made it. All random sets have the same true means: their
    average, weighted with the counts, stands in each, without its smallest singular value, since true
    means of random latents sum to zero with their shares.

    Source: section 3.2 of our notes on Toledo-Marin and Glazier 2021.
    """
    estimate = means.means.copy()
    rows = means.random_rows
    if not rows.size:
        return estimate
    counts = np.zeros(means.labels)
    np.add.at(counts, means.label[rows], means.counts[rows])
    average = np.zeros((means.labels, means.means.shape[1]))
    np.add.at(average, means.label[rows], means.counts[rows, None] * means.means[rows])
    average /= np.maximum(counts, 1)[:, None]
    if counts.all():
        average = _one_rank_less(average)
    estimate[rows] = average[means.label[rows]]
    return estimate


def _one_rank_less(matrix: np.ndarray) -> np.ndarray:
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    values[-1] = 0.0
    return left * values @ right


def dependence(true: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return |r_k|^2 and sum_j w_j^2/V_j of each true mean, both (K,).

    r is what is left of row k off the span of the rows before it, w the weights of these rows in its
    projection; of all such weights those that make sum_j w_j^2/V_j least.

    Parameters
    ----------
    true : ndarray, (K, M)
        T.
    counts : ndarray, (K,)
        V, latents behind each mean; over their variance off the span, where that is not 1.

    Raises
    ------
    ArgumentError
        For shapes that do not fit, means that are not finite, or counts that are not positive.
    """
    _require(true, counts)
    directions, _ = _span(true)
    rows = true @ directions.T  # few coordinates: true means have a low rank
    scaled = np.sqrt(counts)[:, None] * rows
    off, weights = np.empty(len(rows)), np.empty(len(rows))
    for k, row in enumerate(rows):
        before, values = _span(scaled[:k])
        along = before @ row
        off[k] = np.square(row - along @ before).sum()
        weights[k] = np.square(along / values).sum()
    return off, weights


def _span(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return orthonormal directions (r, M) of the span of rows, and their singular values, (r,)."""
    if not len(rows):
        return np.empty((0, rows.shape[1])), np.empty(0)
    _, values, directions = np.linalg.svd(rows, full_matrices=False)
    kept = values > DEPENDENT * max(values[0], np.finfo(float).tiny)
    return directions[kept], values[kept]


def squared_residuals(true: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return E R_kk^2 = |r_k|^2 + (M - k) (1/V_k + sum_j w_j^2/V_j), (K,).

    The closed form wants the singular values of T well above the noise, sqrt((M - k)/V); where they
    are not, it is too high and `simulated_residuals` is right. Parameters and errors: `dependence`.

    Source: section 3.2 of our notes on Toledo-Marin and Glazier 2021; `leverage` and `residual_noise`
    of `theory.latent_basis`.

    Examples
    --------
    >>> squared_residuals(np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]), np.array([10, 10])).round(6)
    array([1.3, 0.4])
    """
    off, weights = dependence(true, counts)
    return off + _noise(true, counts, weights)


def _noise(true: np.ndarray, counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    size = true.shape[1]
    return (size - np.arange(len(true))) * (1 / counts + weights)


def simulated_residuals(
    true: np.ndarray, counts: np.ndarray, copies: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of R_kk^2 over copies H = T + N(0, I/V), both (K,).

    Parameters and further errors: `dependence`.

    Raises
    ------
    ArgumentError
        For fewer than two copies.
    """
    drawn = [
        np.square(np.diagonal(np.linalg.qr(noisy.T, mode="r")))
        for noisy in noisy_copies(true, counts, copies, generator)
    ]
    return np.mean(drawn, axis=0), np.std(drawn, axis=0, ddof=1)


def noisy_copies(
    true: np.ndarray, counts: np.ndarray, copies: int, generator: np.random.Generator
) -> list[np.ndarray]:
    """Return copies of the means that V latents would give, each (K, M); see `simulated_residuals`."""
    _require(true, counts)
    if copies < 2:
        raise ArgumentError("copies", copies, "must be at least 2", "a scatter needs two")
    deviations = 1 / np.sqrt(counts)[:, None]
    return [true + deviations * generator.standard_normal(true.shape) for _ in range(copies)]


def corrected_residuals(
    means: ClassMeans, copies: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of R_kk^2 of class means whose true means are not known, (K,).

    Simulated from `plugged_in` means the residuals are too high, for the noise that is in these counts
    as signal and is drawn once more. Here an encoder's set, which is known, is not drawn again; the
    noise of row k is (M - k)/V_k exactly; and of what its true mean leaves off the drawn rows before it,

        q_k = E|T_k off H_0 .. H_(k-1)|^2,    E R_kk^2 = (M - k)/V_k + q_k,

    the bias is the difference to q'_k, the same for T' plugged in from a copy of T: 2 q - q' is taken,
    or zero if that is less. For an encoder's set the mean is R_kk^2 itself, and the deviation that of
    means of new latents.

    Parameters
    ----------
    means : ClassMeans
    copies : int
        Drawn copies, 2 at least; 60 give q to 1 %.
    generator : numpy Generator

    Raises
    ------
    ArgumentError
        As `simulated_residuals`.

    Source: ours; the bootstrap estimate of a bias, Efron 1979, on section 3.2 of our notes on
    Toledo-Marin and Glazier 2021.
    """
    true = plugged_in(means)
    drawn, deviation = simulated_residuals(true, means.counts, copies, generator)
    counts = np.full(len(true), np.inf)
    counts[means.random_rows] = means.counts[means.random_rows]
    errors = [noisy - true for noisy in noisy_copies(true, counts, copies, generator)]
    off, off_again = np.zeros(len(true)), np.zeros(len(true))
    for error, other in zip(errors, errors[1:] + errors[:1], strict=True):
        again = plugged_in(dataclasses.replace(means, means=true + other))
        off += _squared_off(true, true + error) / copies
        off_again += _squared_off(again, again + error) / copies
    noise = (true.shape[1] - np.arange(len(true))) / counts
    mean = noise + np.maximum(2 * off - off_again, 0)
    return mean, deviation * mean / drawn


def _squared_off(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return |row k off the span of the first k of the others|^2, (K,)."""
    units, _ = np.linalg.qr(others.T)
    along = np.tril(rows @ units, -1)
    return np.square(rows).sum(axis=1) - np.square(along).sum(axis=1)


def measured_residuals(means: ClassMeans) -> np.ndarray:
    """Return R_kk^2 of class means in their order, (K,)."""
    return np.square(np.diagonal(np.linalg.qr(means.means.T, mode="r")))


def noise_floor(means: ClassMeans) -> np.ndarray:
    """Return (M - k) (1/V_k + sum_j w_j^2/V_j), what is left of a mean that adds nothing, (K,).

    Source: section 8.3 of our notes on Toledo-Marin and Glazier 2021.
    """
    true = plugged_in(means)
    _, weights = dependence(true, means.counts)
    return _noise(true, means.counts, weights)


def is_signal(means: ClassMeans) -> np.ndarray:
    """Return which directions stand above the noise, (K,), bool: R_kk^2 > floor (1 + 5 sqrt(2/(M - k))).

    At most 2 l - 1 can, however many sets there are: l from the encoder, l - 1 from random latents.

    Source: section 8.3 of our notes on Toledo-Marin and Glazier 2021.
    """
    freedom = means.means.shape[1] - np.arange(len(means.means))
    band = 1 + DEVIATIONS * np.sqrt(2 / freedom)
    return measured_residuals(means) > noise_floor(means) * band


def _require(true: np.ndarray, counts: np.ndarray) -> None:
    if true.ndim != 2 or counts.shape != (len(true),) or len(true) > true.shape[1]:
        raise ArgumentError(
            "means",
            f"shapes {true.shape} and {counts.shape}",
            "must be (K, M) with K <= M, and K counts",
            "take as many rows as latents have coordinates, at most",
        )
    if not np.isfinite(true).all():
        k, coordinate = np.argwhere(~np.isfinite(true))[0]
        raise ArgumentError(
            "means",
            float(true[k, coordinate]),
            f"must be finite; coordinate {coordinate} of mean {k} is not",
            "look at the latents that were averaged",
        )
    wrong = np.flatnonzero(~(counts > 0))
    if wrong.size:
        raise ArgumentError(
            "counts",
            float(counts[wrong[0]]),
            f"must be positive; that of mean {wrong[0]} is not",
            "leave out the means of nothing",
        )
