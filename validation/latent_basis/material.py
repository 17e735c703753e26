"""What a run works on: a generator, a classifier and an encoder, and images that are labelled."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from numerics.latent_basis.subject import Subject
from validation.experiment import Work


@dataclasses.dataclass(frozen=True)
class Material:
    """A subject, and the images that it is tried on.

    Parameters
    ----------
    subject : Subject
    images, test_images : ndarray, (N, ...)
        As the subject's functions take them.
    labels, test_labels : ndarray of int, (N,)
    unlabelled : Subject, optional
        The same with an encoder that was trained without the label's loss.
    told : mapping
        What is to be told of how it came about, such as restarts: plain values.
    """

    subject: Subject
    images: np.ndarray
    labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    unlabelled: Subject | None = None
    told: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Source(Protocol):
    """Where subjects come from: they are trained, made, or the user's.

    Generator and classifier depend on the seed alone, encoder and images on the network, too.
    """

    @property
    def networks(self) -> tuple[str, ...]:
        """Names of what differs between subjects of one seed."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of an image."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of the labels, in their order."""

    @property
    def latent_size(self) -> int:
        """M, the length of the latents."""

    @property
    def passes(self) -> int:
        """Noisy encodings of each training image behind the first set of means."""

    @property
    def sets(self) -> int | None:
        """Sets of means; None: as many as make M vectors."""

    @property
    def trains_unlabelled(self) -> bool:
        """Whether encoders are trained without the label's loss, too."""

    @property
    def is_stated(self) -> bool:
        """Whether subjects are those that bars are stated for."""

    def material(self, seed: int, network: str, work: Work) -> Material:
        """Return a subject and its images, made now or kept from before."""

    def untrained(self, seed: int) -> Subject | None:
        """Return a generator of the same form that has learnt nothing, or None where there is none."""

    def described(self) -> dict[str, Any]:
        """Return what the provenance tells of images and networks."""

    def notes(self) -> list[str]:
        """Return sentences on images and networks."""
