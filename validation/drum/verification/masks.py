"""Drums of one's own grid: what is heard of them, how they lie, how their modes divide them."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable

import numpy as np

from numerics.drum.drums import Drum, disk, from_mask, l_shape, square, strip
from numerics.drum.estimators.peaks import fft_bin, fft_bins
from numerics.drum.modes import modes_of, operator
from numerics.drum.nodal import courant_bounds, nodal_domains
from numerics.drum.shapes import named
from numerics.drum.shapes.grid_masks import mask_of
from numerics.drum.shapes.pictures import coverage_of, drum_coverage, picture_drum
from numerics.drum.spectra.masks import mask_modes
from numerics.drum.stepping import Stepper, struck

SAMPLES = 40_000
COURANTS = (0.1, 0.5, 0.7)
TO_THE_LIMIT = (0.1, 0.5, 0.999 / np.sqrt(2))  # no mask is unstable below 1/sqrt(2)
MODES_DRAWN, BEYOND = 60, 10  # modes judged, and more of them, so that no cluster is cut off
BLOB_SIDE, BLOB_WIDTH = 30, 4.0  # nodes across, and of what its edge is smooth on


@functools.cache
def small_masks() -> dict[str, Drum]:
    """Return ten masks of up to 600 nodes by their names."""
    first, second = (mask_of(shape, 1.0) for shape in named.isospectral_pair(8.0))
    return {
        "square 13": square(13),
        "square 14": square(14),
        "disk 10": disk(10),
        "L 10": l_shape(10),
        "pair 8, first": first,
        "pair 8, second": second,
        "strip 60 x 4": strip(60, 4),
        **{f"blob {seed}": blob(seed) for seed in range(3)},
    }


@functools.cache
def large_masks() -> dict[str, Drum]:
    """Return five more, of up to 2000 nodes."""
    first, second = (mask_of(shape, 1.0) for shape in named.isospectral_pair(20.0))
    return {
        "disk 25": disk(25),
        "L 24": l_shape(24),
        "pair 20, first": first,
        "pair 20, second": second,
        "blob 3": blob(3),
    }


def blob(seed: int) -> Drum:
    """Return where a smooth random field is positive: the largest part of it."""
    from scipy import ndimage

    noise = np.random.default_rng(seed).normal(size=(BLOB_SIDE, BLOB_SIDE))
    smooth = ndimage.gaussian_filter(noise, BLOB_WIDTH, mode="constant")
    return from_mask(smooth > 0, component="largest")


# --- what is heard --------------------------------------------------------------------------------


def d41m() -> float:
    """Bins of stepped masks, struck where the lowest mode is largest, that are not the closed form's."""
    modes = [modes_of(drum) for drum in small_masks().values()]
    runs = [(one, one.loudest_node, nu * one.drum.spacing) for one in modes for nu in COURANTS]
    strikes = [struck(one.drum, place) for one, place, _ in runs]
    stepper = Stepper([one.drum for one, *_ in runs], strikes, [dt for *_, dt in runs])
    heard = fft_bins(stepper.listen([place for _, place, _ in runs], SAMPLES))
    closed = [one.lines(dt, place).fundamental_bin(SAMPLES)[0] for one, place, dt in runs]
    return float(np.count_nonzero(heard != closed))


def d41k() -> float:
    """The same of all masks' modal signals, up to the largest step that no mask is unstable at."""
    wrong = 0
    for drum in (small_masks() | large_masks()).values():
        modes = modes_of(drum)
        for nu in TO_THE_LIMIT:
            lines = modes.lines(nu * drum.spacing, modes.loudest_node)
            wrong += fft_bin(lines.signal(SAMPLES)) != lines.fundamental_bin(SAMPLES)[0]
    return float(wrong)


# --- how they lie, and how they are given ---------------------------------------------------------


def d41b() -> float:
    """Largest difference of eigenvalues, h = 1: masks turned and mirrored; an L given in three ways."""
    moves: tuple[Callable[[np.ndarray], np.ndarray], ...] = (np.rot90, np.flipud, np.transpose)
    pairs = [
        (drum, from_mask(move(drum.free))) for drum in small_masks().values() for move in moves
    ]
    pairs += [(l_shape(10), other) for other in _the_same_l(10)]
    return float(np.max([np.abs(_spectrum(a) - _spectrum(b)).max() for a, b in pairs]))


def _the_same_l(spacings: int) -> tuple[Drum, Drum, Drum]:
    """Return the L as polygon, mask and picture."""
    free = l_shape(spacings).free
    polygon = mask_of(named.l_shape(float(spacings)), 1.0)
    return polygon, from_mask(free), picture_drum(drum_coverage(coverage_of(_picture(free))))


def _picture(free: np.ndarray) -> io.BytesIO:
    """Return a PNG in which free nodes are black pixels; its rows count down."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.where(free, 0, 255).astype(np.uint8).T[::-1]).save(file, "PNG")
    file.seek(0)
    return file


def _spectrum(drum: Drum) -> np.ndarray:
    return np.linalg.eigvalsh(operator(drum).toarray())


# --- how their modes divide them ------------------------------------------------------------------


def d44() -> float:
    """Modes among the first 60 with more nodal domains than Courant allows, all masks."""
    violations = 0
    for drum in (small_masks() | large_masks()).values():
        count = min(MODES_DRAWN + BEYOND, drum.nodes - 1)
        values, vectors = mask_modes(drum, count)
        bounds = courant_bounds(values)
        for k in range(MODES_DRAWN):
            violations += nodal_domains(vectors[:, k], drum) > bounds[k]
    return float(violations)


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D41m": d41m,
    "D41k": d41k,
    "D41b": d41b,
    "D44": d44,
}
