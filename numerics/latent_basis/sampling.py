"""Class means from samples: noisy encodings of images, and random latents, by the label they decode to.

Sums and counts are kept, never the latents: memory is O(l M) and one batch.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from numerics.images.arguments import require_integer
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.class_sums import ClassSums
from numerics.latent_basis.subject import (
    BATCH,
    Encoding,
    Subject,
    batches,
    require_labels,
    require_latents,
)
from theory.errors import ArgumentError

EACH = 5000  # V, latents a mean (the paper's step 4b)
LEAST = 500  # of an encoder's
SHARES_FROM = 100_000  # draws: fewer leave a scatter in p that the zero sum of the means shows
BUDGET = 10  # in draws that equal shares would need: enough for a share of a tenth of 1/l


class RareLabelError(ArgumentError):
    """A label comes up too rarely for its mean."""

    @property
    def finding(self) -> str:
        """Which label, and how rare it is."""
        return self.value if isinstance(self.value, str) else self.expected


@dataclasses.dataclass(frozen=True)
class RandomMeans:
    """Means of random latents by the label they decode to.

    Parameters
    ----------
    means : ndarray, (sets l, M)
        Row k has the label k % l.
    counts : ndarray of int, (sets l,)
        V each.
    shares : ndarray, (l,)
        p, of all draws.
    draws : int
    confidence : float
        Mean probability of the label.
    """

    means: np.ndarray
    counts: np.ndarray
    shares: np.ndarray
    draws: int
    confidence: float


def encoded_means(
    subject: Subject,
    encoding: Encoding,
    *,
    passes: int,
    generator: np.random.Generator,
    most: int = EACH,
    least: int = LEAST,
    true_labels: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return means (l, M) of noisy encodings by label, and how many went into each (l,).

    The images are drawn anew in each pass, in their order; the first `most` of a label count.

    Parameters
    ----------
    encoding : Encoding
        Of N images.
    passes : int
    most, least : int
        Of a label; fewer than `least` are refused.
    true_labels : ndarray of int, optional
        Of the images. Default: the label of the decoded latent, as in the paper; the two differ for
        one in twenty.

    Raises
    ------
    RareLabelError
        For labels with fewer encodings than `least`.
    ArgumentError
        For bad arguments.

    Source: Toledo-Marin and Glazier 2021, section II, step 4a.
    """
    require_integer("passes", passes, 1, None, "pass 40, say")
    require_integer("least", least, 2, None, "leave it out")
    require_integer("most", most, least, None, f"pass {EACH}, say")
    require_latents(encoding.mean, subject.latent_size, "mean of the encoder")
    if true_labels is not None:
        true_labels = require_labels(true_labels, len(encoding), subject.labels)
    sums = ClassSums(sets=1, each=most, labels=subject.labels, latent_size=subject.latent_size)
    for _ in range(passes):
        for rows in batches(np.arange(len(encoding))):
            latents = encoding[rows].draw(generator)
            found = subject.labels_of(latents)[0] if true_labels is None else true_labels[rows]
            sums.add(latents, found)
        if sums.full:
            break
    _require_encodings(sums.counts, least, passes, len(encoding))
    return sums.means(), sums.counts


def _require_encodings(counts: np.ndarray, least: int, passes: int, images: int) -> None:
    if counts.min() >= least:
        return
    label = int(counts.argmin())
    raise RareLabelError(
        "encoding",
        f"{counts[label]} latents of label {label}, from {passes} passes over {images} images",
        f"must be at least {least} of each label",
        "make more passes, or look whether the encoder forgets this label",
    )


def random_means(
    subject: Subject,
    *,
    sets: int,
    each: int = EACH,
    generator: np.random.Generator,
    budget: int | None = None,
) -> RandomMeans:
    """Return means of z ~ N(0, I) by the label of G(z), `each` fresh latents a mean.

    The first V latents of a label belong to the first set, the next V to the second. It draws until
    every set is full, at least 100,000 (or the budget), so that the shares are known.

    Parameters
    ----------
    sets : int
        0 gives the shares alone.
    each : int
        V.
    budget : int, optional
        Latents to be drawn at most. Default: ten times what labels of equal shares would need, and
        no fewer than 100,000.

    Raises
    ------
    RareLabelError
        If a label does not come up often enough within the budget.
    ArgumentError
        For bad arguments.

    Source: Toledo-Marin and Glazier 2021, section II, step 4b; where their release leaves means of
    labels that are missing at zero, this refuses.
    """
    require_integer("sets", sets, 0, None, "pass 2, say")
    require_integer("each", each, 2, None, f"pass {EACH}, say")
    if budget is None:
        budget = max(SHARES_FROM, BUDGET * sets * each * subject.labels)
    require_integer("budget", budget, 1, None, "leave it out")
    tally = _Tally(subject, sets, each)
    while tally.draws < budget and not (tally.sums.full and tally.draws >= SHARES_FROM):
        tally.add(
            generator.standard_normal((min(BATCH, budget - tally.draws), subject.latent_size))
        )
    if not tally.sums.full:
        raise _too_rare(tally.drawn, tally.draws, sets * each)
    return tally.result()


