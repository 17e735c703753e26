"""What a configuration means: the stream of images, what the paper did with them, and what is refused."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from numerics.images import streams
from numerics.images.stream import ImageStream
from numerics.latent_waves.field import LEAST
from numerics.latent_waves.paper_rows import PAPER_ROWS, PaperRow
from theory.errors import ArgumentError
from validation.image_options import speaking_of
from validation.latent_waves import check_table as table
from validation.latent_waves.options import require_options

if TYPE_CHECKING:
    from validation.latent_waves import Config

PATCHES, PATCH_SIDE = 40_000, 32
ENSEMBLE, QUICK_ENSEMBLE, ENSEMBLE_SIDE = 20_000, 5000, 32
POOLED = (table.STL, table.PCAM)  # 96 x 96 pixels: an eigenproblem of 9216 takes minutes
MOST_PIXELS = 4096
SLOW_WINDOW = 10  # frames: over it, R2 of u_t rises on films in which there is nothing
LEAST_FRAMES = 30  # four fifths train, one fifth is held out, and both are differentiated


@dataclasses.dataclass(frozen=True)
class Setting:
    """Images, halves and frames of a run on an image set.

    Parameters
    ----------
    name : str
        Of the case.
    stream : ImageStream
    config : Config
    """

    name: str
    stream: ImageStream
    config: Config

    @property
    def pixels(self) -> int:
        """Pixels of an image, n."""
        return math.prod(self.stream.shape)

    @property
    def as_it_comes(self) -> bool:
        """Whether a named set is whole, and its halves those that bars are stated for."""
        config = self.config
        return config.count is None and config.average in (None, 1) and config.seed == 0

    @property
    def uses_paper_film(self) -> bool:
        """Whether equations are fitted to the film that the paper fitted them to."""
        config = self.config
        chosen = (config.frames, config.p)
        return self.as_it_comes and chosen == (None, None) and config.window == 1

    @property
    def paper_row(self) -> PaperRow | None:
        """What the paper prints of the set, where its images have their full size."""
        row = PAPER_ROWS.get(self.name)
        return row if row is not None and self.stream.shape == (row.side, row.side) else None

    @property
    def windows(self) -> tuple[int, ...]:
        """Windows over which films and nulls are compared: the chosen one, and ten frames."""
        return tuple(sorted({self.config.window, SLOW_WINDOW}))

    @property
    def null_seeds(self) -> range:
        """Seeds of each null."""
        return range(self.config.seed, self.config.seed + self.config.nulls)

    @property
    def fits_equations(self) -> bool:
        """Whether equations are fitted: asked for, and with rings enough for third derivatives."""
        return self.config.equations and self.rings >= LEAST

    @property
    def compares_decompositions(self) -> bool:
        """Whether spectra from sums are held against a singular value decomposition."""
        return self.name == table.MNIST and self.config.preset != "quick"

    @property
    def rings(self) -> int:
        """Rings of the film that equations are fitted to."""
        return min(self.stream.shape) // 2

    def frames(self, rank: int) -> slice:
        """Return the frames that equations are fitted to.

        Raises
        ------
        ArgumentError
            For frames that are not there, or beyond the rank.
        """
        if self.config.frames is not None:
            chosen = slice(*self.config.frames)
        elif self.paper_row is not None:
            chosen = slice(self.paper_row.start, self.paper_row.end)
        else:
            chosen = slice(round(0.04 * self.pixels), min(rank, round(0.68 * self.pixels)))
        if chosen.stop > rank or chosen.stop - chosen.start < LEAST_FRAMES:
            raise ArgumentError(
                "--frames",
                (chosen.start, chosen.stop),
                f"must be {LEAST_FRAMES} frames or more, and end at {rank} at most: those beyond the rank "
                "of half of the images, or of their nulls, are arbitrary null vectors",
                "choose others, take more images, or pass --no-equations",
            )
        return chosen


def setting_of(config: Config) -> Setting:
    """Return the setting of a configuration that names images.

    Raises
    ------
    ArgumentError
        For images that cannot be used and options that do not belong to them.
    """
    sets = _streams(config)
    name = config.dataset if config.dataset in sets else table.OWN
    require_options(config, name)
    stream = sets[name]() if name in sets else streams.stream_of(config.dataset, scale=config.scale)
    stream = _reduced(stream, config, name)
    pixels = math.prod(stream.shape)
    if pixels > MOST_PIXELS and config.preset != "paper":
        raise ArgumentError(
            "--dataset",
            config.dataset,
            f"{stream.shape[0]} x {stream.shape[1]} pixels are more than the {MOST_PIXELS} whose "
            "eigenproblems take minutes",
            "pass --average 2, or --preset paper and hours",
        )
    return Setting(name, stream, config)


def _streams(config: Config) -> dict[str, Callable[[], ImageStream]]:
    """Return the named sets."""
    small = config.preset == "quick"
    return {
        table.DIGITS: streams.digits,
        table.PHOTOGRAPHS: lambda: streams.photographs(
            config.photograph,
            count=config.count or PATCHES,
            image_side=config.side or PATCH_SIDE,
            seed=config.seed,
        ),
        table.MNIST: streams.mnist,
        table.FASHION: streams.fashion_mnist,
        table.CIFAR: streams.cifar10,
        table.GAUSSIAN: lambda: streams.gaussian(
            config.count or (QUICK_ENSEMBLE if small else ENSEMBLE),
            image_side=config.side or ENSEMBLE_SIDE,
            alpha=config.slope,
            p=config.shape,
            seed=config.seed,
        ),
        table.EUROSAT: streams.eurosat,
        table.STL: streams.stl10,
        table.PCAM: streams.pcam,
    }


def _reduced(stream: ImageStream, config: Config, name: str) -> ImageStream:
    """Take the first images and means over blocks, where the options say so."""
    if config.count is not None and name not in (table.PHOTOGRAPHS, table.GAUSSIAN):
        with speaking_of("--count"):
            stream = stream.first(config.count)
    pooled = 2 if name in POOLED and config.preset != "paper" else 1
    average = config.average or pooled
    if average == 1:
        return stream
    with speaking_of("--average", "; 1 keeps all pixels"):
        return stream.average_pooled(average)
