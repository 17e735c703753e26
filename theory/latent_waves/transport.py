"""The equation of the ideal front: a wave of one mode a frame, in the count of modes.

u(x, t) = h(C_p x^2 - t)/x is the amplitude at radius x in frame t of a film whose order is that of the
radius; 1/x because a ring of radius x shares its energy among its points.
"""

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.latent_waves.counting import AREA, COUNT_NAMES
from theory.latent_waves.equations import PAPER, T

RADIUS = sympy.Symbol("x", positive=True)
_PROFILE, _SLOPE = sympy.symbols("h h_s", real=True)
_W_S, _W_T = sympy.symbols("w_s w_t", real=True)

TRANSPORT_NAMES = {"C_p": COUNT_NAMES["C_p"], "x": "radius", "t": "frame"}


def ideal_film() -> sympy.Expr:
    """Return h(C_p x^2 - t)/x with h any function."""
    return sympy.Function("h")(AREA * RADIUS**2 - T) / RADIUS


def radial_rate(u: sympy.Expr, u_x: sympy.Expr) -> sympy.Expr:
    """Return -(1/(2 C_p)) (u_x/x + u/x^2), the rate of the ideal front: no parameter is fitted."""
    return -(u_x / RADIUS + u / RADIUS**2) / (2 * AREA)


def _in_symbols(expression: sympy.Expr) -> sympy.Expr:
    """Write h and its derivative at C_p x^2 - t as symbols."""
    replaced = expression.replace(sympy.Subs, lambda *_: _SLOPE)
    return replaced.replace(sympy.Function("h"), lambda _: _PROFILE)


@register(reference=Reference(PAPER, "", "ours"), names=TRANSPORT_NAMES)
def transport() -> Identity:
    """u_t = -(1/(2 C_p)) (u_x/x + u/x^2) for u = h(C_p x^2 - t)/x, any h."""
    u = ideal_film()
    slopes = [_in_symbols(sympy.diff(u, s)) for s in (T, RADIUS)]
    return Identity(
        name="transport of the ideal front",
        left=slopes[0],
        right=radial_rate(_in_symbols(u), slopes[1]),
        derivation=(
            Step("u", u),
            Step("u_t and u_x, h_s the derivative of h", sympy.Tuple(*slopes)),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names=TRANSPORT_NAMES)
def mode_transport() -> Identity:
    """u_t + (x u)_x/(2 C_p x^2) = (w_t + w_s)/x with w = x u and s = C_p x^2, any film.

    In the count of modes s every ideal film is a wave of speed one mode a frame: w_t + w_s = 0.
    """
    count = AREA * RADIUS**2
    w = sympy.Function("w")(count, T)
    u = w / RADIUS
    derived = sympy.diff(u, T) + sympy.diff(RADIUS * u, RADIUS) / (2 * AREA * RADIUS**2)
    in_symbols = derived.replace(sympy.Subs, lambda *_: _W_S).xreplace({sympy.diff(w, T): _W_T})
    return Identity(
        name="transport in the count of modes",
        left=in_symbols,
        right=(_W_T + _W_S) / RADIUS,
        derivation=(
            Step("u", u),
            Step("u_t + (x u)_x/(2 C_p x^2)", derived),
        ),
    )