class _Tally:
    """What is kept of random latents while they are drawn."""

    def __init__(self, subject: Subject, sets: int, each: int):
        self.subject = subject
        self.sums = ClassSums(sets, each, subject.labels, subject.latent_size)
        self.drawn = np.zeros(subject.labels, dtype=int)
        self.confidence = 0.0

    @property
    def draws(self) -> int:
        return int(self.drawn.sum())

    def add(self, latents: np.ndarray) -> None:
        labels, probabilities = self.subject.labels_of(latents)
        self.sums.add(latents, labels)
        self.drawn += np.bincount(labels, minlength=self.subject.labels)
        self.confidence += float(probabilities.sum(dtype=float))

    def result(self) -> RandomMeans:
        return RandomMeans(
            means=self.sums.means(),
            counts=self.sums.counts,
            shares=self.drawn / self.draws,
            draws=self.draws,
            confidence=self.confidence / self.draws,
        )


def _too_rare(drawn: np.ndarray, draws: int, needed: int) -> RareLabelError:
    label = int(drawn.argmin())
    share = drawn[label] / draws
    if not drawn[label]:
        return RareLabelError(
            "generator",
            f"label {label}: not one of {draws} random latents",
            f"must be {needed} of each label within the budget of {draws}",
            "train the generator longer, or leave the label out with without_missing",
        )
    return RareLabelError(
        "budget",
        draws,
        f"label {label} has a share of {share:.2g} and so needs about "
        f"{math.ceil(needed / share)} draws for {needed} latents",
        "raise the budget, take fewer latents a mean, or leave the label out with without_missing",
    )


def class_means(
    subject: Subject,
    encoding: Encoding | None,
    *,
    sets: int,
    generator: np.random.Generator,
    passes: int = 1,
    each: int = EACH,
    most: int = EACH,
    least: int = LEAST,
    budget: int | None = None,
    true_labels: np.ndarray | None = None,
) -> ClassMeans:
    """Return class means: one set of an encoder, where there is one, and the others of random latents.

    Noise and random latents have streams of their own: the random sets do not depend on the encoder.

    Parameters
    ----------
    encoding : Encoding or None
        Of the images for set 1. None: all sets come from random latents, of rank l - 1.
    sets : int
        Of all, the encoder's included; the last may reach beyond M, none may lie beyond.
    passes, most, least, true_labels
        Of `encoded_means`.
    each, budget
        Of `random_means`.

    Raises
    ------
    ArgumentError
        As these two do, and for more sets than there are directions.
    """
    require_integer("sets", sets, 1, None, "pass 2, say")
    if (sets - 1) * subject.labels >= subject.latent_size:
        raise ArgumentError(
            "sets",
            sets,
            f"K = {sets * subject.labels} means are a whole set more than the M = "
            f"{subject.latent_size} directions there are",
            f"take at most {math.ceil(subject.latent_size / subject.labels)}",
        )
    noise, fresh = generator.spawn(2)
    encoded = encoding is not None
    random = random_means(subject, sets=sets - encoded, each=each, generator=fresh, budget=budget)
    means, counts = random.means, random.counts
    if encoding is not None:
        own, own_counts = encoded_means(
            subject,
            encoding,
            passes=passes,
            generator=noise,
            most=most,
            least=least,
            true_labels=true_labels,
        )
        means, counts = np.vstack([own, means]), np.append(own_counts, counts)
    return ClassMeans(
        means=means,
        counts=counts,
        labels=subject.labels,
        shares=random.shares,
        draws=random.draws,
        confidence=random.confidence,
        encoded=encoded,
    )
