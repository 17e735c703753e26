"""Anybody's generator, classifier and encoder as a subject: modules of torch, or functions on batches.

They are shown a few random latents first. What does not fit together is refused there, in one line.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any, Literal

import numpy as np
import scipy.special

from numerics.exported import ExportedProgram
from numerics.latent_basis.model_call import called, real_array
from numerics.latent_basis.subject import Encoding, Subject, require_latents
from theory.errors import ArgumentError

Outputs = Literal["logits", "probabilities", "labels"]
OUTPUTS = ("logits", "probabilities", "labels")
PROBED = 16  # latents of the probe
ALIKE = 1e-3  # of the largest pixel: what rounding may make of another batch
SUM_TO_ONE = 5e-3  # of probabilities in half precision


@dataclasses.dataclass(frozen=True)
class _Generator:
    model: Any
    latent_size: int

    def __call__(self, latents: np.ndarray) -> np.ndarray:
        require_latents(latents, self.latent_size)
        images = real_array("generator", called("generator", self.model, latents))
        if images.ndim < 2 or len(images) != len(latents):
            raise ArgumentError(
                "generator",
                f"output of shape {images.shape} for latents {latents.shape}",
                f"must be ({len(latents)}, ...), one image a latent",
                "return images along the first axis",
            )
        return _finite("generator", images, "latent")


@dataclasses.dataclass(frozen=True)
class _Classifier:
    model: Any
    image_shape: tuple[int, ...]
    outputs: Outputs | None
    labels: int | None

    def raw(self, images: np.ndarray) -> np.ndarray:
        """What the classifier itself returns: (N, l), or labels (N,)."""
        _require_images(images, self.image_shape)
        values = real_array("classifier", called("classifier", self.model, images))
        if values.ndim not in (1, 2) or len(values) != len(images):
            raise ArgumentError(
                "classifier",
                f"output of shape {values.shape} for images {images.shape}",
                f"must be ({len(images)}, labels), or labels ({len(images)},)",
                "return logits, probabilities or labels, one row an image",
            )
        return _finite("classifier", values, "image")

    def __call__(self, images: np.ndarray) -> np.ndarray:
        assert self.labels is not None
        values = self.raw(images)
        if self.outputs == "labels":
            return _one_hot(values, self.labels)
        if values.ndim != 2 or values.shape[1] != self.labels:
            raise ArgumentError(
                "classifier",
                f"output of shape {values.shape}",
                f"must be ({len(images)}, {self.labels})",
                "return a value for each label",
            )
        if self.outputs == "logits":
            return scipy.special.softmax(values.astype(float), axis=1)
        if not _are_probabilities(values):
            raise ArgumentError(
                "classifier",
                f"rows with sums from {values.sum(axis=1).min():.3g} to {values.sum(axis=1).max():.3g}",
                "must be probabilities, as those of the first images were",
                "pass outputs='logits' if they are none",
            )
        return values.astype(float)


@dataclasses.dataclass(frozen=True)
class _Encoder:
    model: Any
    image_shape: tuple[int, ...]
    latent_size: int

    def __call__(self, images: np.ndarray) -> Encoding:
        _require_images(images, self.image_shape)
        made = called("encoder", self.model, images)
        if isinstance(made, Encoding):
            made = (made.mean, made.deviation)
        if not isinstance(made, tuple | list):
            made = (made,)
        if len(made) not in (1, 2):
            raise ArgumentError(
                "encoder",
                f"{len(made)} outputs",
                "must be latents, or mean and standard deviation",
                "wrap it in a function that returns these",
            )
        parts = [real_array("encoder", part).astype(float) for part in made]
        for part in parts:
            if part.shape != (len(images), self.latent_size):
                raise ArgumentError(
                    "encoder",
                    f"output of shape {part.shape} for images {images.shape}",
                    f"must be ({len(images)}, {self.latent_size}), as long as the generator's latents",
                    "give the encoder that belongs to this generator",
                )
            _finite("encoder", part, "image")
        mean = parts[0]
        return Encoding(mean, parts[1] if len(parts) == 2 else np.zeros_like(mean))


def subject_of(
    generator: Any,
    classifier: Any,
    encoder: Any = None,
    *,
    latent_size: int | None = None,
    labels: int | None = None,
    outputs: Outputs | None = None,
    device: str | None = None,
) -> Subject:
    """Return networks of any origin as one subject.

    Each is a torch module or a function from a batch to a batch (arrays or tensors; an exported
    program is one). A module runs in evaluation mode and without gradients, in the precision and on
    the device of its parameters; weights and modes are left as they were.

    Parameters
    ----------
    generator
        From latents (N, M) to images (N, ...).
    classifier
        From these images to logits or probabilities (N, l), or to labels (N,), whole numbers from 0.
        Of labels alone the confidence is 1 always.
    encoder : optional
        From these images to latents (N, M), or to a pair: mean and standard deviation.
    latent_size : int, optional
        M. Default: what an exported program, or the first linear layer of the generator, takes.
    labels : int, optional
        l. Default: columns of the classifier's output.
    outputs : {"logits", "probabilities", "labels"}, optional
        What the classifier returns. Default: decided once, on random images: whole numbers (N,) are
        labels; rows that are nowhere negative and sum to 1 are probabilities; all else are logits.
    device : {"cpu", "cuda", "auto"}, optional
        Copies of the modules go there. Default: they stay where they are.

    Raises
    ------
    ArgumentError
        If one of them does not take what another makes, its shapes are wrong, it returns values that
        are not finite, or its images depend on chance or on the other rows of a batch.

    Examples
    --------
    >>> subject = subject_of(np.tanh, lambda images: 3 * images[:, :2], latent_size=4)
    >>> subject.labels, subject.encode
    (2, None)
    """
    if outputs is not None and outputs not in OUTPUTS:
        raise ArgumentError(
            "outputs", outputs, f"must be one of {', '.join(OUTPUTS)}", "choose one"
        )
    if device is not None:
        generator, classifier, encoder = (
            _moved(model, device) for model in (generator, classifier, encoder)
        )
    size = latent_size_of(generator) if latent_size is None else latent_size
    generate = _Generator(generator, size)
    images = _probe(generate)
    classify = _decided(_Classifier(classifier, images.shape[1:], outputs, labels), images)
    encode = None if encoder is None else _Encoder(encoder, images.shape[1:], size)
    assert classify.labels is not None
    subject = Subject(generate, classify, encode, size, classify.labels)
    subject.probabilities(images)
    if encode is not None:
        subject.encoded(images)
    return subject


def _probe(generate: _Generator) -> np.ndarray:
    """Return images of some latents; refuse those that chance or the other rows have a part in."""
    if generate.latent_size < 1:
        raise ArgumentError("latent_size", generate.latent_size, "must be positive", "pass M")
    latents = np.random.default_rng(0).standard_normal((PROBED, generate.latent_size))
    images = generate(latents)
    bound = ALIKE * max(float(np.abs(images).max()), np.finfo(float).tiny)
    for rows, why in (
        (slice(None), "the same latents must make the same images twice"),
        (slice(0, 1), "a latent must make the same image alone and among others"),
    ):
        again = generate(latents[rows])
        apart = float(np.abs(again - images[rows]).max())
        if again.shape[1:] != images.shape[1:] or apart > bound:
            raise ArgumentError(
                "generator",
                f"pixels that differ by {apart:.2g}",
                why,
                "put dropout and batch normalisation in evaluation mode",
            )
    return images


def _decided(classify: _Classifier, images: np.ndarray) -> _Classifier:
    """Settle what a classifier returns, and how many labels it knows."""
    values = classify.raw(images)
    outputs = classify.outputs
    if outputs is None:
        whole = values.ndim == 1 and values.dtype.kind in "iu"
        outputs = "labels" if whole else "probabilities" if _are_probabilities(values) else "logits"
    if (values.ndim == 1) != (outputs == "labels"):
        raise ArgumentError(
            "classifier",
            f"output of shape {values.shape} and type {values.dtype}",
            "must be whole numbers (N,) as labels, or a value for each label (N, l)",
            "for two labels return p and 1 - p",
        )
    if outputs == "labels" and classify.labels is None:
        raise ArgumentError(
            "labels", None, "must be given where the classifier returns labels", "pass labels=10"
        )
    known = values.shape[1] if classify.labels is None else classify.labels
    return dataclasses.replace(classify, outputs=outputs, labels=known)


def _are_probabilities(values: np.ndarray) -> bool:
    if values.ndim != 2:
        return False
    sums = values.sum(axis=1, dtype=float)
    return bool((values >= 0).all() and (np.abs(sums - 1) <= SUM_TO_ONE).all())


def _one_hot(values: np.ndarray, labels: int) -> np.ndarray:
    if values.dtype.kind not in "iu":
        raise ArgumentError(
            "classifier", f"labels of type {values.dtype}", "must be whole numbers", "convert them"
        )
    if values.min() < 0 or values.max() >= labels:
        outside = values[(values < 0) | (values >= labels)][0]
        raise ArgumentError(
            "classifier",
            f"label {outside}",
            f"must be from 0 to {labels - 1}",
            "number the labels from 0 on",
        )
    return np.eye(labels)[values]


def _require_images(images: np.ndarray, shape: tuple[int, ...]) -> None:
    if images.shape[1:] != shape:
        raise ArgumentError(
            "images",
            f"array of shape {images.shape}",
            f"must be (N, {', '.join(map(str, shape))}), as the generator makes them",
            "reshape them, or give the generator that belongs to them",
        )


def _finite(name: str, values: np.ndarray, what: str) -> np.ndarray:
    if not np.isfinite(values).all():
        row, *place = np.argwhere(~np.isfinite(values))[0].tolist()
        raise ArgumentError(
            name,
            float(values[(row, *place)]),
            f"output must be finite; it is not for {what} {row} at {tuple(place)}",
            "look at its weights, and at what came in",
        )
    return values


def latent_size_of(generator: Any) -> int:
    """Return the length of the latents that a generator takes, where it says so.

    Raises
    ------
    ArgumentError
        If neither the input of an exported program nor a linear layer tells.
    """
    if isinstance(generator, ExportedProgram) and len(generator.shape) == 1:
        (size,) = generator.shape
        if isinstance(size, int):  # not one that was left open
            return size
    parts = generator.modules() if hasattr(generator, "modules") else ()
    for part in parts:
        if isinstance(getattr(part, "in_features", None), int):
            return part.in_features
    raise ArgumentError(
        "latent_size", None, "cannot be read off this generator", "pass the length of its latents"
    )


def _moved(model: Any, device: str) -> Any:
    from numerics.devices import find_device
    from numerics.latent_basis.model_call import is_module

    where = find_device(device)
    return copy.deepcopy(model).to(where) if is_module(model) else model
