"""The linear control: a generator, an encoder and a classifier for which every number is known.

G(z) = A z + b with orthonormal columns, E(x) = A^T (x - b), z|alpha ~ N(rho u_alpha, 1), and the
classifier takes the largest <u_alpha, A^T (x - b)>. The encoder may be given a deviation s: the images
then scatter by 1 - s^2 about their class, and the latents are distributed as before.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable

import numpy as np
import scipy.linalg
from scipy.special import ndtr, softmax

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.label_means import argmax_mean_square
from numerics.latent_basis.one_parameter import hit_rate
from numerics.latent_basis.subject import Encoding, Subject
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Expected:
    """Closed forms of the linear control, labels in equal shares.

    Parameters
    ----------
    signed : float
        Share right of the largest of l amplitudes: classifier of decoded latents, signed rule, and both
        after a quarter turn, a mean shift or a reflection, for the label that was aimed at.
    absolute : float
        Share right of the largest magnitude of M.
    absolute_of_labels : float
        Of the largest magnitude of l.
    rank_one : float
        Share of latents that the paper's operator maps to +u and not to -u: Phi(rho).
    energy : float
        E|z|^2 = M + rho^2.
    first_set_share : float
        (l + rho^2)/(M + rho^2).
    mean_square : float
        |m_alpha|^2 of random latents, e_l^2 l/(l - 1).
    """

    signed: float
    absolute: float
    absolute_of_labels: float
    rank_one: float
    energy: float
    first_set_share: float
    mean_square: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class LinearControl:
    """A subject of linear maps, whose labels are orthonormal directions.

    Parameters
    ----------
    separation : float
        rho, positive: distance of a class from the origin, in deviations of an amplitude.
    deviation : float
        s of the encoder, from 0 to 1.
    latent_size, pixels, labels : int
        M, d >= M and l, from 2 to M.
    generator : numpy Generator
        Draws A, b and u.

    Attributes
    ----------
    weights : ndarray, (d, M)
        A.
    offset : ndarray, (d,)
        b.
    directions : ndarray, (M, M)
        Orthonormal rows, the first l of which are u.

    Raises
    ------
    ArgumentError
        For values out of range.

    Source: section 4 of our notes on Toledo-Marin and Glazier 2021.
    """

    separation: float
    deviation: float = 0.0
    latent_size: int = 100
    pixels: int = 144
    labels: int = 10
    generator: dataclasses.InitVar[np.random.Generator]
    weights: np.ndarray = dataclasses.field(init=False, repr=False)
    offset: np.ndarray = dataclasses.field(init=False, repr=False)
    directions: np.ndarray = dataclasses.field(init=False, repr=False)

    def __post_init__(self, generator: np.random.Generator) -> None:
        self._require_values()
        drawn = {
            "weights": _orthonormal_columns(self.pixels, self.latent_size, generator),
            "offset": generator.standard_normal(self.pixels),
            "directions": _orthonormal_columns(self.latent_size, self.latent_size, generator).T,
        }
        for name, values in drawn.items():
            object.__setattr__(self, name, values)

    def subject(self) -> Subject:
        """Return generator, classifier and encoder."""
        return Subject(self._generate, self._classify, self._encode, self.latent_size, self.labels)

    def basis(self) -> Basis:
        """Return the exact basis: xi_k = sqrt(M) u_k, completed to M vectors."""
        size, missing = self.latent_size, np.full(self.latent_size - self.labels, np.nan)
        return Basis(
            vectors=self.directions * math.sqrt(size),
            norm=float(size),
            labels=self.labels,
            method="qr",
            residuals=np.append(np.full(self.labels, self.separation), missing),
            cosines=np.append(np.ones(self.labels), missing),
        )

    def images(self, count: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return images (N, d) and their labels (N,), 0, 1, .., l - 1 in turn.

        x = A mu + b with mu|alpha ~ N(rho u_alpha, 1 - s^2), so that mu + s eps is N(rho u_alpha, 1).

        Raises
        ------
        ArgumentError
            For fewer than one.
        """
        if count < 1:
            raise ArgumentError("count", count, "must be at least 1", "ask for more images")
        labels = np.arange(count) % self.labels
        scatter = math.sqrt(1 - self.deviation**2)
        centres = scatter * generator.standard_normal((count, self.latent_size))
        centres += self.separation * self.directions[labels]
        return self._generate(centres), labels

    def expected(self) -> Expected:
        """Return the closed forms.

        Source: section 4 of our notes; 3.7c for the shares right, 3.1 for the means.
        """
        rho, size, labels = self.separation, self.latent_size, self.labels
        return Expected(
            signed=float(hit_rate(rho, labels - 1, absolute=False)),
            absolute=float(hit_rate(rho, size - 1, absolute=True)),
            absolute_of_labels=float(hit_rate(rho, labels - 1, absolute=True)),
            rank_one=float(ndtr(rho)),
            energy=size + rho**2,
            first_set_share=(labels + rho**2) / (size + rho**2),
            mean_square=argmax_mean_square(labels),
        )

    def rank_curve(self, ranks: Iterable[int]) -> np.ndarray:
        """Return the share of latents whose label is among the r largest magnitudes of M, for each r."""
        others = self.latent_size - 1
        return np.array(
            [hit_rate(self.separation, others, absolute=True, top=rank) for rank in ranks]
        )

    def squared_cosine(self, count: int) -> float:
        """Return cos^2 of u_a and the mean of V latents of its label: rho^2/(rho^2 + (M - 1)/V), V large."""
        return self.separation**2 / (self.separation**2 + (self.latent_size - 1) / count)

    def _generate(self, latents: np.ndarray) -> np.ndarray:
        return latents @ self.weights.T + self.offset

    def _encode(self, images: np.ndarray) -> Encoding:
        mean = (images - self.offset) @ self.weights
        return Encoding(mean, np.full_like(mean, self.deviation))

    def _classify(self, images: np.ndarray) -> np.ndarray:
        """Return the posterior of the labels, exp(rho <u_alpha, z>) over their sum."""
        scores = self._encode(images).mean @ self.directions[: self.labels].T
        return softmax(self.separation * scores, axis=1)

    def _require_values(self) -> None:
        if not (math.isfinite(self.separation) and self.separation > 0):
            raise ArgumentError(
                "separation",
                self.separation,
                "must be positive",
                "pass 3, say: classes overlap by 10 %",
            )
        if not 0 <= self.deviation <= 1:
            raise ArgumentError(
                "deviation",
                self.deviation,
                "must be from 0 to 1",
                "the latents of a class have variance 1",
            )
        if self.pixels < self.latent_size:
            raise ArgumentError(
                "pixels",
                self.pixels,
                f"must be at least the length of the latents, {self.latent_size}",
                "orthonormal columns need as many rows",
            )
        if not 2 <= self.labels <= self.latent_size:
            raise ArgumentError(
                "labels", self.labels, f"must be from 2 to {self.latent_size}", "take fewer labels"
            )


def _orthonormal_columns(rows: int, columns: int, generator: np.random.Generator) -> np.ndarray:
    q, _ = scipy.linalg.qr(generator.standard_normal((rows, columns)), mode="economic")
    return q
