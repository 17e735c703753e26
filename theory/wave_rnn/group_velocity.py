"""How fast the network carries a packet of waves, and why never faster than one pixel a unit of time.

Velocities are in pixels a unit of time, d Omega/d k.
"""

import sympy

from theory.claims import Bound, Identity, Reference, Step, register
from theory.kick_and_drift import DT
from theory.lattice import FIVE_POINT, PAPER
from theory.wave_rnn.dispersion import DISPERSION_NAMES, frequency
from theory.wave_rnn.kernels import KX, KY, lattice_laplacian, symbol_of
from theory.wave_rnn.step import ALPHA, OMEGA, S, determinant, trace

MARGIN = sympy.Symbol("m", nonnegative=True)


def group_velocity(
    stiffness: sympy.Expr | None = None,
) -> tuple[sympy.Expr, sympy.Expr]:
    """Return (v_x, v_y) = dt grad s/(2 sqrt(d - tau^2/4)), real for an oscillating wave.

    Parameters
    ----------
    stiffness : sympy.Expr, optional
        s = omega - What(k_x, k_y) of a kernel that equals itself seen through its centre; omega +
        lambda of the Laplacian kernel by default.
    """
    s = OMEGA + lattice_laplacian() if stiffness is None else stiffness
    root = sympy.sqrt((determinant() - sympy.expand(trace() ** 2 / 4)).subs(S, s))
    along_x, along_y = (DT * sympy.diff(s, k) / (2 * root) for k in (KX, KY))
    return along_x, along_y


@register(reference=Reference(PAPER, "9", "ours"), names=DISPERSION_NAMES)
def slope_of_frequency() -> Identity:
    """(d Omega/ds)^2 = dt^2/(4 d - tau^2), so that v = -dt grad What/(2 sqrt(d - tau^2/4)).

    For every kernel that equals itself seen through its centre; v has the sign of -grad What, as
    0 < theta < pi.
    """
    slope = sympy.diff(frequency(), S)
    return Identity(
        name="slope of the frequency",
        left=slope**2,
        right=DT**2 / (4 * determinant() - trace() ** 2),
        given=(ALPHA * DT < 1,),
        derivation=(
            Step("frequency of a wave", frequency()),
            Step("its slope", slope),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=DISPERSION_NAMES)
def packet_velocity() -> Identity:
    """(d Omega/d k_x)^2 = dt^2 sin^2(k_x)/(d - tau^2/4), Laplacian: v_x has the sign of sin(k_x)."""
    stiffness = OMEGA - sympy.expand(symbol_of(FIVE_POINT).rewrite(sympy.cos))
    slope = sympy.diff(frequency().subs(S, stiffness), KX)
    tau = trace().subs(S, stiffness)
    return Identity(
        name="velocity of a packet",
        left=slope**2,
        right=DT**2 * sympy.sin(KX) ** 2 / (determinant() - tau**2 / 4),
        given=(ALPHA * DT < 1,),
        derivation=(
            Step("stiffness of a wave", stiffness),
            Step("slope of its frequency along x", slope),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=DISPERSION_NAMES | {"m": "margin"})
def speed_limit() -> Bound:
    """sin^2(k_x) + sin^2(k_y) <= s (1 - dt^2 s/4), so v_x^2 + v_y^2 <= 1: Laplacian, undamped.

    At every stable step: dt^2 = 4/(omega + 8 + m), m >= 0. The slack is a sum of squares. v = 1 for
    long waves with omega = 0, and at the largest step, m = 0, for every diagonal wave.
    """
    step = sympy.sqrt(4 / (OMEGA + 8 + MARGIN))
    stiffness = OMEGA + lattice_laplacian()
    room = ((determinant() - sympy.expand(trace() ** 2 / 4)) / DT**2).subs(S, stiffness)
    squares = sum((room * v**2 for v in group_velocity()), sympy.S.Zero)  # no root is left
    half_x, half_y = sympy.sin(KX / 2) ** 2, sympy.sin(KY / 2) ** 2
    rest = 4 * (sympy.cos(KX / 2) ** 2 + sympy.cos(KY / 2) ** 2)
    certificate = (
        2 * (half_x - half_y) ** 2
        + OMEGA * rest**2 / (8 * (OMEGA + 8))
        + MARGIN * stiffness**2 / ((OMEGA + 8) * (OMEGA + 8 + MARGIN))
    )
    return Bound(
        name="limit of the speed",
        left=squares.subs(ALPHA, 0).subs(DT, step),
        right=(S * (1 - DT**2 * S / 4)).subs({S: stiffness, DT: step}),
        certificate=certificate,
        attained={OMEGA: 0, MARGIN: 0, KY: KX},
        derivation=(
            Step("velocity of a packet", sympy.Tuple(*group_velocity())),
            Step("what its square is divided by, over dt^2", room.subs(ALPHA, 0)),
            Step("a step of 4/(omega + 8 + m) squared: what is left is", certificate),
        ),
    )
