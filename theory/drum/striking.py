"""A struck drum as it is heard: amplitudes of the modes, and the spectrum of finitely many samples.

The drum is struck at the node (i0, j0) with displacement 1 from rest and heard at (i1, j1); N
samples are taken, one a step, the struck state first. theta is the angle of a step (radian), k the
index of a bin, and s the lead of `theory.drum.steps.LEADS`.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.drum.membrane import COLUMN, ROW
from theory.drum.stencil import GRID_NAMES, NODE_X, NODE_Y, SPACINGS, grid_shape
from theory.errors import ArgumentError
from theory.fourier import symbols_of
from theory.lattice import PAPER

STRUCK_X, STRUCK_Y = sympy.symbols("i0 j0", integer=True, nonnegative=True)
HEARD_X, HEARD_Y = sympy.symbols("i1 j1", integer=True, nonnegative=True)
HALF = sympy.Symbol("H", integer=True, positive=True)  # M = 2 H
AMPLITUDE = sympy.Symbol("A", real=True)
THETA = sympy.Symbol("theta", positive=True)
LEAD = sympy.Symbol("s", real=True)
BIN = sympy.Symbol("k", real=True)
SAMPLES = sympy.Symbol("N", integer=True, positive=True)

STRIKE_NAMES = GRID_NAMES | {
    "i0": "struck_x",
    "j0": "struck_y",
    "i1": "heard_x",
    "j1": "heard_y",
}
SPECTRUM_NAMES = {
    "A": "amplitude",
    "theta": "angle",
    "s": "lead",
    "k": "frequency_index",
    "N": "samples",
    "dt": "time_step",
}


def strike_amplitude() -> sympy.Expr:
    """Return (4/M^2) times the shape of mode (m, n) at the struck and at the heard node.

    Examples
    --------
    >>> strike_amplitude().subs({SPACINGS: 2, ROW: 1, COLUMN: 1}).subs(
    ...     {STRUCK_X: 1, STRUCK_Y: 1, HEARD_X: 1, HEARD_Y: 1})
    1
    """
    struck = grid_shape().subs({NODE_X: STRUCK_X, NODE_Y: STRUCK_Y})
    heard = grid_shape().subs({NODE_X: HEARD_X, NODE_Y: HEARD_Y})
    return 4 * struck * heard / SPACINGS**2


def sine_matrix(spacings: int) -> ImmutableMatrix:
    """Return the discrete sine transform, (M-1) x (M-1): sqrt(2/M) sin(m pi i/M), m, i = 1..M-1.

    Raises
    ------
    ArgumentError
        If M is below 2: no node is free.
    """
    if spacings < 2:
        raise ArgumentError("spacings", spacings, "must be at least 2", "leave a node free")
    return ImmutableMatrix(
        spacings - 1,
        spacings - 1,
        lambda m, i: (
            sympy.sqrt(sympy.Rational(2, spacings))
            * sympy.sin((m + 1) * (i + 1) * sympy.pi / spacings)
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"spacings": 3}, {"spacings": 4}, {"spacings": 6}),
)
def completeness(spacings: int) -> Identity:
    """S (S U S) S = U: the modes make up every field, so a strike's amplitudes sum to 1 where struck.

    S is symmetric, the rows of U are the free nodes along x; M spacings a side.
    """
    sines = sine_matrix(spacings)
    field = symbols_of("u", spacings - 1, spacings - 1)
    amplitudes = sines * field * sines
    return Identity(
        name=f"the grid's modes are complete, M = {spacings}",
        left=sines * amplitudes * sines,
        right=field,
        derivation=(Step("amplitudes of the modes", amplitudes),),
    )


@register(reference=Reference(PAPER, "", "ours"), names=STRIKE_NAMES | {"H": "half_spacings"})
def centre_strike() -> Identity:
    """A drum of M = 2H spacings, struck and heard at its centre, sounds in odd m and odd n alone.

    Each of these modes has the amplitude 4/M^2, all others 0.
    """
    centre = dict.fromkeys((STRUCK_X, STRUCK_Y, HEARD_X, HEARD_Y), HALF)
    odd = sympy.prod((1 - (-1) ** number) / 2 for number in (ROW, COLUMN))
    return Identity(
        name="strike at the centre",
        left=strike_amplitude().subs(centre).subs(SPACINGS, 2 * HALF),
        right=4 / (2 * HALF) ** 2 * odd,
        derivation=(Step("any strike", strike_amplitude()),),
    )


def line_signal(sample: sympy.Expr) -> sympy.Expr:
    """Return A cos((n + s) theta)/cos(s theta), what one mode adds to the sample n."""
    return AMPLITUDE * sympy.cos((sample + LEAD) * THETA) / sympy.cos(LEAD * THETA)


def line_spectrum() -> sympy.Expr:
    """Return the discrete Fourier transform X_k of one mode's N samples, in closed form.

    X_k = sum over sign = +1, -1 of A/(2 cos(s theta)) exp(i (sign s theta + (N - 1) d/2))
    sin(N d/2)/sin(d/2) with d = sign theta - 2 pi k/N; where sin(d/2) = 0 the last ratio is N.
    """
    return sum((_kernel(sign) for sign in (1, -1)), sympy.S.Zero)


def _kernel(sign: int) -> sympy.Expr:
    """Return the part of the spectrum that turns forwards (+1) or backwards (-1)."""
    turn = sign * THETA - 2 * sympy.pi * BIN / SAMPLES
    phase = sympy.exp(sympy.I * (sign * LEAD * THETA + (SAMPLES - 1) * turn / 2))
    dirichlet = sympy.sin(SAMPLES * turn / 2) / sympy.sin(turn / 2)
    return AMPLITUDE / (2 * sympy.cos(LEAD * THETA)) * phase * dirichlet


@register(
    reference=Reference(PAPER, "", "ours"),
    names=SPECTRUM_NAMES,
    sizes=({"samples": 3}, {"samples": 4}, {"samples": 5}),
)
def finite_spectrum(samples: int) -> Identity:
    """sum_n A cos((n + s) theta)/cos(s theta) exp(-2 pi i k n/N) is `line_spectrum`, for N samples."""
    if samples < 2:
        raise ArgumentError("samples", samples, "must be at least 2", "take more samples")
    summed = sum(
        line_signal(sympy.Integer(n)) * sympy.exp(-2 * sympy.pi * sympy.I * BIN * n / samples)
        for n in range(samples)
    )
    return Identity(
        name=f"spectrum of {samples} samples",
        left=summed,
        right=line_spectrum().subs(SAMPLES, samples),
        derivation=(
            Step("the transform, term by term", summed),
            Step("two geometric series", line_spectrum()),
        ),
    )
