"""The standard normal law: its density and distribution, and expectations that are exact.

phi is the density, Phi the distribution function. Latents are drawn from it, and the noise of an
encoder is made of it, so every law of this system is an integral over it.
"""

from collections.abc import Iterable

import sympy

from theory.errors import ArgumentError

PAPER = "Toledo-Marin, Glazier, 2021"


def density(x: sympy.Expr) -> sympy.Expr:
    """Return phi(x) = exp(-x^2/2)/sqrt(2 pi).

    Examples
    --------
    >>> density(0)
    sqrt(2)/(2*sqrt(pi))
    """
    return sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi)


def distribution(x: sympy.Expr) -> sympy.Expr:
    """Return Phi(x) = (1 + erf(x/sqrt(2)))/2."""
    return (1 + sympy.erf(x / sympy.sqrt(2))) / 2


def moment(order: int) -> sympy.Integer:
    """Return E t^order of a standard normal t: (order - 1)!! for even orders, 0 for odd ones.

    Examples
    --------
    >>> [moment(n) for n in range(7)]
    [1, 0, 1, 0, 3, 0, 15]
    """
    return sympy.factorial2(order - 1) if order % 2 == 0 else sympy.S.Zero


def expectation(expression: sympy.Expr, normals: Iterable[sympy.Symbol]) -> sympy.Expr:
    """Return the mean of a polynomial in independent standard normals, moment by moment.

    Examples
    --------
    >>> s, t = sympy.symbols("s t")
    >>> expectation((s + 2 * t) ** 2, [s, t])
    5
    """
    terms = sympy.Poly(expression, *normals).terms()
    return sympy.Add(*(c * sympy.Mul(*map(moment, powers)) for powers, c in terms))


def over_line(factor: sympy.Expr, exponent: sympy.Expr, t: sympy.Symbol) -> sympy.Expr:
    """Return the integral of factor exp(exponent) over all t, by completing the square.

    Parameters
    ----------
    factor : sympy.Expr
        Polynomial in t.
    exponent : sympy.Expr
        -a t^2/2 + b t + c with a > 0.
    t : sympy.Symbol

    Raises
    ------
    ArgumentError
        If the exponent is not of second degree in t.

    Examples
    --------
    >>> t, b = sympy.symbols("t b")
    >>> over_line(t, -(t**2) / 2 + b * t, t)
    sqrt(2)*sqrt(pi)*b*exp(b**2/2)
    """
    quadratic = sympy.Poly(exponent, t)
    if quadratic.degree() != 2:
        raise ArgumentError("exponent", str(exponent), "must be of degree 2 in t", "pass -t**2/2")
    minus_half, slope, constant = quadratic.all_coeffs()
    curvature = sympy.cancel(-2 * minus_half)
    centre = sympy.cancel(slope / curvature)
    height = sympy.cancel(constant + slope**2 / (2 * curvature))
    normal = sympy.Dummy("y", real=True)
    mean = expectation(factor.subs(t, centre + normal / sympy.sqrt(curvature)), [normal])
    return sympy.sqrt(2 * sympy.pi / curvature) * sympy.exp(height) * mean
