"""Networks that are trained on images: where subjects come from unless they are the user's."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.devices import find_device
from numerics.latent_basis.any_subject import subject_of
from numerics.latent_basis.protocols import (
    DIGITS,
    MNIST14,
    RELEASED,
    SMALL,
    Protocol,
    protocol_for,
)
from numerics.latent_basis.subject import Subject
from numerics.stored_weights import Stored, read_weights
from theory.errors import ArgumentError
from validation.experiment import Work
from validation.latent_basis.labelled_images import LARGE, Images, images_of, passes_over
from validation.latent_basis.material import Material
from validation.latent_basis.training import Training, generator_with_restarts
from validation.latent_basis.weights import STORED, STORED_SEED

if TYPE_CHECKING:
    from torch import nn

    from validation.latent_basis import Config

HEADS = {"linear head": "linear", "release head": "release"}
SHORTER = 6  # updates of a quick run, in those of a standard one


class TrainedSource:
    """Generator, classifier and encoders that learn an image set; or stored ones that did."""

    def __init__(self, config: Config, images: Images, protocol: Protocol):
        self.config = config
        self.images = images
        self.protocol = protocol
        self.shape = images.shape
        self.label_names = images.label_names
        self.latent_size = protocol.latent_size
        self.sets = protocol.sets
        self.networks = tuple(name for name, head in HEADS.items() if config.head in (head, "both"))
        self.trains_unlabelled = config.dataset == "digits" and config.preset != "quick"
        self.passes = passes_over(len(images.train))
        # damaged weights are refused here, before anything is written
        self.stored: Stored | None = read_weights(STORED) if self.is_stored else None

    @functools.cached_property
    def training(self) -> Training:
        """What is trained."""
        return Training(
            self.protocol,
            self.images.train,
            self.images.labels,
            self.label_names,
            find_device(self.config.device),
        )

    @property
    def is_stored(self) -> bool:
        """Whether trained weights come with the package."""
        return _has_stored(self.config)

    @property
    def is_stated(self) -> bool:
        """Whether networks are trained as those that bars are stated for."""
        return self.protocol in (DIGITS, MNIST14)

    def material(self, seed: int, network: str, work: Work) -> Material:
        """Return networks, trained now or kept from before, and the images."""
        if self.stored is not None:
            return self._stored(self.stored, network)
        return self._trained(seed, network, work)

    def _material(
        self, subject: Subject, told: dict[str, Any], unlabelled: Subject | None = None
    ) -> Material:
        i = self.images
        return Material(subject, i.train, i.labels, i.test, i.test_labels, unlabelled, told)

    def _trained(self, seed: int, network: str, work: Work) -> Material:
        classifier = self.training.classifier(seed, work)
        generator, collapsed = generator_with_restarts(
            self.training, seed, classifier, self.config.restarts, work
        )
        told = {"collapsed": {str(at): str(what) for at, what in collapsed}}
        if len(collapsed) > self.config.restarts and not self.config.force:
            at, what = collapsed[-1]
            raise ArgumentError(
                "--seed",
                at,
                f"the generator of this seed has collapsed: {what}",
                "try another, allow --restarts, or go on with --force",
            )
        pair, head = (generator, classifier), HEADS[network]
        subject = self._subject(*pair, self.training.encoder(seed, head, *pair, work))
        unlabelled = None
        if self.trains_unlabelled:
            encoder = self.training.encoder(seed, head, *pair, work, label_weight=0.0)
            unlabelled = self._subject(*pair, encoder)
        return self._material(subject, told, unlabelled)

    def _stored(self, stored: Stored, network: str) -> Material:
        from numerics.latent_basis.starts import classifier_of, encoder_of, generator_of
        from numerics.torch_networks import take_weights

        head = HEADS[network]
        parts = {
            "generator": generator_of(self.protocol, seed=STORED_SEED),
            "classifier": classifier_of(self.protocol, len(self.label_names), seed=STORED_SEED),
            f"encoder {head}": encoder_of(self.protocol, head, seed=STORED_SEED),
        }
        for name, module in parts.items():
            take_weights(module, stored.networks[name])
            module.eval()
        told = {"stored": STORED.name, "command": stored.made_by["command"]}
        return self._material(self._subject(*parts.values()), told)

    def _subject(self, generator: nn.Module, classifier: nn.Module, encoder: nn.Module) -> Subject:
        return subject_of(
            generator,
            classifier,
            functools.partial(_encoded, encoder),
            latent_size=self.latent_size,
            labels=len(self.label_names),
            outputs="logits",
        )

    def untrained(self, seed: int) -> Subject | None:
        """Return generator and classifier as they start."""
        from numerics.latent_basis.starts import classifier_of, generator_of

        return subject_of(
            generator_of(self.protocol, seed=seed),
            classifier_of(self.protocol, len(self.label_names), seed=seed),
            latent_size=self.latent_size,
            labels=len(self.label_names),
            outputs="logits",
        )

    def described(self) -> dict[str, Any]:
        """Return images and protocol."""
        return {
            **self.images.provenance,
            "samples": len(self.images.train),
            "test": len(self.images.test),
            "protocol": dataclasses.asdict(self.protocol),
        }

    def notes(self) -> list[str]:
        """Return what is learnt, by what."""
        i, p = self.images, self.protocol
        y, x = self.shape
        said = (
            f"{len(i.train)} training and {len(i.test)} test images of {y} x {x} pixels; encoders with "
            f"{' and '.join(self.networks)}."
        )
        if self.stored is not None:
            return [said, f"Networks: stored weights of seed {STORED_SEED} ({STORED.name})."]
        return [
            said,
            f"A generator learns in {p.adversarial.updates(len(i.train))} updates, a classifier in "
            f"{p.classifier.updates(len(i.train))}, each encoder in {p.encoder.updates(len(i.train))}.",
        ]


def _encoded(encoder: nn.Module, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of the latents of images; the network returns its logarithm."""
    import torch

    parameter = next(encoder.parameters())
    with torch.no_grad():
        mean, log_deviation = encoder(torch.as_tensor(images).to(parameter))
        parts = mean, log_deviation.exp()
    return tuple(part.double().cpu().numpy() for part in parts)


