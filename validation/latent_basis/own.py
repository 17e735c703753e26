"""The user's own networks: exported programs from the command line, anything callable from Python."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.latent_basis.subject import Subject
from theory.errors import ArgumentError
from validation.experiment import Work
from validation.image_options import speaking_of
from validation.latent_basis.labelled_images import (
    FEWEST_LEARNT,
    FEWEST_TRIED,
    images_of,
    passes_over,
    require_each,
)
from validation.latent_basis.material import Material

if TYPE_CHECKING:
    from validation.latent_basis import Config


@dataclasses.dataclass(frozen=True)
class OwnSource:
    """A subject of the user's, and labelled images as its functions take them.

    Parameters
    ----------
    subject : Subject
        With an encoder; `numerics.latent_basis.any_subject.subject_of` makes one.
    images, test_images : ndarray, (N, ...)
    labels, test_labels : ndarray of int, (N,)
        From 0 to l - 1, as the classifier has them.
    shape : (int, int)
        Rows and columns of an image.
    label_names : tuple of str
    told : mapping
        For the provenance.
    """

    subject: Subject
    images: np.ndarray
    labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    shape: tuple[int, int]
    label_names: tuple[str, ...]
    told: dict[str, Any] = dataclasses.field(default_factory=dict)

    networks = ("own networks",)
    sets = None
    trains_unlabelled = False
    is_stated = False

    def __post_init__(self) -> None:
        if self.subject.encode is None:
            raise ArgumentError(
                "encoder",
                None,
                "the experiment reads labels off encoded images",
                "give one; without one, class means and bases of random latents are at hand in "
                "numerics.latent_basis",
            )
        if len(self.label_names) != self.subject.labels:
            raise ArgumentError(
                "classifier",
                f"{self.subject.labels} labels",
                f"the images have {len(self.label_names)} classes",
                "give the classifier that belongs to these images",
            )
        names = self.label_names
        require_each(self.labels, names, FEWEST_LEARNT, "labels", "both halves must have each")
        require_each(
            self.test_labels, names, FEWEST_TRIED, "test_labels", "midpoints lie between two"
        )

    @property
    def latent_size(self) -> int:
        """M, the length of the generator's latents."""
        return self.subject.latent_size

    @property
    def passes(self) -> int:
        """Noisy encodings of each training image behind the first set of means."""
        return passes_over(len(self.images))

    def material(self, seed: int, network: str, work: Work) -> Material:
        """Return the subject and its images; they depend on no seed."""
        return Material(self.subject, self.images, self.labels, self.test_images, self.test_labels)

    def untrained(self, seed: int) -> Subject | None:
        """Return None: how own networks start is not known here."""
        return None

    def described(self) -> dict[str, Any]:
        """Return what was told, and the numbers of images."""
        return {**self.told, "samples": len(self.images), "test": len(self.test_images)}

    def notes(self) -> list[str]:
        """Return what is looked at."""
        y, x = self.shape
        return [
            f"Own generator, classifier and encoder; {len(self.images)} training and "
            f"{len(self.test_images)} test images of {y} x {x} pixels."
        ]


def own_source(config: Config) -> OwnSource:
    """Return the source of a configuration that names exported programs.

    Raises
    ------
    ArgumentError
        For programs that cannot be read, that do not fit each other, or images that do not fit them.
    """
    from numerics.exported import exported
    from numerics.latent_basis.any_subject import latent_size_of, subject_of

    assert config.generator is not None
    assert config.classifier is not None
    if config.encoder is None:
        raise ArgumentError(
            "--encoder", None, "the experiment reads labels off encoded images", "export it, too"
        )
    images = images_of(config)
    programs = [exported(path) for path in (config.generator, config.classifier, config.encoder)]
    with speaking_of("--latent-size"):
        size = config.latent_size or latent_size_of(programs[0])
    subject = subject_of(*programs, latent_size=size)
    shape = subject.decoded(np.zeros((2, subject.latent_size))).shape[1:]
    if int(np.prod(shape)) != images.train.shape[1]:
        raise ArgumentError(
            "--generator",
            f"images of shape {shape}",
            f"those of the set have {images.train.shape[1]} pixels, {images.shape[0]} x "
            f"{images.shape[1]}",
            "give images of the generator's size, or --size",
        )

    def fitted(rows: np.ndarray) -> np.ndarray:
        """Return rows in [-1, 1] in the shape of the generator's images, black as the networks have it."""
        scaled = config.black + (rows + 1) / 2 * (1 - config.black)
        return scaled.reshape(len(rows), *shape)

    programs_told = {name: getattr(config, name) for name in ("generator", "classifier", "encoder")}
    return OwnSource(
        subject,
        fitted(images.train),
        images.labels,
        fitted(images.test),
        images.test_labels,
        images.shape,
        images.label_names,
        {**images.provenance, **programs_told},
    )
