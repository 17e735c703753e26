"""The heat trace Z(t) = sum_k exp(-lambda_k t), and Weyl's count of the eigenvalues.

Z(t) is A/(4 pi t) - P/(8 sqrt(pi t)) + C at short times t (length^2): A is the area, P the perimeter,
C a constant of corners and holes. The constants of any corner and of smooth walls are quoted;
`lattice_trace` derives all three terms where the spectrum is exact. N(lambda) is the number of
eigenvalues up to lambda, Lambda the largest of a list.
"""

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.drum.shapes import OPENING, RADIUS, THETA
from theory.lattice import PAPER

AREA, PERIMETER, TIME, EIGENVALUE, LARGEST = sympy.symbols("A P t lambda Lambda", positive=True)
CONSTANT = sympy.Symbol("C", real=True)
ANGLE = sympy.Symbol("w", positive=True)
HOLES = sympy.Symbol("g", integer=True, nonnegative=True)
CORNERS = sympy.Symbol("k", integer=True, positive=True)

HEAT_NAMES = {
    "A": "area",
    "P": "perimeter",
    "C": "constant",
    "t": "heat_time",
    "lambda": "eigenvalue",
    "Lambda": "largest_eigenvalue",
    "R": "radius",
}


def heat_expansion() -> sympy.Expr:
    """Return A/(4 pi t) - P/(8 sqrt(pi t)) + C, the heat trace of a drum at short times.

    Examples
    --------
    >>> heat_expansion()
    A/(4*pi*t) + C - P/(8*sqrt(pi)*sqrt(t))
    """
    return AREA / (4 * sympy.pi * TIME) - PERIMETER / (8 * sympy.sqrt(sympy.pi * TIME)) + CONSTANT


def corner_constant() -> sympy.Expr:
    """Return (pi^2 - w^2)/(24 pi w), what a corner of inner angle w (radian) adds to C.

    Quoted: Kac, American Mathematical Monthly 73, 1966; the form is D. B. Ray's.

    Examples
    --------
    >>> corner_constant().subs(ANGLE, sympy.pi / 2)
    1/16
    """
    return (sympy.pi**2 - ANGLE**2) / (24 * sympy.pi * ANGLE)


def arc_constant() -> sympy.Expr:
    """Return beta/(12 pi), what an arc of opening beta (radian) adds to C.

    It is the limit of many blunt corners, each of the turn pi - w; their turns add up to beta.

    Examples
    --------
    >>> arc_constant()
    beta/(12*pi)
    """
    return OPENING * sympy.limit(corner_constant() / (sympy.pi - ANGLE), ANGLE, sympy.pi)


def smooth_constant() -> sympy.Expr:
    """Return (1 - g)/6, the constant C of a drum with smooth walls and g holes.

    Quoted: McKean and Singer, Journal of Differential Geometry 1, 1967.
    """
    return (1 - HOLES) / sympy.Integer(6)


def curvature_term(curvature: sympy.Expr, arc: sympy.Expr) -> sympy.Expr:
    """Return sqrt(t)/(256 sqrt(pi)) times the integral of curvature^2 along a closed smooth wall.

    `curvature` (1/length) and `arc` (length a radian) depend on theta from 0 to 2 pi. Quoted:
    Stewartson and Waechter, Proceedings of the Cambridge Philosophical Society 69, 1971.
    """
    along = sympy.integrate(curvature**2 * arc, (THETA, 0, 2 * sympy.pi))
    return sympy.sqrt(TIME) / (256 * sympy.sqrt(sympy.pi)) * along


@register(reference=Reference(PAPER, "", "ours"), names={"k": "corners"})
def regular_polygon_constant() -> Identity:
    """C = (k - 1)/(6 (k - 2)) for the regular polygon of k corners: 1/3, 1/4, ..., towards 1/6.

    1/6 is the constant of a smooth drum without holes: corners that open add up to a curve.
    """
    inner = sympy.pi - 2 * sympy.pi / CORNERS
    return Identity(
        name="constant of a regular polygon",
        left=CORNERS * corner_constant().subs(ANGLE, inner),
        right=(CORNERS - 1) / (6 * (CORNERS - 2)),
        given=(sympy.Gt(CORNERS, 2),),
        derivation=(Step("inner angle", inner),),
    )