def trained_source(config: Config) -> TrainedSource:
    """Return the source of a configuration.

    Raises
    ------
    ArgumentError
        For images that cannot be used.
    """
    images = images_of(config)
    protocol = _protocol(config, images)
    return TrainedSource(config, images, protocol)


def _protocol(config: Config, images: Images) -> Protocol:
    protocol = _full_protocol(config, images)
    if config.preset == "quick" and not _has_stored(config):
        protocol = SMALL if protocol == DIGITS else _shortened(protocol)
    return dataclasses.replace(
        protocol,
        latent_size=config.latent_size or protocol.latent_size,
        label_weight=config.class_weight,
        likelihood=config.likelihood,
    )


def _full_protocol(config: Config, images: Images) -> Protocol:
    pixels = images.train.shape[1]
    if config.dataset == "digits" and pixels == DIGITS.pixels:
        return DIGITS
    if config.preset == "paper" and images.shape == (28, 28) and config.dataset in LARGE:
        return RELEASED
    if config.dataset in LARGE and pixels == MNIST14.pixels:
        return MNIST14
    return protocol_for(pixels, len(images.label_names), len(images.train))


def _shortened(protocol: Protocol) -> Protocol:
    """Return a protocol with a fraction of the updates."""
    shorter = {
        name: dataclasses.replace(
            descent,
            epochs=descent.epochs and max(1, descent.epochs // SHORTER),
            steps=descent.steps and max(1, descent.steps // SHORTER),
        )
        for name in ("adversarial", "classifier", "encoder")
        if (descent := getattr(protocol, name))
    }
    return dataclasses.replace(protocol, **shorter)


def _has_stored(config: Config) -> bool:
    """Return whether trained weights of a configuration come with the package."""
    plain = {"size": None, "latent_size": None, "class_weight": 100.0, "likelihood": "hinge"}
    return (
        (config.dataset, config.preset) == ("digits", "quick")
        and (config.seed, config.seeds or 1) == (STORED_SEED, 1)
        and all(getattr(config, name) == value for name, value in plain.items())
    )
