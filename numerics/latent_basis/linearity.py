"""Effective linearity: how far the image at the middle of two latents lies from the middle of their images.

For a pair z, z' and a scale s, with z_s = z + s (z' - z)::

    d = G((z + z_s)/2) - (G(z) + G(z_s))/2,      h = (G(z_s) - G(z))/2.

The relative deviation is |d|/|h|, both as root mean squares over pairs: 0 for an affine map, sqrt(3) where
the three images have nothing to do with each other. For small s it tells smooth maps from bent ones:
|d| ~ s^2 for a smooth map (|d| = s^2 |G''|/8 + .., the remainder of Taylor's series), |d| ~ s^(3/2) for a
piecewise linear one, such as a network of ReLU: a bend lies between the two with a probability ~ s, and
then |d| ~ s. A network of many bends looks smooth until s resolves them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from numerics.images.arguments import require_integer
from numerics.latent_basis.subject import batches, require_labels, require_latents
from theory.errors import ArgumentError

SCALES = (1.0, 0.5, 0.25, 0.125, 0.0625)
PAIRS_AT_ONCE = 1024
ABOVE_ROUNDING = 10

Generate = Callable[[np.ndarray], np.ndarray]


@dataclasses.dataclass(frozen=True)
class EffectiveLinearity:
    """Deviations from the chord, between labels.

    Parameters
    ----------
    scales : ndarray, (S,)
        In the distance of a pair.
    deviations : ndarray, (S, l, l)
        Root mean square of |d| over pairs from a label (first axis of the two) to another.
    half_chords : ndarray, (S, l, l)
        Root mean square of |h|.
    rounding : float
        What |d| may be for rounding alone: the root mean square of |G| in the images' precision.
    """

    scales: np.ndarray
    deviations: np.ndarray
    half_chords: np.ndarray
    rounding: float

    @property
    def relative(self) -> np.ndarray:
        """Deviation in half a chord, (S, l, l)."""
        return self.deviations / self.half_chords

    @property
    def overall(self) -> np.ndarray:
        """Relative deviation of the pairs of all labels together, (S,)."""
        return np.sqrt(
            np.square(self.deviations).sum(axis=(1, 2))
            / np.square(self.half_chords).sum(axis=(1, 2))
        )

    @property
    def order(self) -> float:
        """Slope of log |d| against log s over the finer half of the scales, all pairs together.

        Scales where rounding has a part in |d| are left out; nan where fewer than two are left.
        """
        sizes = np.sqrt(np.square(self.deviations).mean(axis=(1, 2)))
        finer = self.scales <= np.median(self.scales)
        seen = finer & (sizes > ABOVE_ROUNDING * self.rounding)
        if np.unique(self.scales[seen]).size < 2:
            return float("nan")
        return float(np.polyfit(np.log(self.scales[seen]), np.log(sizes[seen]), 1)[0])


def effective_linearity(
    generate: Generate,
    latents: np.ndarray,
    labels: np.ndarray,
    scales: Sequence[float] = SCALES,
    *,
    pairs: int,
    generator: np.random.Generator,
) -> EffectiveLinearity:
    """Return how far a generator is from linear between latents of each label and each other.

    The pairs depend on latents, labels and `generator` alone: another network of the same latents,
    such as an untrained one, is shown the same.

    Parameters
    ----------
    generate : callable
        From latents (N, M) to images (N, ...), such as `Subject.decoded`.
    latents : ndarray, (N, M)
    labels : ndarray of int, (N,)
        Each of 0 .. l - 1 at least twice.
    scales : sequence of float
        Positive, at most 1.
    pairs : int
        For each label and each other or the same; a latent is never its own partner.

    Raises
    ------
    ArgumentError
        For bad arguments, and for a generator that makes one image of all latents of a pair of labels.
    """
    require_latents(latents, latents.shape[-1])
    require_integer("pairs", pairs, 1, None, "pass 20, say")
    steps = _require_scales(scales)
    number = int(np.max(labels)) + 1
    require_labels(labels, len(latents), number)
    starts, ends = _drawn_pairs(np.asarray(labels), number, pairs, generator)
    squares = np.zeros((2, len(steps), len(starts)))
    roundings = np.zeros(len(starts))
    for part in batches(np.arange(len(starts)), PAIRS_AT_ONCE):
        begin, end = latents[starts[part]], latents[ends[part]]
        images = generate(begin)
        roundings[part] = _rounding_squares(images)
        squares[:, :, part] = _squares(generate, begin, end, _rows(images), steps)
    sizes = np.sqrt(squares.reshape(2, len(steps), number, number, pairs).mean(axis=-1))
    _require_chords(sizes[1], steps)
    return EffectiveLinearity(steps, sizes[0], sizes[1], float(np.sqrt(roundings.mean())))


def _squares(
    generate: Generate, starts: np.ndarray, ends: np.ndarray, first: np.ndarray, scales: np.ndarray
) -> np.ndarray:
    """Return |d|^2 and |h|^2 of pairs at each scale, (2, S, N); `first` are the images of the starts."""
    squares = []
    for scale in scales:
        last = _rows(generate(starts + scale * (ends - starts)))
        middle = _rows(generate(starts + scale / 2 * (ends - starts)))
        deviation, half_chord = middle - (first + last) / 2, (last - first) / 2
        squares.append([np.square(part).sum(axis=1) for part in (deviation, half_chord)])
    return np.swapaxes(squares, 0, 1)


def _rounding_squares(images: np.ndarray) -> np.ndarray:
    kind = images.dtype if images.dtype.kind == "f" else float
    return np.square(_rows(images) * np.finfo(kind).eps).sum(axis=1)


def _rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(float)


def _drawn_pairs(
    labels: np.ndarray, number: int, pairs: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of starts and ends, `pairs` for each label and each other, the latter fastest."""
    members = [np.flatnonzero(labels == label) for label in range(number)]
    for label, rows in enumerate(members):
        if len(rows) < 2:
            raise ArgumentError(
                "labels",
                f"{len(rows)} latents of label {label}",
                "must be at least 2 of each label",
                "pass more latents",
            )
    starts, ends = [], []
    for own in members:
        for others in members:
            first = generator.integers(len(own), size=pairs)
            # of the same label: any but itself
            same = own is others
            second = generator.integers(len(others) - same, size=pairs)
            second += (second >= first) & same
            starts.append(own[first])
            ends.append(others[second])
    return np.concatenate(starts), np.concatenate(ends)


def _require_scales(scales: Sequence[float]) -> np.ndarray:
    steps = np.asarray(scales, dtype=float)
    if steps.ndim != 1 or not steps.size or not ((steps > 0) & (steps <= 1)).all():
        raise ArgumentError(
            "scales", scales, "must be positive and at most 1, one at least", "leave them out"
        )
    return steps


def _require_chords(half_chords: np.ndarray, scales: np.ndarray) -> None:
    if half_chords.all():
        return
    scale, start, end = np.argwhere(half_chords == 0)[0]
    raise ArgumentError(
        "generator",
        f"one image for all pairs of the labels {start} and {end} at the scale {scales[scale]:g}",
        "must make different images of different latents",
        "look whether it has collapsed",
    )
