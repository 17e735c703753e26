"""The linear control as a source: every number of the analysis has a closed form."""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.subject import Subject
from theory.errors import ArgumentError
from validation.experiment import Work
from validation.latent_basis.material import Material

SEPARATIONS = {"rho = 3": 3.0, "rho = 4": 4.0}
DEVIATION = 0.6  # of the encoder's noise: the scatter from trial to trial is then the law's, too
SIDE, LABELS = 12, 10
LATENT_SIZE = 100  # M of the paper
TRAINING, TEST = 60_000, 10_000


class ControlSource:
    """Linear generator and encoder, Gaussian classes; section 4 of the notes on the paper."""

    networks = tuple(SEPARATIONS)
    shape = (SIDE, SIDE)
    label_names = tuple(str(label) for label in range(LABELS))
    passes = 1
    sets = None
    trains_unlabelled = False
    is_stated = True

    def __init__(self, latent_size: int):
        self.latent_size = latent_size

    def material(self, seed: int, network: str, work: Work) -> Material:
        """Return the control of a separation; generator and classifier are those of the seed."""
        control = self.control(seed, network)
        place = self.networks.index(network)
        images, labels = control.images(TRAINING, np.random.default_rng([seed, place, 1]))
        tried, truth = control.images(TEST, np.random.default_rng([seed, place, 2]))
        return Material(control.subject(), images, labels, tried, truth)

    def control(self, seed: int, network: str) -> LinearControl:
        """Return the control itself, which knows its closed forms."""
        return LinearControl(
            latent_size=self.latent_size,
            pixels=SIDE * SIDE,
            labels=LABELS,
            separation=SEPARATIONS[network],
            deviation=DEVIATION,
            generator=np.random.default_rng([seed, 0]),
        )

    def untrained(self, seed: int) -> Subject | None:
        """Return None: nothing here learns."""
        return None

    def described(self) -> dict[str, Any]:
        """Return the numbers that it is made of."""
        return {
            "name": "linear_control",
            "samples": TRAINING,
            "test": TEST,
            "latent_size": self.latent_size,
            "separations": list(SEPARATIONS.values()),
            "deviation": DEVIATION,
        }

    def notes(self) -> list[str]:
        """Return what it is."""
        return [
            f"Linear control: G(z) = A z + b with orthonormal columns, {SIDE * SIDE} pixels, M = "
            f"{self.latent_size}; class latents N(rho u, I), of which the encoder knows all but noise of "
            f"standard deviation {DEVIATION:g}. {TRAINING} training and {TEST} test images."
        ]


def control_source(latent_size: int | None) -> ControlSource:
    """Return the source of a latent size M; by default that of the paper.

    Raises
    ------
    ArgumentError
        For latents that are longer than an image, whose columns could not be orthonormal.
    """
    size = LATENT_SIZE if latent_size is None else latent_size
    if size > SIDE * SIDE:
        raise ArgumentError(
            "--latent-size",
            size,
            f"must be at most {SIDE * SIDE}, the pixels of an image of the linear control",
            "choose another",
        )
    return ControlSource(size)
