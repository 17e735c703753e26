"""Candidate terms u^a d_x^k u: PySINDy's columns for a field, and which column is which term."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from numerics.latent_waves.field import Field
from theory.errors import ArgumentError
from theory.latent_waves.equations import Term

DEGREE, ORDER = 2, 3


@dataclasses.dataclass(frozen=True)
class Design:
    """The regression u_t = sum c_i term_i over all points of a field.

    Parameters
    ----------
    columns : ndarray, (points, terms)
        Each term at each point; points are x by t, row by row.
    rates : ndarray, (points,)
        u_t by differences.
    terms : tuple of Term
    """

    columns: np.ndarray
    rates: np.ndarray
    terms: tuple[Term, ...]


def pde_library(positions: np.ndarray, *, degree: int = DEGREE, order: int = ORDER) -> Any:
    """Return PySINDy's library of the paper: 1, u^a, d_x^k u, u^a d_x^k u for a <= 2, k <= 3.

    Differences of second order, one-sided at the ends.

    Parameters
    ----------
    positions : ndarray, (x,)
    degree, order : int
        Largest a and k.
    """
    import pysindy

    return pysindy.PDELibrary(
        pysindy.PolynomialLibrary(degree=degree, include_bias=False),
        derivative_order=order,
        spatial_grid=np.asarray(positions),
        include_bias=True,
    )


def library_terms(library: Any) -> tuple[Term, ...]:
    """Return the term of each column of a fitted PySINDy library, in the order of its columns.

    Read from the exponents of its functions and the orders of its derivatives, not from names.

    Parameters
    ----------
    library : pysindy.PDELibrary or pysindy.WeakPDELibrary
        Of one field in one dimension of space, with polynomials as functions, fitted.

    Raises
    ------
    ArgumentError
        For anything else.
    """
    powers = getattr(library.function_library, "powers_", None)
    if powers is None or np.shape(powers)[1] != 1:
        raise ArgumentError(
            "library",
            type(library.function_library).__name__,
            "its functions must be powers of one field, and it must be fitted",
            "pass a PolynomialLibrary and fit the model first",
        )
    orders = [int(np.sum(index)) for index in library.multiindices]
    if library.implicit_terms or any(len(index) != 1 for index in library.multiindices):
        raise ArgumentError(
            "library",
            f"derivatives {[tuple(map(int, index)) for index in library.multiindices]}",
            "must be along one dimension of space and not along time",
            "pass a field u(x, t)",
        )
    functions = [int(power[0]) for power in powers]
    constant = [Term(0, 0)] if library.include_bias else []
    pure = [Term(0, order) for order in orders]
    mixed = [Term(power, order) for order in orders for power in functions]
    terms = constant + [Term(power, 0) for power in functions] + pure
    return tuple(terms + (mixed if library.include_interaction else []))


def design(field: Field, *, degree: int = DEGREE, order: int = ORDER) -> Design:
    """Return the columns and rates of a field, by PySINDy's library and differences.

    Parameters
    ----------
    field : Field
    degree, order : int
        As `pde_library`.
    """
    from pysindy.differentiation import FiniteDifference
    from pysindy.utils import AxesArray

    library = pde_library(field.positions, degree=degree, order=order)
    data = AxesArray(field.values[:, :, None], {"ax_spatial": [0], "ax_time": 1, "ax_coord": 2})
    columns = np.asarray(library.fit_transform(data))
    # along t: the default axis of FiniteDifference is the first, which is x here
    rates = FiniteDifference(order=2, axis=1)._differentiate(data, field.time_step)
    return Design(
        columns.reshape(-1, columns.shape[-1]), np.asarray(rates).ravel(), library_terms(library)
    )
