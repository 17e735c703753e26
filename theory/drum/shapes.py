"""Round drums: the exact spectra of disk, sector and annulus, by separation.

In polar coordinates (r, theta) a mode is an angular part times a Bessel function, whose zeros stay
unevaluated: s = R sqrt(lambda) is one of them, R the (outer) radius, n the order, beta the opening of a
sector (radian), rho the inner radius of an annulus over the outer.
"""

import numbers

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.drum.membrane import COLUMN
from theory.errors import ArgumentError
from theory.lattice import PAPER

RADIUS, DISTANCE, ZERO, OPENING = sympy.symbols("R r s beta", positive=True)
HOLE = sympy.Symbol("rho", positive=True)
THETA, TURN = sympy.symbols("theta phi", real=True)
ORDER = sympy.Symbol("n", integer=True, nonnegative=True)
WAVE_X, WAVE_Y = sympy.symbols("p q", real=True)

ROUND_SHAPES = ("disk", "sector", "annulus")
ROUND_NAMES = {
    "R": "radius",
    "r": "distance",
    "s": "zero",
    "n": "angular_order",
    "beta": "opening",
    "rho": "radius_ratio",
}


def polar_laplacian(field: sympy.Expr) -> sympy.Expr:
    """Return u_rr + u_r/r + u_theta theta/r^2, of a field of r and theta."""
    radial = sympy.diff(DISTANCE * sympy.diff(field, DISTANCE), DISTANCE) / DISTANCE
    return radial + sympy.diff(field, THETA, 2) / DISTANCE**2


@register(reference=Reference(PAPER, "", "ours"), names=ROUND_NAMES)
def polar_coordinates() -> Identity:
    """The Laplacian in polar coordinates, asked on exp(p x + q y): (p^2 + q^2) times the same.

    Any p and q, so it holds for every field that such exponentials make up.
    """
    x, y = DISTANCE * sympy.cos(THETA), DISTANCE * sympy.sin(THETA)
    wave = sympy.exp(WAVE_X * x + WAVE_Y * y)
    return Identity(
        name="Laplacian in polar coordinates",
        left=polar_laplacian(wave),
        right=(WAVE_X**2 + WAVE_Y**2) * wave,
        derivation=(Step("an exponential in polar coordinates", wave),),
    )


def radial_part(shape: str) -> sympy.Expr:
    """Return the factor in r of the modes of a round drum.

    J_n(s r/R) for the disk, J_nu(s r/R) with nu = n pi/beta for the sector, and
    J_n(s) Y_n(s r/R) - J_n(s r/R) Y_n(s) for the annulus, which is zero on the outer wall.

    Parameters
    ----------
    shape : {"disk", "sector", "annulus"}

    Raises
    ------
    ArgumentError
        For any other shape.

    Examples
    --------
    >>> radial_part("disk")
    besselj(n, r*s/R)
    """
    if shape not in ROUND_SHAPES:
        raise ArgumentError("shape", shape, f"must be one of {', '.join(ROUND_SHAPES)}", "name one")
    inside = ZERO * DISTANCE / RADIUS
    first, second = sympy.besselj, sympy.bessely
    if shape == "annulus":
        return first(ORDER, ZERO) * second(ORDER, inside) - first(ORDER, inside) * second(
            ORDER, ZERO
        )
    return first(ORDER if shape == "disk" else COLUMN * sympy.pi / OPENING, inside)


def zero_condition(shape: str) -> sympy.Expr:
    """Return what is zero at s = R sqrt(lambda): the radial part on the wall that it does not know.

    That is r = R for disk and sector, r = rho R (0 < rho < 1) for the annulus. Orders are
    n = 0, 1, 2, ..., for the sector n = 1, 2, ...

    Examples
    --------
    >>> zero_condition("sector")
    besselj(pi*n/beta, s)
    >>> zero_condition("annulus")
    besselj(n, s)*bessely(n, rho*s) - besselj(n, rho*s)*bessely(n, s)
    """
    return radial_part(shape).subs(DISTANCE, RADIUS * (HOLE if shape == "annulus" else 1))


