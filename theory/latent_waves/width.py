"""How far finitely many images smear a mode over its neighbours in the sorted film.

m images of a stationary Gaussian ensemble with the power S ~ |k|_p^(-alpha). The sample eigenvector
j overlaps the population mode s, both numbered in the order of power; n/m is fixed (Ledoit, Peche,
2011, for the overlap of sample and population eigenvectors, which is taken from there).
"""

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.latent_waves.counting import AREA, RADIUS
from theory.latent_waves.equations import PAPER

ALPHA, IMAGES = sympy.symbols("alpha m", positive=True)
MODE = sympy.Symbol("s", positive=True)
FRAME = sympy.Symbol("j", positive=True)
WIDTH = sympy.Symbol("G", positive=True)
POWER_AT_ONE = sympy.Symbol("A", positive=True)

WIDTH_NAMES = {"alpha": "decay", "m": "images", "s": "mode", "j": "frame", "G": "width"}


def power_spectrum(mode: sympy.Expr = MODE) -> sympy.Expr:
    """Return lambda(s) = A R^(-alpha) at the radius R = sqrt(s/C_p) of mode s."""
    return POWER_AT_ONE * (mode / AREA) ** (-ALPHA / 2)


def lorentzian(
    mode: sympy.Expr = MODE, frame: sympy.Expr = FRAME, width: sympy.Expr = WIDTH
) -> sympy.Expr:
    """Return (1/pi) G/((s - j)^2 + G^2), the share of mode s in frame j."""
    return width / (sympy.pi * ((mode - frame) ** 2 + width**2))


def width() -> sympy.Expr:
    """Return G(j) = (pi/m) (lambda/lambda')^2 = 4 pi j^2/(alpha^2 m), in modes.

    Half width at half maximum, and the median of |s - j| (`lorentzian_share`).

    Examples
    --------
    >>> width()
    4*pi*j**2/(alpha**2*m)
    """
    slope = sympy.diff(power_spectrum(), MODE)
    ratio = sympy.powsimp(power_spectrum() / slope)
    return (sympy.pi / IMAGES * ratio**2).subs(MODE, FRAME)


def radial_width() -> sympy.Expr:
    """Return G dR/ds = 2 pi C_p R^3/(alpha^2 m), the width as a radius, from s = C_p R^2.

    Examples
    --------
    >>> radial_width()
    2*pi*C_p*R**3/(alpha**2*m)
    """
    count = AREA * RADIUS**2
    return width().subs(FRAME, count) / sympy.diff(count, RADIUS)


def _sample_overlap() -> sympy.Expr:
    """Return t/(m x |1 + t mu(x)|^2) for population eigenvalue t at the sample eigenvalue x (2011).

    To leading order in n/m, x = lambda(j) and mu(x) = -1/x + i pi rho, with the density
    rho = 1/(m |lambda'(j)|) of eigenvalues an image; t = lambda(s).
    """
    sample, population = power_spectrum(FRAME), power_spectrum()
    density = -1 / (IMAGES * sympy.diff(sample, FRAME))  # lambda falls
    real, imaginary = 1 - population / sample, sympy.pi * population * density
    return population / (IMAGES * sample * (real**2 + imaginary**2))


def _ratio_overlap(ratio: sympy.Expr, narrowness: sympy.Expr) -> sympy.Expr:
    """Return E(s, j) in q = lambda(s)/lambda(j) and g = alpha G/(2 j)."""
    shape = narrowness * ratio / ((1 - ratio) ** 2 + (narrowness * ratio) ** 2)
    return ALPHA / (2 * sympy.pi * FRAME) * shape


@register(reference=Reference(PAPER, "", "ours"), names=WIDTH_NAMES)
def mode_overlap() -> Identity:
    """E(s, j) = (alpha/(2 pi j)) g q/((1 - q)^2 + g^2 q^2), q = (s/j)^(-alpha/2), g = 2 pi j/(alpha m).

    The energy of population mode s in frame j; g = alpha G/(2 j). Modes of less power than the
    frame's take the larger part of the tails. Left: the overlap of sample and population vectors.
    """
    ratio, narrowness = (MODE / FRAME) ** (-ALPHA / 2), 2 * sympy.pi * FRAME / (ALPHA * IMAGES)
    return Identity(
        name="overlap of a frame with the modes",
        left=sympy.expand_power_base(_sample_overlap(), force=True),
        right=_ratio_overlap(ratio, narrowness),
        derivation=(
            Step("power of mode s", power_spectrum()),
            Step(
                "overlap with the population, at the sample eigenvalue lambda(j)", _sample_overlap()
            ),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names={"alpha": WIDTH_NAMES["alpha"]})
def narrow_overlap() -> Identity:
    """E(s, j) -> (1/pi) G/((s - j)^2 + G^2) where s - j and G are small against j.

    In units of e: s - j = e d j and G = e h j, with e -> 0; left the limit of e j E(s, j).
    """
    small, offset, breadth = sympy.symbols("e d h", positive=True)
    ratio = sympy.series((1 + small * offset) ** (-ALPHA / 2), small, 0, 2).removeO()
    scaled = FRAME * small * _ratio_overlap(ratio, ALPHA * small * breadth / 2)
    return Identity(
        name="a narrow overlap is a Lorentzian",
        left=sympy.cancel(scaled).subs(small, 0),
        right=lorentzian(offset, sympy.S.Zero, breadth),
        derivation=(
            Step("q, to first order in e", ratio),
            Step("e j E(s, j)", scaled),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names=WIDTH_NAMES)
def lorentzian_share() -> Identity:
    """d/ds [1/2 + arctan((s - j)/G)/pi] is the Lorentzian: half of a frame lies within |s - j| <= G.

    So G is also the median of |s - j|, where a mean does not exist.
    """
    below = sympy.Rational(1, 2) + sympy.atan((MODE - FRAME) / WIDTH) / sympy.pi
    half = sympy.Symbol("h", positive=True)
    within = below.subs(MODE, FRAME + half) - below.subs(MODE, FRAME - half)
    return Identity(
        name="shares of a Lorentzian",
        left=sympy.diff(below, MODE),
        right=lorentzian(),
        derivation=(
            Step("energy in modes below s", below),
            Step("energy within h of j", within),
            Step("for h = G", within.subs(half, WIDTH)),
        ),
    )
