"""Image sets that the linear CNN learns mode by mode: each class a cosine, or a sum of cosines."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from numerics.images.arguments import (
    refuse_large_side,
    require_finite,
    require_image_side,
    require_integer,
)
from numerics.images.image_set import image_set
from theory.errors import ArgumentError


class Cosine(NamedTuple):
    """One term a cos(2 pi (u i + v j)/n + phi) of an image; i is the row, j the column."""

    u: int
    v: int
    amplitude: float
    phase: float


class ArgumentNames(NamedTuple):
    """The names under which the caller passed the parts of a cosine; errors speak of these."""

    frequency: str
    amplitude: str
    phase: str


def self_conjugate(frequency: tuple[int, int], image_side: int) -> bool:
    """Whether f and -f are one frequency of an n x n image, so that its coefficient is real.

    Examples
    --------
    >>> [self_conjugate(f, 16) for f in [(0, 0), (8, 0), (8, 8), (0, 4)]]
    [True, True, True, False]
    """
    u, v = frequency
    return (2 * u) % image_side == 0 and (2 * v) % image_side == 0


def distinct_pairs(image_side: int) -> list[tuple[int, int]]:
    """One frequency of each pair {f, -f} of an n x n image, self-conjugate ones included, sorted.

    There are (n^2 + s)/2 of them, with s = 4 self-conjugate frequencies for even n and 1 for odd n.

    Examples
    --------
    >>> distinct_pairs(3)
    [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]
    """
    n = require_integer("image_side", image_side, 1, None, "pass 16, say")
    return [(u, v) for u in range(n) for v in range(n) if (u, v) == _representative((u, v), n)]


def pure_cosines(
    *,
    image_side: int = 16,
    frequencies: Sequence[tuple[int, int]] = ((0, 0), (5, 2), (1, 7), (0, 4)),
    amplitudes: Sequence[float] = (1.5, 1.0, 0.5, 0.2),
    phases: Sequence[float] | None = None,
) -> xr.Dataset:
    """Classes of one image each: image m is a_m cos(2 pi (u_m i + v_m j)/n + phi_m).

    Parameters
    ----------
    image_side : int
        n, pixels along a side, at least 2.
    frequencies : sequence of (u, v)
        Cycles per image along rows i and columns j; no two classes on one pair {f, -f} modulo n.
    amplitudes : sequence of float
        a_m > 0, dimensionless.
    phases : sequence of float, optional
        phi_m in radians; 0 by default.

    Returns
    -------
    Dataset
        `image` (sample, y, x) and `label` (sample,), one sample a class.

    Raises
    ------
    ArgumentError
        On lengths that differ, numbers out of range, a pair used twice, an image that is zero.

    Examples
    --------
    >>> pure_cosines(image_side=4, frequencies=[(0, 1)], amplitudes=[2]).image.values[0, 0].round(9)
    array([ 2.,  0., -2., -0.])
    """
    frequencies = _entries("frequencies", frequencies)
    amplitudes = _entries("amplitudes", amplitudes)
    phases = [0.0] * len(frequencies) if phases is None else _entries("phases", phases)
    for argument, values in (("amplitudes", amplitudes), ("phases", phases)):
        if len(values) != len(frequencies):
            raise ArgumentError(
                argument,
                values,
                f"must have one entry for each of the {len(frequencies)} frequencies, "
                f"has {len(values)}",
                "give all of them the same length",
            )
    names = ArgumentNames("frequencies", "amplitudes", "phases")
    n = require_image_side(image_side)
    classes = [
        [checked_cosine(frequency, amplitude, phase, names)]
        for frequency, amplitude, phase in zip(frequencies, amplitudes, phases, strict=True)
    ]
    return _set_of_sums(n, classes, names, "pure_cosines")


def cosine_sums(
    image_side: int, classes: Sequence[Sequence[tuple[int, int, float, float]]]
) -> xr.Dataset:
    """Classes of one image each: image m is the sum of its terms a cos(2 pi (u i + v j)/n + phi).

    Parameters
    ----------
    image_side : int
        n, pixels along a side, at least 2.
    classes : sequence of sequences of (u, v, amplitude, phase)
        Terms of each class: cycles per image along rows and columns, a > 0, phi in radians.
        No pair {f, -f} modulo n stands twice, in one class or in two.

    Returns
    -------
    Dataset
        `image` (sample, y, x) and `label` (sample,), one sample a class.

    Raises
    ------
    ArgumentError
        On a class without terms, numbers out of range, a pair used twice, a term that is zero.

    Examples
    --------
    >>> cosine_sums(4, [[(0, 0, 1, 0), (0, 1, 1, 0)], [(1, 0, 1, 0)]]).image.values[0, 0].round(9)
    array([2., 1., 0., 1.])
    """
    n = require_image_side(image_side)
    names = ArgumentNames("classes", "classes", "classes")
    cosines = []
    for number, terms in enumerate(_entries("classes", classes)):
        if not isinstance(terms, Sequence | np.ndarray) or len(terms) == 0:
            raise ArgumentError(
                "classes",
                terms,
                f"class {number} must be a sequence of at least one (u, v, amplitude, phase)",
                "give each class its terms, such as [(5, 2, 1.0, 0.0)]",
            )
        for term in terms:
            if not isinstance(term, Sequence | np.ndarray) or len(term) != 4:
                raise ArgumentError(
                    "classes",
                    term,
                    f"each term of class {number} must be (u, v, amplitude, phase)",
                    "write (5, 2, 1.0, 0.0), say",
                )
        cosines.append([checked_cosine((u, v), a, phase, names) for u, v, a, phase in terms])
    return _set_of_sums(n, cosines, names, "cosine_sums")


def _entries(argument: str, values: object) -> list:
    """`values` as a list with one entry a class."""
    if not isinstance(values, Sequence | np.ndarray) or isinstance(values, str):
        raise ArgumentError(
            argument, values, "must be a sequence with one entry a class", "write a list"
        )
    return list(values)


def _representative(frequency: tuple[int, int], n: int) -> tuple[int, int]:
    """Smaller one of f and -f, both reduced modulo n."""
    u, v = frequency
    return min((u % n, v % n), (-u % n, -v % n))


def checked_cosine(
    frequency: object, amplitude: object, phase: object, names: ArgumentNames
) -> Cosine:
    """One term, its numbers checked."""
    pair = frequency if isinstance(frequency, Sequence | np.ndarray) else ()
    if len(pair) != 2 or isinstance(pair, str):
        raise ArgumentError(
            names.frequency, frequency, "each frequency must be (u, v)", "write (5, 2), say"
        )
    u, v = (_integer_frequency(component, names.frequency) for component in pair)
    a = _finite(names.amplitude, amplitude)
    if a <= 0:
        raise ArgumentError(
            names.amplitude,
            amplitude,
            "each amplitude must be positive",
            "for a negative one use the phase pi; leave out a class that is zero",
        )
    return Cosine(u, v, a, _finite(names.phase, phase))


def _integer_frequency(value: object, argument: str) -> int:
    """Cycles per image as an int; 5.0 counts as 5."""
    number = _finite(argument, value)
    if not number.is_integer():
        raise ArgumentError(
            argument,
            value,
            "each component must be a whole number of cycles per image",
            "round it: a fractional frequency is no mode of the image",
        )
    # An int passes as it is: a float would lose its last digits beyond 2^53.
    return int(value)  # type: ignore[call-overload]


def _finite(argument: str, value: object) -> float:
    """`value` as a finite float."""
    return require_finite(
        argument, value, "each number must be finite and real", "replace this entry"
    )


def _set_of_sums(
    n: int, classes: list[list[Cosine]], names: ArgumentNames, source: str
) -> xr.Dataset:
    """Image set with one image a class, the sum of the class's cosines."""
    if not classes:
        raise ArgumentError(
            names.frequency, classes, "must have at least one class", "pass [(5, 2)], say"
        )
    refuse_large_side(n, len(classes))
    _refuse_shared_pairs(n, classes, names.frequency)
    _refuse_zero_terms(n, classes, names.phase)
    images = np.stack([sum(rendered(term, n) for term in terms) for terms in classes])
    return image_set(
        images,
        np.arange(len(classes)),
        name=source,
        class_names=[" + ".join(f"({t.u}, {t.v})" for t in terms) for terms in classes],
        source={
            "source": source,
            "image_side": n,
            "classes": [[term._asdict() for term in terms] for terms in classes],
        },
    )


