"""Waves in the spectra of image sets: predicted from half of the images, measured on the other half.

Image cases: the eigenimages of a set, sorted by singular value, as a film in frequency space; where its
front is, forecast by laws and models of half A; what partial differential equations fitted to it are
worth. Case ``equations``: what the same fits find in films whose equation is known.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from validation.checks import Check
from validation.experiment import Case
from validation.latent_waves.check_table import CASES, CHECKS, EQUATIONS


@dataclasses.dataclass(frozen=True)
class Config:
    """Which images, which rings, which equations; None stands for the default of the set."""

    dataset: str = "photographs"
    """photographs, digits, mnist, fashion_mnist, cifar10, gaussian, eurosat, stl10 or pcam; equations:
    films of known laws; or the path of own images: .npy, .npz, .nc, or a folder of pictures."""
    photograph: Literal["flower", "china", "both"] = "flower"
    """Of which sample photograph the patches of photographs are."""
    side: int | None = None
    """Side of patches and of Gaussian images. Default: 32."""
    count: int | None = None
    """The first images only; how many patches or Gaussian images. Default: all; 40000; 20000."""
    average: int | None = None
    """Mean over blocks of this many pixels a side. Default: 1; 2 for stl10 and pcam below --preset
    paper."""
    slope: float = 3.0
    """Of Gaussian images: power falls as the radius to this power."""
    shape: float = 2.0
    """Of Gaussian images: p of the radius |k|_p on which the power depends."""
    scale: float | None = None
    """Of own images: a pixel value is a stored value times this. Needed for 16 bits and for numbers
    beyond 0 to 1; bytes have 1/255."""
    p: float | None = None
    """Shape of the rings. Default: read off the power spectrum of half A."""
    frames: tuple[int, int] | None = None
    """Frames that equations are fitted to, the first and one past the last. Default: the paper's; of
    own sets 4 % to 68 % of the frames there are."""
    window: int = 1
    """Frames that the film is averaged over before equations are fitted."""
    equations: bool = True
    """Fit partial differential equations and judge them; the front needs none."""
    nulls: int = 4
    """Seeds of each null model that an equation is held against."""
    seeds: int = 5
    """Of --dataset equations: draws of the noise."""
    noise: tuple[float, ...] = (0.0, 0.01, 0.05)
    """Of --dataset equations: standard deviations of the noise, in that of u."""
    seed: int = 0
    """Of the halves, and of whatever else is drawn."""
    preset: Literal["quick", "standard", "paper"] = "standard"
    """How much is run: a minute; all models, equations and nulls; large images at full size."""


class LatentWavesExperiment:
    """The experiment `latent_waves`."""

    name: ClassVar[str] = "latent_waves"
    summary: ClassVar[str] = (
        "the wave in an image set's sorted spectra: forecast from half of the images, measured on the "
        "other; its equations judged"
    )
    config_type: ClassVar[type] = Config
    cases: ClassVar[Mapping[str, str]] = CASES
    checks: ClassVar[tuple[Check, ...]] = CHECKS
    claims: ClassVar[tuple[str, ...]] = (
        "latent_waves.area_law",
        "latent_waves.front_law",
        "latent_waves.transport",
        "latent_waves.mode_transport",
        "latent_waves.narrow_overlap",
        "latent_waves.gauge_scaling",
        "latent_waves.gauge_shift",
        "latent_waves.korteweg_de_vries",
    )

    def case(self, config: Config) -> Case:
        """Return the case that the configuration names."""
        if config.dataset == EQUATIONS:
            from validation.latent_waves.known_equations import KnownEquations

            return KnownEquations(config)
        from validation.latent_waves.image_film import ImageFilm

        return ImageFilm(config)

    def verifications(self) -> Mapping[str, Callable[[], float]]:
        """Return the functions of `validation.latent_waves.verification`, by the id of their check."""
        from validation.latent_waves.verification import FUNCTIONS

        return FUNCTIONS


EXPERIMENT = LatentWavesExperiment
