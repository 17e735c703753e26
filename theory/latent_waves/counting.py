"""How many frequencies lie within a radius, and the radius of the front that follows from it.

|k|_p = (|k0|^p + |k1|^p)^(1/p) for an integer frequency k = (k0, k1), any p > 0; C_p is the area of
|k|_p <= 1. Frame j of a sorted film uses up the j-th frequency of the lattice (`energy`), so its
radius is where the count has reached j, whatever the images are.
"""

import functools

import sympy

from theory.claims import Identity, Invariant, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.latent_waves.equations import PAPER, X
from theory.lattice import WHOLE, diamond_count

P = sympy.Symbol("p", positive=True)
AREA = sympy.Symbol("C_p", positive=True)
FRACTION = sympy.Symbol("f", positive=True)
FRAME = sympy.Symbol("j", nonnegative=True)
RADIUS, START = sympy.symbols("R R0", positive=True)

COUNT_NAMES = {
    "p": "norm",
    "C_p": "disc_area",
    "f": "area_fraction",
    "j": "frame",
    "R": "radius",
    "R0": "initial_radius",
}


@functools.cache
def quarter_disc() -> sympy.Expr:
    """Return the integral of (1 - x^p)^(1/p) over 0 < x < 1, a quarter of C_p, by the Beta function.

    Examples
    --------
    >>> quarter_disc()
    gamma(1 + 1/p)**2/gamma(1 + 2/p)
    """
    first, second = _beta_arguments()
    beta = sympy.beta(first, second).rewrite(sympy.gamma) / P
    # z Gamma(z) = Gamma(z + 1)
    return beta.subs(sympy.gamma(first), sympy.gamma(first + 1) / first)


def _beta_integrand() -> tuple[sympy.Symbol, sympy.Expr]:
    """Return y = x^p and the integrand over dy, times p."""
    y = sympy.Symbol("y", positive=True)
    position = y ** (1 / P)
    integrand = (1 - X**P) ** (1 / P)
    moved = integrand.subs(X, position) * sympy.diff(position, y) * P
    return y, sympy.powsimp(moved)


def _beta_arguments() -> tuple[sympy.Expr, sympy.Expr]:
    """Return a and b of the integrand y^(a - 1) (1 - y)^(b - 1)."""
    y, integrand = _beta_integrand()
    powers = integrand.as_powers_dict()
    return sympy.expand(powers[y] + 1), sympy.expand(powers[1 - y] + 1)


def disc_area(p: object = P) -> sympy.Expr:
    """Return C_p = 4 Gamma(1 + 1/p)^2/Gamma(1 + 2/p), the area of |k|_p <= 1.

    Parameters
    ----------
    p : positive number, sympy.oo or sympy.Expr

    Raises
    ------
    ArgumentError
        If p is not positive.

    Examples
    --------
    >>> disc_area(1), disc_area(2), disc_area(sympy.oo), disc_area(sympy.Rational(1, 2))
    (2, pi, 4, 2/3)
    """
    value = sympy.sympify(p)
    if value.is_extended_positive is not True:
        raise ArgumentError("p", p, "must be positive", "pass 2 for the Euclidean radius")
    area = 4 * quarter_disc()
    return sympy.limit(area, P, sympy.oo) if value is sympy.oo else area.subs(P, value)


@register(reference=Reference(PAPER, "", "ours"), names=COUNT_NAMES)
def area_law() -> Identity:
    """The area of |k|_p <= 1 in logarithms: ln C_p = ln 4 + 2 ln Gamma(1 + 1/p) - ln Gamma(1 + 2/p).

    4 times the integral of (1 - x^p)^(1/p), which is a Beta function of y = x^p.
    """
    _, integrand = _beta_integrand()
    first, second = _beta_arguments()
    return Identity(
        name="area of the disc of a p-norm",
        left=sympy.log(disc_area()),
        right=2 * sympy.log(2)
        + 2 * sympy.log(sympy.gamma(1 + 1 / P))
        - sympy.log(sympy.gamma(1 + 2 / P)),
        derivation=(
            Step("a quarter of the disc lies under", (1 - X**P) ** (1 / P)),
            Step("y = x^p: p times the integrand over dy", integrand),
            Step("a Beta function of", sympy.Tuple(first, second)),
            Step("so the area is", disc_area()),
        ),
    )


def cosine_count() -> sympy.Expr:
    """Return the number of integer a, b >= 0 with a/2 + b/2 <= R: the cosine modes of a patch."""
    row = sympy.Symbol("a", integer=True)
    return sympy.summation(2 * WHOLE - row + 1, (row, 0, 2 * WHOLE))


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"R": "radius"},
    sizes=({"modes": "fourier"}, {"modes": "cosine"}),
)
def lattice_count(modes: str = "fourier") -> Identity:
    """N_1(R) = 2 R^2 + 2 R + 1 frequencies with |k|_1 <= R; 2 R^2 + 3 R + 1 for cosines of a patch.

    Cosine modes (DCT-II) have frequencies (a/2, b/2), a and b >= 0: a quarter of the plane at four
    times the density. Both counts lead with C_1 R^2, C_1 = 2: one law for the radius.
    """
    counts = {"fourier": diamond_count, "cosine": cosine_count}
    if modes not in counts:
        raise ArgumentError("modes", modes, "must be fourier or cosine", "name one of them")
    edge = {"fourier": 2, "cosine": 3}[modes]
    return Identity(
        name=f"lattice points of a diamond, {modes}",
        left=counts[modes](),
        right=disc_area(1) * WHOLE**2 + edge * WHOLE + 1,
        derivation=(Step("summed row by row", counts[modes]()),),
    )


def front_radius() -> sympy.Expr:
    """Return R(j) = sqrt(j/(f C_p)), where the count f C_p R^2 has reached j.

    f = 1 for stationary images, `phase_space.area_fraction` otherwise; j + 1/2 is the middle of frame j.

    Examples
    --------
    >>> front_radius()
    sqrt(j)/(sqrt(C_p)*sqrt(f))
    """
    (radius,) = sympy.solve(sympy.Eq(_count(), FRAME), RADIUS)
    return radius


def _count() -> sympy.Expr:
    return FRACTION * AREA * RADIUS**2


@register(reference=Reference(PAPER, "Fig. 1", "sharpened"), names=COUNT_NAMES)
def front_law() -> System:
    """dR/dj = 1/(2 f C_p R): the front moves outwards as the square root of the frame.

    The rate is 1/(dN/dR) of the count N = f C_p R^2, which grows by one a frame.
    """
    rate = 1 / sympy.diff(_count(), RADIUS)
    return System(
        name="front of a sorted film",
        law={RADIUS: rate},
        time=FRAME,
        initial={RADIUS: START},
        closed_form={RADIUS: sympy.sqrt(START**2 + FRAME / (FRACTION * AREA))},
        invariants=(Invariant("count", _count(), sympy.S.One),),
        derivation=(
            Step("frequencies within R", _count()),
            Step("one a frame, so dR/dj is", rate),
            Step("from R = 0", front_radius()),
        ),
    )
