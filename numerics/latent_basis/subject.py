"""What a latent basis is made of: a generator, a classifier and, if there is one, an encoder.

They are functions on batches, whatever stands behind them: networks of torch, NumPy functions, exported
programs. Latents are rows (N, M), images (N, ...) of any shape that the three agree on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from theory.errors import ArgumentError

BATCH = 4096  # rows that go through the functions together


@dataclasses.dataclass(frozen=True)
class Encoding:
    """What an encoder says of images: each latent is N(mean, diag deviation^2).

    Parameters
    ----------
    mean, deviation : ndarray, (N, M)
        Deviations are zero where the encoder is a function.
    """

    mean: np.ndarray
    deviation: np.ndarray

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """Return one latent of each image, (N, M)."""
        return self.mean + self.deviation * generator.standard_normal(self.mean.shape)

    def __getitem__(self, chosen: np.ndarray | slice) -> Encoding:
        return Encoding(self.mean[chosen], self.deviation[chosen])

    def __len__(self) -> int:
        return len(self.mean)


@dataclasses.dataclass(frozen=True)
class Subject:
    """A generator, a classifier and an encoder that belong together.

    Parameters
    ----------
    generate : callable
        From latents (N, M) to images (N, ...).
    classify : callable
        From images to probabilities (N, l).
    encode : callable, optional
        From images to an `Encoding`.
    latent_size : int
        M, at least 2.
    labels : int
        l, from 2 to M.

    Raises
    ------
    ArgumentError
        For sizes out of range.

    Source: Toledo-Marin and Glazier 2021, section II.
    """

    generate: Callable[[np.ndarray], np.ndarray]
    classify: Callable[[np.ndarray], np.ndarray]
    encode: Callable[[np.ndarray], Encoding] | None
    latent_size: int
    labels: int

    def __post_init__(self) -> None:
        if self.latent_size < 2:
            raise ArgumentError(
                "latent_size", self.latent_size, "must be at least 2", "take a larger latent space"
            )
        if not 2 <= self.labels <= self.latent_size:
            raise ArgumentError(
                "labels",
                self.labels,
                f"must be from 2 to the length of the latents, {self.latent_size}",
                "take fewer labels, or longer latents",
            )

    def decoded(self, latents: np.ndarray) -> np.ndarray:
        """Return the images of latents (N, M)."""
        require_latents(latents, self.latent_size)
        return np.concatenate([self.generate(part) for part in batches(latents)])

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return what the classifier says of images, (N, l)."""
        return np.concatenate([self._checked(self.classify(part)) for part in batches(images)])

    def labels_of(self, latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return label and its probability of the images of latents, both (N,)."""
        require_latents(latents, self.latent_size)
        found = [self._checked(self.classify(self.generate(part))) for part in batches(latents)]
        probabilities = np.concatenate(found)
        return probabilities.argmax(axis=1), probabilities.max(axis=1)

    def encoded(self, images: np.ndarray) -> Encoding:
        """Return the encoding of images.

        Raises
        ------
        ArgumentError
            Without an encoder; for encodings of a wrong shape or that are not finite.
        """
        if self.encode is None:
            raise ArgumentError(
                "encoder", None, "there is none", "give one, or work with random latents"
            )
        parts = [self.encode(part) for part in batches(images)]
        whole = Encoding(
            np.concatenate([part.mean for part in parts]),
            np.concatenate([part.deviation for part in parts]),
        )
        for name in ("mean", "deviation"):
            values = getattr(whole, name)
            require_latents(values, self.latent_size, f"{name} of the encoder")
        if (whole.deviation < 0).any():
            image, coordinate = np.argwhere(whole.deviation < 0)[0]
            raise ArgumentError(
                "deviation of the encoder",
                float(whole.deviation[image, coordinate]),
                f"must not be negative; it is for image {image}, coordinate {coordinate}",
                "return standard deviations, not their logarithms",
            )
        return whole

    def _checked(self, probabilities: np.ndarray) -> np.ndarray:
        if probabilities.ndim != 2 or probabilities.shape[1] != self.labels:
            raise ArgumentError(
                "classifier",
                f"output of shape {probabilities.shape}",
                f"must be (N, {self.labels})",
                "return a probability for each label",
            )
        if not np.isfinite(probabilities).all():
            image, label = np.argwhere(~np.isfinite(probabilities))[0]
            raise ArgumentError(
                "classifier",
                float(probabilities[image, label]),
                f"must be finite; of label {label} for image {image} of its batch it is not",
                "look at the classifier and its images",
            )
        return probabilities


def batches(rows: np.ndarray, size: int = BATCH) -> Iterator[np.ndarray]:
    """Yield rows in parts of at most that many."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def require_latents(latents: np.ndarray, size: int, name: str = "latents") -> None:
    """Raise ArgumentError unless `latents` is (N, size) and finite."""
    if latents.ndim != 2 or latents.shape[1] != size or not len(latents):
        raise ArgumentError(
            name, f"array of shape {latents.shape}", f"must be (N, {size})", "pass rows of latents"
        )
    if not np.isfinite(latents).all():
        row, coordinate = np.argwhere(~np.isfinite(latents))[0]
        raise ArgumentError(
            name,
            float(latents[row, coordinate]),
            f"must be finite; row {row}, coordinate {coordinate} is not",
            "look at what made them",
        )


def require_labels(values: np.ndarray, images: int, labels: int) -> np.ndarray:
    """Return labels (N,) if they are whole numbers from 0 to l - 1, one an image.

    Raises
    ------
    ArgumentError
        Otherwise.
    """
    values = np.asarray(values)
    if values.dtype.kind not in "iu" or values.shape != (images,):
        raise ArgumentError(
            "labels",
            f"array of {values.dtype} and shape {values.shape}",
            f"must be whole numbers ({images},), one an image",
            "convert them",
        )
    outside = np.flatnonzero((values < 0) | (values >= labels))
    if outside.size:
        raise ArgumentError(
            "labels",
            int(values[outside[0]]),
            f"must be from 0 to {labels - 1}; that of image {outside[0]} is not",
            "number them from 0 on",
        )
    return values