@register(reference=Reference(PAPER, "", "ours"), names=HEAT_NAMES)
def disk_heat_trace() -> Identity:
    """Z(t) = R^2/(4t) - sqrt(pi) R/(4 sqrt(t)) + 1/6 + sqrt(pi t)/(128 R) + ... for the disk.

    The formula of smooth walls (quoted) with the disk's area, perimeter and curvature 1/R.
    """
    disk = {AREA: sympy.pi * RADIUS**2, PERIMETER: 2 * sympy.pi * RADIUS}
    walls = heat_expansion().subs(disk).subs(CONSTANT, smooth_constant().subs(HOLES, 0))
    bent = curvature_term(1 / RADIUS, RADIUS)
    return Identity(
        name="heat trace of the disk",
        left=TIME * (walls + bent),
        right=RADIUS**2 / 4
        - sympy.sqrt(sympy.pi * TIME) * RADIUS / 4
        + TIME / 6
        + TIME * sympy.sqrt(sympy.pi * TIME) / (128 * RADIUS),
        derivation=(
            Step("area, perimeter, no hole", walls),
            Step("the wall's curvature", bent),
        ),
    )


# --- Weyl's law


def weyl_count() -> sympy.Expr:
    """Return A lambda/(4 pi) - P sqrt(lambda)/(4 pi) + C, how many eigenvalues are below lambda.

    The mean of the staircase N(lambda), not a bound of it.

    Examples
    --------
    >>> weyl_count()
    A*lambda/(4*pi) + C - P*sqrt(lambda)/(4*pi)
    """
    inside, rim = AREA * EIGENVALUE, PERIMETER * sympy.sqrt(EIGENVALUE)
    return inside / (4 * sympy.pi) - rim / (4 * sympy.pi) + CONSTANT


@register(reference=Reference(PAPER, "", "ours"), names=HEAT_NAMES)
def weyl_transform() -> Identity:
    """The Laplace transform of Weyl's count, times t, is the heat trace, term by term.

    Z(t) = t int_0^oo N(lambda) exp(-lambda t) dlambda holds for the staircase itself.
    """
    decay = sympy.exp(-EIGENVALUE * TIME)
    transformed = sympy.integrate(weyl_count() * decay, (EIGENVALUE, 0, sympy.oo))
    return Identity(
        name="Weyl's count and the heat trace",
        left=TIME * transformed,
        right=heat_expansion(),
        derivation=(Step("Laplace transform of the count", transformed),),
    )


def spectral_tail() -> sympy.Expr:
    """Return (A/4 pi) exp(-Lambda t)/t - (P/8 pi) sqrt(pi/t) erfc(sqrt(Lambda t)).

    What the eigenvalues above Lambda, which a short list lacks, add to Z(t) in the mean.
    """
    root = sympy.sqrt(LARGEST * TIME)
    inside = AREA / (4 * sympy.pi) * sympy.exp(-LARGEST * TIME) / TIME
    rim = PERIMETER / (8 * sympy.pi) * sympy.sqrt(sympy.pi / TIME) * sympy.erfc(root)
    return inside - rim


@register(reference=Reference(PAPER, "", "ours"), names=HEAT_NAMES)
def tail_of_trace() -> Identity:
    """int_Lambda^oo exp(-lambda t) N'(lambda) dlambda, N Weyl's count, is `spectral_tail`."""
    density = sympy.diff(weyl_count(), EIGENVALUE)
    decay = sympy.exp(-EIGENVALUE * TIME)
    tail = sympy.integrate(density * decay, (EIGENVALUE, LARGEST, sympy.oo))
    return Identity(
        name="tail of the heat trace",
        left=tail.replace(sympy.erf, lambda z: 1 - sympy.erfc(z)),
        right=spectral_tail(),
        derivation=(Step("Weyl's density", density), Step("integrated", tail)),
    )