def rendered(term: Cosine, n: int) -> np.ndarray:
    """Image (n, n) of one cosine."""
    row, column = np.arange(n)[:, None], np.arange(n)[None, :]
    # Reduced modulo n in integers, so that the angle is as exact at (15, 15) as at the origin.
    cycles = ((term.u % n) * row + (term.v % n) * column) % n
    return term.amplitude * np.cos(2 * np.pi * cycles / n + term.phase)


def _refuse_shared_pairs(n: int, classes: list[list[Cosine]], argument: str) -> None:
    """Each pair {f, -f} belongs to one term: two on one pair would not be two modes."""
    owner: dict[tuple[int, int], int] = {}
    for number, terms in enumerate(classes):
        for term in terms:
            u, v = _representative((term.u, term.v), n)
            if (u, v) in owner:
                first = owner[u, v]
                shared = (
                    f"class {number} uses it twice"
                    if first == number
                    else f"classes {first} and {number} share it"
                )
                raise ArgumentError(
                    argument,
                    (term.u, term.v),
                    f"modulo {n} this is the pair {{({u}, {v}), ({-u % n}, {-v % n})}}, "
                    f"and {shared}; each pair may be used once",
                    "choose another frequency",
                )
            owner[u, v] = number


def _refuse_zero_terms(n: int, classes: list[list[Cosine]], argument: str) -> None:
    """At a self-conjugate frequency the image is +-a cos(phi): nothing is left at phi = pi/2."""
    for number, terms in enumerate(classes):
        for term in terms:
            if self_conjugate((term.u, term.v), n) and abs(math.cos(term.phase)) < 1e-9:
                raise ArgumentError(
                    argument,
                    term.phase,
                    f"class {number} is zero there: at ({term.u}, {term.v}), which is its own "
                    f"conjugate modulo {n}, the image is a cos(phase)",
                    "choose a phase away from pi/2, such as 0",
                )
