"""The front of images whose power depends on the place: objects on an empty ground.

Pixel a has the amplitude g_a, and covariances are g_a rho(a - b) g_b with the power spectrum
A |k|_p^(-alpha) of rho. Above the level s lie (1/n) #{a, k: g_a^2 A |k|_p^(-alpha) > s} modes (Weyl):
at bright pixels they reach further out than at dark ones, so that the front runs ahead.
"""

from collections.abc import Sequence

import sympy

from theory.claims import Bound, Identity, Reference, Step, register
from theory.fourier import symbols_of
from theory.latent_waves.counting import AREA, FRACTION, FRAME, RADIUS, front_radius
from theory.latent_waves.equations import PAPER

DECAY = sympy.Symbol("alpha", positive=True)
LEVEL, POWER_AT_ONE = sympy.symbols("s A", positive=True)


def area_fraction(amplitudes: Sequence, decay: object = 2) -> sympy.Expr:
    """Return f = (sum r)^2/(n sum r^2) with r = g^(4/alpha): the share of the area that objects fill.

    r is the squared radius that a level reaches at a pixel, up to a factor.

    Parameters
    ----------
    amplitudes : sequence of n numbers or sympy.Expr
        g_a, the root of the mean square of each pixel.
    decay : number or sympy.Expr
        alpha; at 2 f is (sum g^2)^2/(n sum g^4).

    Examples
    --------
    >>> area_fraction([3, 0, 0, 0])
    1/4
    >>> area_fraction([2, 1]), area_fraction([2, 1], decay=4)
    (25/34, 9/10)
    """
    power = sympy.Integer(4) / decay
    return _fraction([sympy.sympify(g) ** power for g in amplitudes])


def _fraction(squares: Sequence[sympy.Expr]) -> sympy.Expr:
    return sympy.Add(*squares) ** 2 / (len(squares) * sympy.Add(*(r**2 for r in squares)))


def _amplitudes(pixels: int, name: str = "g") -> list[sympy.Symbol]:
    return [sympy.Symbol(symbol.name, positive=True) for symbol in symbols_of(name, pixels)]


def local_radius(amplitude: sympy.Expr) -> sympy.Expr:
    """Return the R at which g^2 A R^(-alpha) has fallen to the level s.

    Examples
    --------
    >>> local_radius(sympy.Symbol("g", positive=True)).subs(DECAY, 2)
    sqrt(A)*g/sqrt(s)
    """
    (radius,) = sympy.solve(sympy.Eq(amplitude**2 * POWER_AT_ONE * RADIUS**-DECAY, LEVEL), RADIUS)
    return sympy.expand_power_base(radius)


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"alpha": "decay", "C_p": "disc_area"},
    sizes=({"pixels": 2}, {"pixels": 3}),
)
def front_of_objects(pixels: int = 2) -> Identity:
    """The mean square radius of the modes at a level is j/(f C_p), f = `area_fraction` at alpha.

    j is the number of modes above the level; the mean is over the modes that the level adds as it
    falls, at each pixel those of its own radius. So f is no property of the objects alone.
    """
    amplitudes = _amplitudes(pixels)
    radii = [local_radius(g) for g in amplitudes]
    counts = [AREA * radius**2 / pixels for radius in radii]
    added = [-sympy.diff(count, LEVEL) for count in counts]
    mean = sum((n * r**2 for n, r in zip(added, radii, strict=True)), sympy.S.Zero)
    law = (front_radius() ** 2).subs(
        {FRAME: sympy.Add(*counts), FRACTION: area_fraction(amplitudes, DECAY)}
    )
    return Identity(
        name=f"front over {pixels} pixels",
        left=mean / sympy.Add(*added),
        right=law,
        derivation=(
            Step("radius of the level at each pixel", sympy.Tuple(*radii)),
            Step("modes above it", sympy.Tuple(*counts)),
            Step("modes that it adds", sympy.Tuple(*added)),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), sizes=({"pixels": 2}, {"pixels": 4}))
def fraction_bound(pixels: int = 3) -> Bound:
    """The area fraction f is at most 1, for pixels of one amplitude: objects let the front run ahead.

    In r_a = g_a^(4/alpha).
    """
    squares = _amplitudes(pixels, "r")
    gaps = [(a - b) ** 2 for i, a in enumerate(squares) for b in squares[i + 1 :]]
    spread = sympy.Add(*gaps) / (pixels * sympy.Add(*(r**2 for r in squares)))
    return Bound(
        name="area fraction",
        left=_fraction(squares),
        right=sympy.S.One,
        certificate=spread,
        attained=dict.fromkeys(squares[1:], squares[0]),
        derivation=(Step("the slack, by Lagrange's identity", spread),),
    )