def round_eigenvalue() -> sympy.Expr:
    """Return (s/R)^2, the eigenvalue of a round drum (1/length^2)."""
    return (ZERO / RADIUS) ** 2


def angular_parts(shape: str, n: int) -> tuple[sympy.Expr, ...]:
    """Return the independent factors in theta at order n, as many as the eigenvalue is fold.

    Raises
    ------
    ArgumentError
        For another shape, or an order that the shape does not have.

    Examples
    --------
    >>> angular_parts("disk", 0), angular_parts("disk", 2), angular_parts("sector", 1)
    ((1,), (cos(2*theta), sin(2*theta)), (sin(pi*theta/beta),))
    """
    if shape not in ROUND_SHAPES:
        raise ArgumentError("shape", shape, f"must be one of {', '.join(ROUND_SHAPES)}", "name one")
    if not isinstance(n, numbers.Integral) or n < (shape == "sector"):
        raise ArgumentError(
            "n", n, "must be whole, from 0 on, for a sector from 1 on", "name an order"
        )
    if shape == "sector":
        return (sympy.sin(n * sympy.pi * THETA / OPENING),)
    return (sympy.S.One,) if n == 0 else (sympy.cos(n * THETA), sympy.sin(n * THETA))


@register(reference=Reference(PAPER, "", "ours"), names=ROUND_NAMES)
def double_orders() -> Identity:
    """The Wronskian of cos(n theta) and sin(n theta) is n: two angular parts, except for n = 0."""
    parts = angular_parts("disk", 1)
    parts = tuple(part.subs(THETA, ORDER * THETA) for part in parts)
    return Identity(
        name="modes of one order",
        left=sympy.Matrix([parts, [sympy.diff(part, THETA) for part in parts]]).det(),
        right=ORDER,
        derivation=(Step("both solve g'' = -n^2 g and close on the circle", sympy.Tuple(*parts)),),
    )


def round_mode(shape: str) -> sympy.Expr:
    """Return a mode of a round drum; cos(n (theta - phi)) stands for both angular parts."""
    if shape == "sector":
        return radial_part(shape) * sympy.sin(COLUMN * sympy.pi * THETA / OPENING)
    return radial_part(shape) * sympy.cos(ORDER * (THETA - TURN))


def _with_two_orders(expression: sympy.Expr) -> sympy.Expr:
    """Write Bessel functions of orders nu - 2 ... nu + 2 in those of nu and nu - 1.

    f(nu + 1) = (2 nu/z) f(nu) - f(nu - 1), which J and Y obey.
    """
    nu, z = _radial_order(expression), ZERO * DISTANCE / RADIUS
    for function in (sympy.besselj, sympy.bessely):
        below, here = function(nu - 1, z), function(nu, z)
        above = 2 * nu / z * here - below
        expression = expression.xreplace(
            {
                function(nu - 2, z): 2 * (nu - 1) / z * below - here,
                function(nu + 1, z): above,
                function(nu + 2, z): 2 * (nu + 1) / z * above - here,
            }
        )
    return expression


def _radial_order(expression: sympy.Expr) -> sympy.Expr:
    """Return the order of the Bessel functions of r: n, or n pi/beta in a sector."""
    return COLUMN * sympy.pi / OPENING if expression.has(OPENING) else ORDER


@register(
    reference=Reference(PAPER, "", "ours"),
    names=ROUND_NAMES,
    sizes=tuple({"shape": shape} for shape in ROUND_SHAPES),
)
def polar_mode(shape: str) -> Identity:
    """-Laplacian(phi) = (s/R)^2 phi for the modes of disk, sector and annulus.

    phi is `radial_part` times an angular part; it is zero on the walls where s is a zero of
    `zero_condition`, and on the straight walls of a sector for every s.
    """
    mode = round_mode(shape)
    return Identity(
        name=f"a mode of the {shape}",
        left=-_with_two_orders(polar_laplacian(mode)),
        right=round_eigenvalue() * mode,
        derivation=(
            Step("u = Z(r) g(theta), g'' = -nu^2 g, leaves Bessel's equation with nu", mode),
            Step("zero on the wall", zero_condition(shape)),
        ),
    )
