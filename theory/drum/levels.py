"""Levels of the triangles in whole numbers: which modes are one line, decided without rounding."""

import itertools
import math
from collections.abc import Callable

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.drum.membrane import GENERATOR, pairs_by_divisors, require_positive_integer
from theory.lattice import PAPER

Levels = list[tuple[int, tuple[tuple[int, int], ...]]]


def equilateral_levels(count: int) -> Levels:
    """Return the lowest `count` levels s = m^2 + m n + n^2 of an equilateral triangle, ascending.

    With their modes: ordered (m, n), m, n >= 1. The eigenvalue is 16 pi^2 s/(9 a^2), a the side.

    Raises
    ------
    ArgumentError
        Unless count is a whole number, at least 1.

    Examples
    --------
    >>> equilateral_levels(3)
    [(3, ((1, 1),)), (7, ((1, 2), (2, 1))), (12, ((2, 2),))]
    """
    return _lowest(count, lambda m, n: m * m + m * n + n * n)


def right_isosceles_levels(count: int) -> Levels:
    """Return the lowest `count` levels s = m^2 + n^2 of a right isosceles triangle, ascending.

    With their modes: m > n >= 1. The eigenvalue is pi^2 s/L^2, L the legs.

    Raises
    ------
    ArgumentError
        Unless count is a whole number, at least 1.

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
) -> Levels:
    """Return the lowest levels; each is at least m^2 and n^2, so a square of numbers holds them all."""
    require_positive_integer("count", count)
    highest = 4
    while True:
        found = _up_to(highest, level, belongs)
        if len(found) >= count:
            return sorted(found.items())[:count]
        highest *= 2


def _up_to(
    highest: int, level: Callable[[int, int], int], belongs: Callable[[int, int], bool]
) -> dict[int, tuple[tuple[int, int], ...]]:
    levels: dict[int, tuple[tuple[int, int], ...]] = {}
    for m, n in itertools.product(range(1, math.isqrt(highest) + 1), repeat=2):
        s = level(m, n)
        if s <= highest and belongs(m, n):
            levels[s] = (*levels.get(s, ()), (m, n))
    return levels


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
