"""Films whose equations are known: exact solutions, sampled, to try an instrument on."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping

import numpy as np
import sympy
from sympy import Rational

from numerics.lambdify import lambdify
from numerics.latent_waves.field import Field
from theory.errors import ArgumentError
from theory.latent_waves import known_equations
from theory.latent_waves.equations import Equation, T, X
from theory.latent_waves.known_equations import NU, S1, S2, C
from theory.latent_waves.solution import Solution


@dataclasses.dataclass(frozen=True)
class KnownFilm:
    """A field without noise and the equation that it obeys.

    Parameters
    ----------
    name : str
    field : Field
    equation : Equation
        With numbers as coefficients.
    """

    name: str
    field: Field
    equation: Equation

    def with_noise(self, share: float, generator: np.random.Generator) -> Field:
        """Return the field with white noise of this share of the standard deviation of u."""
        values = self.field.values
        noise = share * values.std() * generator.standard_normal(values.shape)
        return Field(values + noise, self.field.positions, self.field.times)


@dataclasses.dataclass(frozen=True)
class Sampling:
    """A solution with the values of its parameters, and the ends and points of its grid.

    Parameters
    ----------
    solution : callable
        Returns the solution; not called before the film is wanted.
    values : mapping of sympy.Symbol to number
    along_x, along_t : (float, float, int)
    """

    solution: Callable[[], Solution]
    values: Mapping[sympy.Symbol, sympy.Expr]
    along_x: tuple[float, float, int]
    along_t: tuple[float, float, int]


SAMPLINGS = {
    "advection": Sampling(
        known_equations.advection, {C: Rational(7, 10)}, (-5, 8, 128), (0, 4, 101)
    ),
    "burgers": Sampling(
        lambda: known_equations.burgers((Rational(3, 2), Rational(1, 2))),
        {NU: Rational(1, 10), S1: Rational(-3), S2: Rational(0)},
        (-5, 5, 256),
        (0, 4, 161),
    ),
    "korteweg_de_vries": Sampling(
        lambda: known_equations.korteweg_de_vries((Rational(1), Rational(3, 5))),
        {S1: Rational(6), S2: Rational(1)},
        (-12, 14, 512),
        (0, 3, 301),
    ),
    "modified_korteweg_de_vries": Sampling(
        lambda: known_equations.modified_korteweg_de_vries((Rational(6, 5), Rational(7, 10))),
        {S1: Rational(5), S2: Rational(1)},
        (-10, 14, 512),
        (0, 5, 301),
    ),
}
"""Wave numbers, speeds and grids."""

KNOWN_FILMS = tuple(SAMPLINGS)


@functools.cache
def known_film(name: str) -> KnownFilm:
    """Return one of the films of `KNOWN_FILMS`: advection, Burgers, KdV, modified KdV.

    Raises
    ------
    ArgumentError
        For another name.

    Examples
    --------
    >>> known_film("burgers").equation
    u_t = -u u_x + 1/10 u_xx
    """
    if name not in SAMPLINGS:
        raise ArgumentError("name", name, f"must be among {', '.join(SAMPLINGS)}", "choose one")
    sampling = SAMPLINGS[name]
    solution = sampling.solution()
    equation = Equation({term: c.subs(sampling.values) for term, c in solution.equation.parts})
    positions, times = np.linspace(*sampling.along_x), np.linspace(*sampling.along_t)
    sample = lambdify(solution.expression().subs(sampling.values), (X, T))
    values = sample(positions[:, None], times[None, :])
    values.setflags(write=False)  # shared by all who ask
    return KnownFilm(name, Field(values, positions, times), equation)
