"""The networks of a seed: trained once, kept in the run's store, and taken from there by later steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.files import read_arrays, write_arrays
from numerics.latent_basis.any_subject import subject_of
from numerics.latent_basis.collapse import Collapse
from numerics.latent_basis.protocols import Protocol
from numerics.training import Learner, record_grid, train
from theory.errors import DivergenceError
from validation.experiment import Work
from validation.latent_basis.judging import judged

if TYPE_CHECKING:
    from torch import nn

OBSERVATIONS = 25  # of each training, about
FARTHEST = 500  # updates from one to the next at most: an interrupted training goes on from there
FARTHER = 1000  # a restart's seed from the one before
Weights = dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Training:
    """What is trained: the protocol, the images, where.

    Parameters
    ----------
    protocol : Protocol
    images : ndarray, (N, pixels)
        In [-1, 1].
    labels : ndarray of int, (N,)
    label_names : tuple of str
    device : torch.device
    """

    protocol: Protocol
    images: np.ndarray
    labels: np.ndarray
    label_names: tuple[str, ...]
    device: Any

    def classifier(self, seed: int, work: Work) -> nn.Module:
        """Return the classifier of a seed."""
        from numerics.latent_basis.classifier_training import ClassifierDescent
        from numerics.latent_basis.starts import classifier_of

        def learner(network: nn.Module) -> Learner:
            return ClassifierDescent(
                network,
                self.images,
                self.labels,
                self.protocol.classifier,
                noise=self.protocol.classifier_noise,
                seed=seed,
            )

        network = classifier_of(self.protocol, len(self.label_names), seed=seed)
        updates = self.protocol.classifier.updates(len(self.images))
        return self._trained(f"classifier_{seed}", network, learner, updates, work)

    def generator(self, seed: int, work: Work) -> nn.Module:
        """Return the generator of a seed; its discriminator is not kept."""
        from numerics.latent_basis.adversarial import AdversarialDescent
        from numerics.latent_basis.starts import discriminator_of, generator_of

        def learner(network: nn.Module) -> Learner:
            return AdversarialDescent(
                network,
                discriminator_of(self.protocol, seed=seed).to(self.device),
                self.images,
                self.protocol.adversarial,
                latent_size=self.protocol.latent_size,
                seed=seed,
            )

        network = generator_of(self.protocol, seed=seed)
        updates = self.protocol.adversarial.updates(len(self.images))
        return self._trained(f"generator_{seed}", network, learner, updates, work)

    def encoder(
        self,
        seed: int,
        head: str,
        generator: nn.Module,
        classifier: nn.Module,
        work: Work,
        *,
        label_weight: float | None = None,
    ) -> nn.Module:
        """Return the encoder of a seed and a head, trained with the other two frozen.

        Parameters
        ----------
        label_weight : float, optional
            lambda, instead of the protocol's.
        """
        from numerics.latent_basis.encoder_training import EncoderDescent
        from numerics.latent_basis.starts import encoder_of

        weight = self.protocol.label_weight if label_weight is None else label_weight

        def learner(network: nn.Module) -> Learner:
            return EncoderDescent(
                network,
                generator,
                classifier,
                self.images,
                self.labels,
                self.protocol.encoder,
                label_weight=weight,
                likelihood=self.protocol.likelihood,
                noise=self.protocol.encoder_noise,
                seed=seed,
            )

        network = encoder_of(self.protocol, head, seed=seed)
        updates = self.protocol.encoder.updates(len(self.images))
        name = f"encoder_{seed}_{head}" + ("" if label_weight is None else f"_{weight:g}")
        return self._trained(name, network, learner, updates, work)

    def _trained(
        self,
        name: str,
        network: nn.Module,
        learner: Callable[[nn.Module], Learner],
        updates: int,
        work: Work,
    ) -> nn.Module:
        """Return a network trained now, or before; interrupted training goes on."""
        from numerics.torch_networks import take_weights, weights

        file, checkpoint = _files(work.store, name)
        network.to(self.device)
        if file.exists():
            take_weights(network, read_arrays(file))
            return network.eval()
        grid = record_grid(updates, max(1, min(updates // OBSERVATIONS, FARTHEST)))
        stage = f"training {name.replace('_', ' ')}"
        try:
            train(learner(network), grid, checkpoint=checkpoint, progress=work.stage(stage))
        except DivergenceError as error:
            raise DivergenceError(
                error.argument, error.value, f"{stage}: {error.expected}", error.remedy
            ) from error
        write_arrays(file, weights(network))
        checkpoint.unlink(missing_ok=True)
        return network.eval()


def generator_with_restarts(
    training: Training, seed: int, classifier: nn.Module, restarts: int, work: Work
) -> tuple[nn.Module, list[tuple[int, Collapse]]]:
    """Return a generator, and the seeds that collapsed before it.

    One that has collapsed at the last attempt, too, comes back with its seed among them.
    """
    collapsed: list[tuple[int, Collapse]] = []
    for attempt in range(restarts + 1):
        chosen = seed + FARTHER * attempt
        generator = training.generator(chosen, work)
        subject = subject_of(generator, classifier, latent_size=training.protocol.latent_size)
        found = judged(subject, chosen, work)
        if found is None:
            break
        collapsed.append((chosen, found))
    return generator, collapsed


def _files(store: Path, name: str) -> tuple[Path, Path]:
    return store / f"weights_{name}.npz", store / f"training_{name}.npz"
