"""Waves that tanh slows down: the frequency of a wave of finite amplitude, by its first harmonic.

A is the amplitude in units of y, lambda the Laplacian's number of the wave (1/pixel^2), a = lambda A the
largest |W*y|. A travelling wave obeys Omega^2 = omega + lambda g(a), a standing one, with which the
network starts (z_0 = 0), Omega^2 = omega + lambda g_s(a).
"""

import functools

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.lattice import PAPER
from theory.wave_rnn.step import OMEGA

A = sympy.Symbol("a", positive=True)
AMPLITUDE = sympy.Symbol("A", positive=True)
LAMBDA = sympy.Symbol("lambda", positive=True)
P, Q = sympy.symbols("p q", real=True)

AMPLITUDE_NAMES = {
    "a": "drive",
    "A": "amplitude",
    "lambda": "laplacian",
    "omega": "stiffness",
}
WAVES = ({"wave": "travelling"}, {"wave": "standing"})


def carrier(wave: str) -> sympy.Expr:
    """Return the shape of a wave: cos p if it travels, cos p cos q if it stands.

    p is the phase along the wave (or of both, k x - Omega t), q that in time.

    Raises
    ------
    ArgumentError
        For any other word.
    """
    shapes = {"travelling": sympy.cos(P), "standing": sympy.cos(P) * sympy.cos(Q)}
    if wave not in shapes:
        raise ArgumentError("wave", wave, "must be travelling or standing", "name one of them")
    return shapes[wave]


def mean(expression: sympy.Expr) -> sympy.Expr:
    """Return the mean over p and q in [0, 2 pi)."""
    for phase in (P, Q):
        expression = sympy.integrate(sympy.expand(expression), (phase, 0, 2 * sympy.pi))
        expression /= 2 * sympy.pi
    return sympy.expand(expression)


@functools.cache
def gain(wave: str, order: int = 4) -> sympy.Expr:
    """Return g(a), or g_s(a), up to a^order: <tanh(a u) u>/(a <u^2>) with the wave's shape u.

    Examples
    --------
    >>> gain("travelling"), gain("standing")
    (a**4/12 - a**2/4 + 1, 5*a**4/96 - 3*a**2/16 + 1)
    """
    shape = carrier(wave)
    x = sympy.Symbol("x", real=True)
    force = sympy.series(sympy.tanh(x), x, 0, order + 2).removeO()
    projected = mean(force.subs(x, A * shape) * shape)
    return sympy.expand(projected / (A * mean(shape**2)))


def strong_gain(wave: str) -> sympy.Expr:
    """Return the limit of a g(a) for a strong wave, where tanh is a sign: <|u|>/<u^2>.

    Examples
    --------
    >>> strong_gain("travelling"), strong_gain("standing")
    (4/pi, 16/pi**2)
    """
    quarter = carrier(wave)  # the modulus of a cosine is the same in each quarter turn
    for phase in (P, Q):
        quarter = sympy.integrate(quarter, (phase, 0, sympy.pi / 2)) / (sympy.pi / 2)
    return quarter / mean(carrier(wave) ** 2)


def frequency_shift(wave: str = "standing") -> sympy.Expr:
    """Return Omega(0) - Omega(A) to the order A^2 (radian/time), Omega(0) = sqrt(omega + lambda).

    Examples
    --------
    >>> frequency_shift("standing")
    3*A**2*lambda**3/(32*sqrt(lambda + omega))
    """
    slope = -gain(wave, 2).coeff(A, 2)
    return slope * LAMBDA * (LAMBDA * AMPLITUDE) ** 2 / (2 * sympy.sqrt(OMEGA + LAMBDA))


@register(reference=Reference(PAPER, "9", "ours"), names=AMPLITUDE_NAMES, sizes=WAVES)
def weak_gain(wave: str = "travelling") -> Identity:
    """A weak wave: g = 1 - a^2/4 + a^4/12, travelling; g_s = 1 - 3a^2/16 + 5a^4/96, standing; up to O(a^6).

    Left, the first harmonic of tanh(a u) over that of a u, term by term.
    """
    printed = {
        "travelling": 1 - A**2 / 4 * (1 - A**2 / 3),
        "standing": 1 - 3 * A**2 / 16 * (1 - 5 * A**2 / 18),
    }
    return Identity(
        name=f"gain of a weak wave, {wave}",
        left=gain(wave),
        right=printed[wave],
        variable=A,
        order=5,
        derivation=(
            Step("shape of the wave", carrier(wave)),
            Step(
                "tanh in powers, times the shape, averaged; over a and the mean square", gain(wave)
            ),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=AMPLITUDE_NAMES, sizes=WAVES)
def harmonic_balance(wave: str = "travelling") -> Identity:
    """Omega^2 = omega + lambda - c lambda (lambda A)^2 + O(A^4), c = 1/4 travelling, 3/16 standing.

    Left, from y'' = tanh(W*y) - omega y with y = A u, W*y = -lambda A u, projected on the shape u.
    """
    shape = carrier(wave)
    drive = LAMBDA * AMPLITUDE * shape
    force = -(drive - drive**3 / 3) - OMEGA * AMPLITUDE * shape
    square = -mean(force * shape) / (AMPLITUDE * mean(shape**2))
    slope = {"travelling": sympy.Rational(1, 4), "standing": sympy.Rational(3, 16)}[wave]
    return Identity(
        name=f"frequency of a weak wave, {wave}",
        left=sympy.expand(square),
        right=OMEGA + LAMBDA * (1 - slope * (LAMBDA * AMPLITUDE) ** 2),
        variable=AMPLITUDE,
        order=3,
        derivation=(
            Step("force on the wave, tanh up to its cube", force),
            Step("y'' = -Omega^2 y, both projected on the shape", sympy.expand(square)),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=AMPLITUDE_NAMES, sizes=WAVES)
def slowing(wave: str = "standing") -> Identity:
    """Omega(A) = Omega(0) - 3 lambda (lambda A)^2/(32 Omega(0)) + O(A^4), standing; a travelling wave 1/8.

    Left, Omega^2 of the harmonic balance; right, the square of the frequency.
    """
    square = harmonic_balance(wave=wave).left
    factor = {"travelling": sympy.Rational(1, 8), "standing": sympy.Rational(3, 32)}[wave]
    start = sympy.sqrt(OMEGA + LAMBDA)
    return Identity(
        name=f"first slowing of a wave, {wave}",
        left=square,
        right=(start - factor * LAMBDA * (LAMBDA * AMPLITUDE) ** 2 / start) ** 2,
        variable=AMPLITUDE,
        order=3,
        derivation=(
            Step("Omega^2 of a weak wave", square),
            Step("half of what it loses, over Omega(0)", frequency_shift(wave)),
        ),
    )
