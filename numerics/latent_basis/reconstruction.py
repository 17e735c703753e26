"""What becomes of an encoded and decoded image: how much it resembles itself, and noise in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.subject import Subject, require_labels
from numerics.latent_basis.truncation import truncated
from theory.errors import ArgumentError


def pixel_correlation(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of the pixels of each image with those of another, (N,).

    Parameters
    ----------
    images, others : ndarray, (N, ...)
        An image of one value has no correlation: 0.

    Raises
    ------
    ArgumentError
        For images of different shapes.

    Examples
    --------
    >>> pixel_correlation(np.array([[0.0, 1.0], [3.0, 1.0]]), np.array([[2.0, 5.0], [0.0, 4.0]]))
    array([ 1., -1.])
    """
    if images.shape != others.shape:
        raise ArgumentError(
            "images",
            f"arrays of shapes {images.shape} and {others.shape}",
            "must be of one shape",
            "pass one other image for each",
        )
    left, right = _centred(images), _centred(others)
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    products = np.sum(left * right, axis=1)
    return np.divide(products, lengths, out=np.zeros(len(left)), where=lengths > 0)


def _centred(images: np.ndarray) -> np.ndarray:
    rows = images.reshape(len(images), -1).astype(float)
    return rows - rows.mean(axis=1, keepdims=True)


@dataclasses.dataclass(frozen=True)
class PixelCorrelations:
    """Mean correlation of an image with other images; the first says little unless it beats the others.

    Parameters
    ----------
    own : float
        With G(mu) of itself.
    other_decoded : float
        With G(mu) of another image of its label.
    other_real : float
        With another image of its label.
    class_mean : float
        With the mean of the given images of its label, itself among them.
    """

    own: float
    other_decoded: float
    other_real: float
    class_mean: float


def reconstruction(
    subject: Subject, images: np.ndarray, labels: np.ndarray, generator: np.random.Generator
) -> PixelCorrelations:
    """Return how much decoded images resemble the encoded ones, and members of their label.

    Parameters
    ----------
    images : ndarray, (N, ...)
    labels : ndarray of int, (N,)
        True labels; each that occurs does so at least twice.
    generator : numpy Generator
        Chooses the other member: the labels' images stand in a random circle, the next one is taken.

    Raises
    ------
    ArgumentError
        Without an encoder, and for a label with one image.

    Source: section 6.3 of our notes on Toledo-Marin and Glazier 2021.
    """
    labels = require_labels(labels, len(images), subject.labels)
    others = other_members(labels, generator)
    decoded = subject.decoded(subject.encoded(images).mean)
    return PixelCorrelations(
        own=float(pixel_correlation(images, decoded).mean()),
        other_decoded=float(pixel_correlation(images, decoded[others]).mean()),
        other_real=float(pixel_correlation(images, images[others]).mean()),
        class_mean=float(pixel_correlation(images, class_mean_images(images, labels)).mean()),
    )


def other_members(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return for each image the number of another one of its label, each taken once, (N,).

    Raises
    ------
    ArgumentError
        For a label with one image.
    """
    others = np.empty(len(labels), dtype=int)
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        if len(members) < 2:
            raise ArgumentError(
                "labels",
                f"one image of label {label}",
                "must be at least 2 of each",
                "pass more images",
            )
        others[members] = np.roll(members, -1)
    return others


def class_mean_images(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return for each image the mean of all of its label, shape as `images`."""
    means = np.empty(images.shape)
    for label in np.unique(labels):
        means[labels == label] = images[labels == label].mean(axis=0, dtype=float)
    return means


@dataclasses.dataclass(frozen=True)
class NoisyInputs:
    """What is left of images with noise: shares right, and mean correlation with the clean image.

    Parameters
    ----------
    deviations : ndarray, (S,)
        Of the noise.
    kept : tuple of int, (R,)
        Amplitudes that were kept of mu.
    classifier : ndarray, (S,)
        Share right of Cl(x).
    decoded : ndarray, (S,)
        Of Cl(G(mu(x))).
    truncated : ndarray, (S, R)
        Of Cl(G(mu(x) truncated)).
    correlations : ndarray, (S,)
        Of the noisy image with the clean one.
    decoded_correlations : ndarray, (S,)
        Of G(mu).
    truncated_correlations : ndarray, (S, R)
    """

    deviations: np.ndarray
    kept: tuple[int, ...]
    classifier: np.ndarray
    decoded: np.ndarray
    truncated: np.ndarray
    correlations: np.ndarray
    decoded_correlations: np.ndarray
    truncated_correlations: np.ndarray


def noisy_inputs(
    subject: Subject,
    basis: Basis,
    images: np.ndarray,
    labels: np.ndarray,
    deviations: Sequence[float],
    kept: Sequence[int],
    generator: np.random.Generator,
) -> NoisyInputs:
    """Return whether encoding, decoding and truncation take noise off x + s N(0, 1).

    Parameters
    ----------
    images : ndarray, (N, ...)
        Clean ones.
    labels : ndarray of int, (N,)
        True labels.
    deviations : sequence of float
        s, not negative; the noise of all is the same draw, s times.
    kept : sequence of int
        How many of the largest amplitudes of mu are decoded.

    Raises
    ------
    ArgumentError
        Without an encoder, and for a deviation that is negative or not finite.

    Source: Toledo-Marin and Glazier 2021, section IV B; section 6.3 of our notes on them.
    """
    labels = require_labels(labels, len(images), subject.labels)
    sizes = np.asarray(deviations, dtype=float)
    if not (np.isfinite(sizes) & (sizes >= 0)).all():
        raise ArgumentError(
            "deviations", deviations, "must be finite and not negative", "pass 0.3, say"
        )
    noise = generator.standard_normal(images.shape)
    # rows: noisy itself, decoded, then each truncation; in these: share right, correlation
    table = np.array(
        [
            [_judged(subject, shown, images, labels) for shown in _shown(subject, basis, x, kept)]
            for x in (images + size * noise for size in sizes)
        ]
    ).reshape(len(sizes), 2 + len(kept), 2)
    right, alike = table[:, :, 0], table[:, :, 1]
    return NoisyInputs(
        sizes,
        tuple(kept),
        classifier=right[:, 0],
        decoded=right[:, 1],
        truncated=right[:, 2:],
        correlations=alike[:, 0],
        decoded_correlations=alike[:, 1],
        truncated_correlations=alike[:, 2:],
    )


def _shown(subject: Subject, basis: Basis, noisy: np.ndarray, kept: Sequence[int]):
    """Yield the noisy images, the decoded ones, and those of the truncated latents."""
    yield noisy
    mean = subject.encoded(noisy).mean
    yield subject.decoded(mean)
    for terms in kept:
        yield subject.decoded(truncated(basis, mean, terms))


def _judged(
    subject: Subject, shown: np.ndarray, clean: np.ndarray, labels: np.ndarray
) -> tuple[float, float]:
    """Return the share right and the mean correlation with the clean images."""
    right = subject.probabilities(shown).argmax(axis=1) == labels
    return float(right.mean()), float(pixel_correlation(shown, clean).mean())
