"""Levels in whole numbers of rectangle, square and triangles: which modes are one line, exactly."""

import itertools
import math
import numbers
from collections.abc import Callable

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.lattice import PAPER

GENERATOR = sympy.Symbol("r")
Levels = list[tuple[int, tuple[tuple[int, int], ...]]]


def rectangle_levels(p: int, q: int, count: int) -> Levels:
    """Return the lowest `count` levels s = (q m)^2 + (p n)^2 of a rectangle with a : b = p : q.

    With their modes (m, n), ascending. The eigenvalue is pi^2 s/(a q)^2. Modes of one level are
    degenerate exactly: s is a whole number.

    Raises
    ------
    ArgumentError
        Unless p, q and count are whole numbers, at least 1.

    Examples
    --------
    >>> rectangle_levels(2, 1, 3)
    [(5, ((1, 1),)), (8, ((2, 1),)), (13, ((3, 1),))]
    """
    for name, value in (("p", p), ("q", q)):
        require_positive_integer(name, value)
    return _lowest(count, lambda m, n: (q * m) ** 2 + (p * n) ** 2, scales=(q, p))


def equilateral_levels(count: int) -> Levels:
    """Return the lowest `count` levels s = m^2 + m n + n^2 of an equilateral triangle, ascending.

    With their modes: ordered (m, n), m, n >= 1. The eigenvalue is 16 pi^2 s/(9 a^2), a the side.
    Raises as `rectangle_levels`.

    Examples
    --------
    >>> equilateral_levels(3)
    [(3, ((1, 1),)), (7, ((1, 2), (2, 1))), (12, ((2, 2),))]
    """
    return _lowest(count, lambda m, n: m * m + m * n + n * n)


def right_isosceles_levels(count: int) -> Levels:
    """Return the lowest `count` levels s = m^2 + n^2 of a right isosceles triangle, ascending.

    With their modes: m > n >= 1. The eigenvalue is pi^2 s/L^2, L the legs. Raises as
    `rectangle_levels`.

    Examples
    --------
    >>> right_isosceles_levels(3)
    [(5, ((2, 1),)), (10, ((3, 1),)), (13, ((3, 2),))]
    """
    return _lowest(count, lambda m, n: m * m + n * n, lambda m, n: m > n)


def _lowest(
    count: int,
    level: Callable[[int, int], int],
    belongs: Callable[[int, int], bool] = lambda m, n: True,
    scales: tuple[int, int] = (1, 1),
) -> Levels:
    """Return the lowest levels; none is below the square of m or n, each times its scale."""
    require_positive_integer("count", count)
    highest = level(1, 1)
    while True:
        levels: dict[int, tuple[tuple[int, int], ...]] = {}
        for m, n in itertools.product(
            *(range(1, math.isqrt(highest) // scale + 1) for scale in scales)
        ):
            s = level(m, n)
            if s <= highest and belongs(m, n):
                levels[s] = (*levels.get(s, ()), (m, n))
        if len(levels) >= count:
            return sorted(levels.items())[:count]
        highest *= 2


def pairs_by_divisors(s: int) -> int:
    """Return d1(s) - d3(s) - [s is a square], d_r the number of divisors that are r modulo 4.

    Jacobi's theorem on sums of two squares, without zeros and signs: how many m, n >= 1 have m^2 + n^2 = s.

    Examples
    --------
    >>> [pairs_by_divisors(s) for s in (2, 25, 50, 65, 325)]
    [1, 2, 3, 4, 6]
    """
    require_positive_integer("s", s)
    residues = [divisor % 4 for divisor in sympy.divisors(s)]
    return residues.count(1) - residues.count(3) - (math.isqrt(s) ** 2 == s)


def hexagonal_pairs_by_divisors(s: int) -> int:
    """Return d1(s) - d2(s) - [s is a square], d_r the number of divisors that are r modulo 3.

    How many m, n >= 1 have m^2 + m n + n^2 = s: of the 6 (d1 - d2) points of the hexagonal lattice
    at that distance (Jacobi), a sixth has m >= 1, n >= 0.

    Examples
    --------
    >>> [hexagonal_pairs_by_divisors(s) for s in (3, 7, 49, 91)]
    [1, 2, 2, 4]
    """
    require_positive_integer("s", s)
    residues = [divisor % 3 for divisor in sympy.divisors(s)]
    return residues.count(1) - residues.count(2) - (math.isqrt(s) ** 2 == s)


def antisymmetric_pairs_by_divisors(s: int) -> int:
    """Return how many m > n >= 1 have m^2 + n^2 = s: half of the square's modes with m != n.

    Examples
    --------
    >>> [antisymmetric_pairs_by_divisors(s) for s in (5, 8, 50, 65)]
    [1, 0, 1, 2]
    """
    on_diagonal = s % 2 == 0 and math.isqrt(s // 2) ** 2 == s // 2
    return (pairs_by_divisors(s) - on_diagonal) // 2


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"s": 25}, {"s": 50}, {"s": 65}),
    slow_sizes=({"s": 325},),
)
def multiplicity(s: int) -> Identity:
    """(sum_m r^(m^2))^2 = sum_s (d1(s) - d3(s) - [s is a square]) r^s, up to the level s.

    Left, the coefficient of r^s counts the modes (m, n) of a square with m^2 + n^2 = s; right are
    divisors. The first triple is 50 = 1 + 49 = 25 + 25.
    """
    require_positive_integer("s", s)
    squares = sum(GENERATOR ** (m * m) for m in range(1, math.isqrt(s) + 1))
    counted = sum(pairs_by_divisors(level) * GENERATOR**level for level in range(1, s + 1))
    return Identity(
        name=f"multiplicities of the square up to {s}",
        left=squares**2,
        right=counted,
        variable=GENERATOR,
        order=s,
        derivation=(Step("one exponent m^2 for each half wave", squares),),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"s": 7}, {"s": 49}),
    slow_sizes=({"s": 91},),
)
def equilateral_multiplicity(s: int) -> Identity:
    """sum_mn r^(m^2 + m n + n^2) = sum_s (d1(s) - d2(s) - [s is a square]) r^s, up to the level s.

    Left, the coefficient of r^s counts the modes of an equilateral triangle; right are divisors.
    """
    return _multiplicity("equilateral", s, hexagonal_pairs_by_divisors, equilateral_levels)


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"s": 25}, {"s": 50}),
    slow_sizes=({"s": 85},),
)
def right_isosceles_multiplicity(s: int) -> Identity:
    """Modes m > n of one level are half of the square's, those with m = n taken away.

    The sum of r^(m^2 + n^2) over m > n >= 1, up to the level s. Left, the coefficient of r^s
    counts the modes of a right isosceles triangle; right are divisors.
    """
    return _multiplicity(
        "right isosceles", s, antisymmetric_pairs_by_divisors, right_isosceles_levels
    )


def _multiplicity(
    shape: str, s: int, count: Callable[[int], int], levels: Callable[[int], Levels]
) -> Identity:
    require_positive_integer("s", s)
    # one level more than there can be up to s, whose order the identity does not ask
    listed = sum(len(modes) * GENERATOR**level for level, modes in levels(s))
    counted = sum(count(level) * GENERATOR**level for level in range(1, s + 1))
    return Identity(
        name=f"multiplicities of the {shape} triangle up to {s}",
        left=listed,
        right=counted,
        variable=GENERATOR,
        order=s,
        derivation=(Step("one power for each mode", listed),),
    )


def require_positive_integer(name: str, value: int) -> None:
    """Raise ArgumentError unless a value is a whole number, at least 1."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ArgumentError(name, value, "must be a whole number, at least 1", "pass 1 or more")
