"""All that is computed from the set-up of a seed and a network, by forecast and measurement alike."""

from __future__ import annotations

import dataclasses

import numpy as np
import xarray as xr

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.rule import Rule
from numerics.latent_basis.subject import Subject
from validation.experiment import Work
from validation.latent_basis.draws import drawn_for
from validation.latent_basis.material import Material
from validation.latent_basis.preparing import bases_of, class_means_of, rules_of
from validation.latent_basis.setting import Setting


@dataclasses.dataclass(frozen=True)
class Known:
    """All that is computed from the set-up of one seed and network.

    Parameters
    ----------
    material : Material
    means : ClassMeans
    bases : dict of str to Basis
    rules : dict of str to Rule
    half, other_half : ndarray of int
        Training images that the forecast sees, and those that it does not.
    """

    material: Material
    means: ClassMeans
    bases: dict[str, Basis]
    rules: dict[str, Rule]
    half: np.ndarray
    other_half: np.ndarray

    @property
    def subject(self) -> Subject:
        """Generator, classifier and encoder."""
        return self.material.subject


def known(setting: Setting, setup: xr.Dataset, seed: int, network: str, work: Work) -> Known:
    """Return a subject with its means, bases and rules, and the halves of its training images."""
    means = class_means_of(setup.sel(seed=seed, network=network))
    bases = bases_of(means, setting, seed, network)
    material = setting.source.material(seed, network, work)
    half, other = _halves(material.labels, drawn_for("halves", setting, seed))
    return Known(material, means, bases, rules_of(bases, means), half, other)


def _halves(labels: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return two disjoint halves of the images, each label shared out evenly; sorted."""
    first = []
    for label in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == label))
        first.append(rows[: (len(rows) + 1) // 2])
    half = np.sort(np.concatenate(first))
    return half, np.setdiff1d(np.arange(len(labels)), half)
