"""A basis of meaning in a generator's latent space: what it can do, said before any latent is drawn.

After the paper's latent spectral decomposition: latents that decode to one label are averaged, the means
made orthogonal, and any latent is expanded in them. Given an image, every amplitude is exactly Gaussian:
accuracy, its scatter from trial to trial, and the rank curve follow without a fit. Generator, classifier
and encoder are trained first, as part of the set-up; or they are the user's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from validation.checks import Check
from validation.experiment import Case
from validation.latent_basis.check_table import CASES, CHECKS


@dataclasses.dataclass(frozen=True)
class Config:
    """Which networks, and how their latents are looked at; None stands for the default of the set."""

    dataset: str = "digits"
    """digits, mnist, fashion_mnist, or linear_control, on which every number is exact; or the path of own
    labelled images: .npz, .npy, .nc, or a folder of pictures."""
    test: str | None = None
    """Path of an own set's test images. Default: every class's quarter of them, drawn once."""
    size: int | None = None
    """Side of the images after averaging over blocks. Default: 14 of mnist and fashion_mnist, 28 with
    --preset paper; as they are otherwise."""
    head: Literal["both", "linear", "release"] = "both"
    """Last layer of the encoder: linear, or as released, with BatchNorm and LeakyReLU."""
    latent_size: int | None = None
    """Length M of the latents. Default: 30 to 100 pixels, 100 beyond; of own networks theirs."""
    sets: int | None = None
    """Sets of class means, the encoder's among them. Default: as many as make M vectors."""
    each: int | None = None
    """Random latents V behind each mean. Default: 5000; 2000 with --preset quick, but of the digits."""
    trials: int = 20
    """Noise draws of the test images."""
    seeds: int | None = None
    """Networks trained independently, from --seed on. Default: 3 of digits; 1 with --preset quick, and of
    larger images."""
    likelihood: Literal["hinge", "gaussian"] = "hinge"
    """What the encoder's reconstructions are held to: the released mean hinge, or a Gaussian of variance
    0.1."""
    class_weight: float = 100.0
    """Weight lambda of the classifier's loss in the encoder's."""
    restarts: int = 0
    """How often a generator that has collapsed may be trained again, from another seed; each is told."""
    force: bool = False
    """Go on with a generator that has collapsed."""
    generator: str | None = None
    """Own generator, an exported program (torch.export, .pt2) from latents to images; with --classifier."""
    classifier: str | None = None
    """Own classifier, likewise, from images to logits or probabilities."""
    encoder: str | None = None
    """Own encoder, likewise, from images to latents, or to their means and standard deviations."""
    black: float = -1.0
    """What black is for own networks; white is 1."""
    seed: int = 0
    """Seed of the first networks and of all draws."""
    preset: Literal["quick", "standard", "paper"] = "standard"
    """How much is run: digits with stored weights; training in minutes; 28 x 28 as released."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    """Where networks train."""


class LatentBasisExperiment:
    """The experiment `latent_basis`."""

    name: ClassVar[str] = "latent_basis"
    summary: ClassVar[str] = (
        "a basis of meaning in a generator's latent space: accuracy, scatter and ranks, from a law"
    )
    config_type: ClassVar[type] = Config
    cases: ClassVar[Mapping[str, str]] = CASES
    checks: ClassVar[tuple[Check, ...]] = CHECKS
    claims: ClassVar[tuple[str, ...]] = (
        "latent_basis.mean_rank",
        "latent_basis.half_space_bound",
        "latent_basis.gram_schmidt",
        "latent_basis.symmetric_orthogonalisation",
        "latent_basis.residual_noise",
        "latent_basis.overlap",
        "latent_basis.amplitude_covariance",
        "latent_basis.equal_noise",
        "latent_basis.trial_variance",
        "latent_basis.parseval",
        "latent_basis.set_energy",
        "latent_basis.rank_one",
        "latent_basis.printed_angles",
        "latent_basis.plane_rotation",
        "latent_basis.label_cycle",
        "latent_basis.minimal_turn",
        "latent_basis.perfect_encoding",
        "latent_basis.energy_share",
    )

    def case(self, config: Config) -> Case:
        """Return the case that the configuration names."""
        from validation.latent_basis.case import LatentBasisCase
        from validation.latent_basis.setting import setting_of

        return LatentBasisCase(setting_of(config))

    def verifications(self) -> Mapping[str, Callable[[], float]]:
        """Return the functions of `validation.latent_basis.verification`, by their check's id."""
        from validation.latent_basis.verification import FUNCTIONS

        return FUNCTIONS


EXPERIMENT = LatentBasisExperiment
