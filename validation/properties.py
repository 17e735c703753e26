"""Hypothesis strategies: random data, starts and steps on which a law can be tried out.

Whoever adds a law tests it as ours are tested::

    from hypothesis import given
    from validation.properties import cosine_sets

    @given(cosine_sets())
    def test_my_law(cosines): ...
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from hypothesis import strategies
from hypothesis.extra import numpy as arrays_of
from hypothesis.strategies import SearchStrategy

from numerics.drum.drums import Drum, from_mask, square
from numerics.drum.forms import FORMS, Form
from numerics.images import pure_cosines
from numerics.images.image_set import image_set
from numerics.images.pure_cosines import distinct_pairs, self_conjugate
from numerics.latent_basis.class_means import ClassMeans

# S_m / S_1 is one of these over the largest of them drawn: at least 1e-2, and 1e-4 apart. Singular
# vectors are known to rounding over the gap: 1e-12, below the bars that laws are held to.
STEPS_OF_STRENGTH = (100, 10_000)


class CosineSet(NamedTuple):
    """What `numerics.images.pure_cosines` asks for."""

    image_side: int
    frequencies: list[tuple[int, int]]
    amplitudes: list[float]
    phases: list[float]

    def images(self) -> xr.Dataset:
        """Return the image set, one image a class."""
        return pure_cosines(**self._asdict())

    def singular_values(self) -> np.ndarray:
        """Return S_m = ||x_m||/p by the formula, in the order of the classes."""
        lengths = [
            a * self.image_side * (abs(np.cos(phase)) if self.is_alone(f) else np.sqrt(0.5))
            for f, a, phase in zip(self.frequencies, self.amplitudes, self.phases, strict=True)
        ]
        return np.array(lengths) / len(lengths)

    def magnitudes(self) -> np.ndarray:
        """Return |v^_f| on the support of each class: 1 on a self-conjugate frequency."""
        return np.array([1.0 if self.is_alone(f) else np.sqrt(0.5) for f in self.frequencies])

    def is_alone(self, frequency: tuple[int, int]) -> bool:
        """Whether a frequency is its own conjugate: (0, 0), for even n the three Nyquist ones."""
        return self_conjugate(frequency, self.image_side)


def image_sides(smallest: int = 2, largest: int = 7) -> SearchStrategy[int]:
    """Sides n of square images, odd and even.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(image_sides())
    ... def check(n): assert 2 <= n <= 7
    >>> check()
    """
    return strategies.integers(smallest, largest)


def _numbers(shape: tuple[int, ...]) -> SearchStrategy[np.ndarray]:
    # multiples of 1/1000: no squares that underflow, and counter-examples that can be read
    return arrays_of.arrays(float, shape, elements=strategies.integers(-2000, 2000)).map(
        lambda whole: whole / 1000
    )


def kernels(side: int) -> SearchStrategy[np.ndarray]:
    """Real kernels of image size, flattened row by row: shape (side^2,).

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(kernels(3))
    ... def check(kernel): assert kernel.shape == (9,)
    >>> check()
    """
    return _numbers((side * side,))


def images(side: int, samples: int) -> SearchStrategy[np.ndarray]:
    """Real images, none of them zero, (samples, side, side).

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(images(4, samples=3))
    ... def check(pixels): assert pixels.shape == (3, 4, 4)
    >>> check()
    """
    return _numbers((samples, side, side)).filter(lambda x: bool(x.any(axis=(1, 2)).all()))


def labels(samples: int, classes: int) -> SearchStrategy[np.ndarray]:
    """Labels 0 .. classes-1 of samples, in any order, each class at least once.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(labels(5, classes=3))
    ... def check(label): assert set(label) == {0, 1, 2} and len(label) == 5
    >>> check()
    """
    rest = strategies.lists(
        strategies.integers(0, classes - 1),
        min_size=samples - classes,
        max_size=samples - classes,
    )
    return rest.flatmap(lambda more: strategies.permutations([*range(classes), *more])).map(
        np.array
    )


@strategies.composite
def image_sets(draw: strategies.DrawFn, smallest: int = 2, largest: int = 5) -> xr.Dataset:
    """Labelled image sets of any content, as `numerics.images` returns them.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(image_sets())
    ... def check(data): assert data.sizes["y"] == data.sizes["x"]
    >>> check()
    """
    side = draw(image_sides(smallest, largest))
    classes = draw(strategies.integers(1, 3))
    samples = draw(strategies.integers(classes, 8))
    return image_set(
        draw(images(side, samples)),
        draw(labels(samples, classes)),
        name="random",
        class_names=[str(c) for c in range(classes)],
        source={"source": "validation.properties"},
    )


@strategies.composite
def cosine_sets(
    draw: strategies.DrawFn, smallest: int = 2, largest: int = 9, classes: int = 8
) -> CosineSet:
    """Sets for `numerics.images.pure_cosines`: any frequencies, amplitudes, phases.

    Odd and even sides; constant, Nyquist and paired frequencies, also negative or beyond n; 1 to
    `classes` classes, at most one a pair. Singular values are at least 1e-2 of the largest and
    1e-4 of it apart.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(cosine_sets())
    ... def check(cosines): assert cosines.singular_values().min() > 0
    >>> check()
    """
    side = draw(image_sides(smallest, largest))
    pairs = distinct_pairs(side)
    count = draw(strategies.integers(1, min(classes, len(pairs))))
    chosen = draw(strategies.permutations(pairs))[:count]
    relative = draw(
        strategies.lists(
            strategies.integers(*STEPS_OF_STRENGTH), min_size=count, max_size=count, unique=True
        )
    )
    largest_value = draw(strategies.floats(0.1, 10))
    frequencies, phases = [], []
    for pair in chosen:
        frequencies.append(_other_name(draw, pair, side))
        # at a self-conjugate frequency the image is a cos(phi): keep away from its zero
        reach = 1.0 if self_conjugate(pair, side) else np.pi
        phases.append(draw(strategies.floats(-reach, reach)) + draw(_half_turns))
    unit = CosineSet(side, frequencies, [1.0] * count, phases).singular_values()
    wanted = largest_value * np.array(relative) / max(relative)
    return CosineSet(side, frequencies, (wanted / unit).tolist(), phases)


_half_turns = strategies.sampled_from([0.0, np.pi])


def _other_name(draw: strategies.DrawFn, pair: Sequence[int], side: int) -> tuple[int, int]:
    """Return f, -f, or one of them moved by whole periods: the same cosine up to its phase."""
    sign = draw(strategies.sampled_from([1, -1]))
    periods = draw(strategies.tuples(*[strategies.integers(-1, 1)] * 2))
    u, v = (sign * component + side * k for component, k in zip(pair, periods, strict=True))
    return u, v


def start_strengths(largest: float = 0.5) -> SearchStrategy[float]:
    """A0/S of a mode, from 1e-6 to `largest`, evenly in the logarithm.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(start_strengths())
    ... def check(start): assert 0 < start <= 0.5
    >>> check()
    """
    return strategies.floats(-6.0, float(np.log10(largest))).map(
        lambda power: min(10**power, largest)
    )


def step_sizes(largest: float = 0.4) -> SearchStrategy[float]:
    """Dimensionless steps a S of gradient descent, from 1e-3 to `largest`; stable below 1.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(step_sizes())
    ... def check(step): assert 0 < step <= 0.4
    >>> check()
    """
    return strategies.floats(1e-3, largest)


def spacings(smallest: int = 3, largest: int = 24) -> SearchStrategy[int]:
    """Numbers M of spacings a side of a square drum, odd and even.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(spacings())
    ... def check(m): assert 3 <= m <= 24
    >>> check()
    """
    return strategies.integers(smallest, largest)


def wave_speeds() -> SearchStrategy[float]:
    """Wave speeds c of a drum, from 0.2 to 3.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(wave_speeds())
    ... def check(c): assert 0.2 <= c <= 3
    >>> check()
    """
    return strategies.floats(0.2, 3)


_node_distances = strategies.floats(0.1, 10)


def square_drums(smallest: int = 3, largest: int = 24) -> SearchStrategy[Drum]:
    """Square drums of any number of spacings, distance of the nodes and uniform wave speed.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(square_drums())
    ... def check(drum): assert drum.nodes == (len(drum.free) - 2) ** 2
    >>> check()
    """
    return strategies.builds(
        square, spacings(smallest, largest), spacing=_node_distances, speed=wave_speeds()
    )


def masks(largest: int = 7) -> SearchStrategy[np.ndarray]:
    """Masks of drums, (x, y), up to `largest` nodes a side: of any form, one node free at least.

    They may fall into parts: `numerics.drum.drums.from_mask` takes their largest, or all.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(masks())
    ... def check(mask): assert mask.any() and mask.dtype == bool
    >>> check()
    """
    sides = strategies.tuples(*[strategies.integers(1, largest)] * 2)
    return sides.flatmap(_masks_of)


def _masks_of(shape: tuple[int, int]) -> SearchStrategy[np.ndarray]:
    whole = np.prod(shape)
    # one node is free in any case, so nothing has to be thrown away
    free_anyway = strategies.integers(0, int(whole) - 1)
    return strategies.builds(
        lambda mask, node: mask | (np.arange(whole).reshape(shape) == node),
        arrays_of.arrays(bool, shape),
        free_anyway,
    )


@strategies.composite
def masked_drums(draw: strategies.DrawFn, largest: int = 7, *, uniform: bool = False) -> Drum:
    """Connected drums of any form, with a wave speed of their own at every node.

    Parameters
    ----------
    largest : int
        Nodes a side.
    uniform : bool
        One wave speed for all nodes.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(masked_drums())
    ... def check(drum): assert drum.nodes > 0 and drum.speed.shape == drum.free.shape
    >>> check()
    """
    shape = from_mask(draw(masks(largest)), component="largest").free
    distance = draw(_node_distances)
    if uniform:
        return Drum(shape, distance, draw(wave_speeds()))
    hundredths = draw(arrays_of.arrays(int, shape.shape, elements=strategies.integers(20, 300)))
    return Drum(shape, distance, hundredths / 100)


def nodes_of(drum: Drum) -> SearchStrategy[tuple[int, int]]:
    """Free nodes of a drum, the rim counted.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(nodes_of(square(5)))
    ... def check(node): assert 1 <= min(node) and max(node) <= 4
    >>> check()
    """
    return strategies.sampled_from([(int(x), int(y)) for x, y in np.argwhere(drum.free)])


def step_forms() -> SearchStrategy[Form]:
    """The forms of a drum's step.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(step_forms())
    ... def check(form): assert form in FORMS
    >>> check()
    """
    return strategies.sampled_from(FORMS)


def stable_steps(limit: float, share: float = 0.99) -> SearchStrategy[float]:
    """Time steps of a drum, from a millionth of its stability limit to `share` of it.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(stable_steps(2.0))
    ... def check(step): assert 0 < step < 1.99
    >>> check()
    """
    return strategies.floats(1e-6, share).map(lambda part: part * limit)


@strategies.composite
def class_means(draw: strategies.DrawFn, largest: int = 8) -> ClassMeans:
    """Class means of any number of labels, K rows of length M >= K, far from dependent.

    Singular values are from 1 to 10; the last set may be cut.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(class_means())
    ... def check(means): assert np.linalg.cond(means.means) < 11
    >>> check()
    """
    size = draw(strategies.integers(2, largest))
    count = draw(strategies.integers(2, size))
    labels = draw(strategies.integers(2, count))
    values = draw(arrays_of.arrays(float, count, elements=strategies.floats(1, 10)))
    generator = np.random.default_rng(draw(strategies.integers(0, 2**32 - 1)))
    left, right = (np.linalg.qr(generator.standard_normal((n, n)))[0] for n in (count, size))
    return ClassMeans(
        means=(left * values) @ right[:count],
        counts=np.full(count, 100),
        labels=labels,
        shares=np.full(labels, 1 / labels),
        draws=100 * labels,
        confidence=1.0,
    )


def latents(size: int, samples: int = 4) -> SearchStrategy[np.ndarray]:
    """Latents (samples, size), none of them zero.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(latents(5))
    ... def check(z): assert z.shape == (4, 5) and z.any(axis=1).all()
    >>> check()
    """
    return _numbers((samples, size)).filter(lambda z: bool(z.any(axis=1).all()))


def angles() -> SearchStrategy[float]:
    """Angles of rotations in radians, several turns either way.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(angles())
    ... def check(angle): assert abs(angle) <= 20
    >>> check()
    """
    return strategies.floats(-20, 20)
