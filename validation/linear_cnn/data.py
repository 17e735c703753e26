"""From a configuration to images; which case it is, as checks name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numerics import images as image_room
from validation.image_sets import NAMED, LoadedImages, NamedSet, is_as_named, load_images

if TYPE_CHECKING:
    from validation.linear_cnn import Config

# two classes whose images are sums of cosines, (u, v, amplitude, phase) each; the paper's are lost
SUMS_OF_COSINES = (
    ((0, 3, 1.0, 0.3), (2, 5, 0.8, 1.1), (4, 1, 0.5, -0.7), (6, 6, 0.3, 2.0)),
    ((1, 1, 0.6, 0.0), (3, 7, 0.5, 0.5), (7, 2, 0.2, 1.0)),
)


def _sets(config: Config) -> dict[str, NamedSet]:
    """Return all names that `--dataset` knows, with the cosines that the options describe."""

    def pure_cosines(_: str):
        return image_room.pure_cosines(
            image_side=config.image_side,
            frequencies=config.frequencies,
            amplitudes=config.amplitudes,
            phases=config.phases,
        )

    def sums_of_cosines(_: str):
        return image_room.cosine_sums(16, SUMS_OF_COSINES)

    return NAMED | {
        "pure_cosines": NamedSet(pure_cosines, has_test=False),
        "sums_of_cosines": NamedSet(sums_of_cosines, has_test=False),
    }


def images_of(config: Config) -> LoadedImages:
    """Return the image set of a configuration, with its options applied.

    Raises
    ------
    ArgumentError
        For a set that cannot be used.
    """
    return load_images(config, _sets(config))


def case_name(config: Config) -> str:
    """Return the case of a configuration, as checks name it; a changed set is no longer the named one."""
    if config.measured is not None:
        return "measured run"
    if config.predict_only:
        return "forecast"
    named = _sets(config).get(config.dataset)
    plain = named is not None and is_as_named(config, named)
    aligned = config.dataset == "pure_cosines" and config.init != "random"
    if config.kernels != 1 or (config.layers != 1 and not aligned):
        plain = False
    known = config.dataset if plain else "FILE"
    start = ", random start" if known == "pure_cosines" and not aligned else ""
    depth = ", deep" if config.layers != 1 and aligned and plain else ""
    pace = {"full_batch": "", "online": ", online", "mini_batch": ", mini-batch"}[config.gradient]
    return known + start + depth + pace
