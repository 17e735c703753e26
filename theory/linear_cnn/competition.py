"""How the frequencies of one mode compete, and what is left of the competition when training ends.

The frequencies of a mode share one clock: each grows by its own magnitude v_f, and all are stopped
together when A reaches S. `inhibition` splits what stops them; `end_ratio`, `norm_excess` and
`dominance` say how the race of two frequencies ends from equal starts, `ratio_slope` and
`scaling_exponents` how that depends on the size of the start.
"""

import dataclasses

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.fourier import PAPER
from theory.linear_cnn.modes import (
    LAMBDA,
    THETA,
    N,
    aligned_flow,
    aligned_strength,
    clock_amplitudes,
    mode_symbols,
)
from theory.logistic import S

SIGMA = sympy.Symbol("sigma", positive=True)
K1, _K2 = mode_symbols(2)[0]
V1, V2 = mode_symbols(2)[2]

END_NAMES = {
    "sigma": "initial_amplitude",
    "k1": "dominant_amplitude",
    "v1": "dominant_magnitude",
    "v2": "second_magnitude",
}


@dataclasses.dataclass(frozen=True)
class Inhibition:
    """The three parts of the rate of ln k_f: what drives a frequency and what holds it back.

    Parameters
    ----------
    input : sympy.Expr
        n v_f S: the data.
    self_inhibition : sympy.Expr
        n^2 lambda m_f v_f^2 k_f^2: the part of n v_f A that f itself has learnt, and f~ with it.
    lateral_inhibition : sympy.Expr
        n^2 lambda v_f sum_g m_g v_g k_g^2 over all other g of the half plane.
    """

    input: sympy.Expr
    self_inhibition: sympy.Expr
    lateral_inhibition: sympy.Expr

    @property
    def rate(self) -> sympy.Expr:
        """The rate of ln k_f: input minus both inhibitions."""
        return self.input - self.self_inhibition - self.lateral_inhibition


def inhibition_terms(multiplicities: tuple[int, ...], frequency: int) -> Inhibition:
    """Return the parts of the rate of ln k_f for one frequency of a balanced aligned mode.

    Parameters
    ----------
    multiplicities : tuple of int
        m_g of each frequency of the half plane: 2 for a pair {g, g~}, 1 for a self-conjugate g.
        The symbols are k_g and v_g (without a number for one frequency), n, lambda and S; lambda is
        the mode's variance v^T Sxx v, whatever the multiplicities.
    frequency : int
        f, counted from 0.

    Raises
    ------
    ArgumentError
        For other multiplicities, or a frequency beyond them.

    Examples
    --------
    >>> inhibition_terms((2, 1), 0).lateral_inhibition
    k2**2*lambda*n**2*v1*v2
    """
    _check_multiplicities(multiplicities)
    if not 0 <= frequency < len(multiplicities):
        raise ArgumentError(
            "frequency", frequency, f"must be below {len(multiplicities)}", "count from 0"
        )
    kernels, _, magnitudes = mode_symbols(len(multiplicities))
    scale = N**2 * LAMBDA * magnitudes[frequency]
    learnt = [m * v * k**2 for m, v, k in zip(multiplicities, magnitudes, kernels, strict=True)]
    own = learnt.pop(frequency)
    return Inhibition(
        input=N * magnitudes[frequency] * S,
        self_inhibition=scale * own,
        lateral_inhibition=scale * sum(learnt, sympy.S.Zero),
    )


def _check_multiplicities(multiplicities: tuple[int, ...]) -> None:
    if not multiplicities or not all(m in (1, 2) for m in multiplicities):
        raise ArgumentError(
            "multiplicities",
            multiplicities,
            "must be 2 for a pair, 1 for a self-conjugate frequency",
            "pass one number a frequency of the half plane",
        )


@register(
    reference=Reference(PAPER, "23, 24, App. E, G", "sharpened"),
    sizes=({}, {"multiplicities": (1,)}),
)
def inhibition(multiplicities: tuple[int, ...] = (2, 2, 1)) -> Identity:
    """d(ln k_f)/dtau = n v_f S - n^2 lambda v_f [m_f v_f k_f^2 + sum_(g != f) m_g v_g k_g^2].

    Input, self-inhibition and lateral inhibition of each frequency of the half plane, m_g = 2 for a
    pair, 1 for a self-conjugate frequency. Left: `aligned_flow` of all frequencies of the whole
    plane, balanced, both frequencies of a pair alike.
    """
    _check_multiplicities(multiplicities)
    half = range(len(multiplicities))
    plane = [f for f in half for _ in range(multiplicities[f])]
    flow = aligned_flow(frequencies=len(plane))
    kernels, outputs, magnitudes = mode_symbols(len(plane))
    half_kernels, _, half_magnitudes = mode_symbols(len(multiplicities))
    alike: dict[sympy.Symbol, sympy.Symbol] = {}
    for place, f in enumerate(plane):
        alike |= {kernels[place]: half_kernels[f], outputs[place]: half_kernels[f]}
        alike |= {magnitudes[place]: half_magnitudes[f]}
    rates = [flow.law[kernels[plane.index(f)]].subs(alike, simultaneous=True) for f in half]
    derived = [rate / k for rate, k in zip(rates, half_kernels, strict=True)]
    return Identity(
        name="competition of the frequencies of a mode",
        left=sympy.ImmutableMatrix(derived),
        right=sympy.ImmutableMatrix([inhibition_terms(multiplicities, f).rate for f in half]),
        derivation=(
            *flow.derivation,
            Step("balanced, both frequencies of a pair alike", sympy.Tuple(*rates)),
            Step("relative rates", sympy.Tuple(*derived)),
        ),
    )


def _square_of_ratio() -> sympy.Expr:
    """Return q = (k_2/k_1)^2, by `end_ratio`."""
    return (SIGMA / K1) ** (2 - 2 * V2 / V1)


def _excess(q: sympy.Expr) -> sympy.Expr:
    return (1 - V2 / V1) * q / (1 + V2 / V1 * q)


def _rest(q: sympy.Expr) -> sympy.Expr:
    return V2 / V1 * q / (1 + V2 / V1 * q)


def _slope(q: sympy.Expr) -> sympy.Expr:
    return (1 - V2 / V1) * (1 + V2 / V1 * q) / (1 + (V2 / V1) ** 2 * q)


@register(reference=Reference(PAPER, "23, 24, App. E, G", "sharpened"), names=END_NAMES)
def end_ratio() -> Identity:
    """k_2/k_1 = sigma^(1 - v2/v1) k_1^(v2/v1 - 1): two frequencies of one mode from equal starts.

    At all times, k_1 the amplitude then; exact for the clock. With v2 < v1 the ratio vanishes with
    the start: winner takes all, as a power of sigma. Ties v1 = v2 are never resolved.
    """
    starts = (SIGMA, SIGMA)
    (first, second), _ = clock_amplitudes((V1, V2), starts, starts)
    growth = sympy.Symbol("w", positive=True)  # exp(theta)
    in_growth = [
        k.replace(sympy.exp, lambda shown: growth ** (shown / THETA)) for k in (first, second)
    ]
    (reached,) = sympy.solve(sympy.Eq(in_growth[0], K1), growth)
    derived = in_growth[1].subs(growth, reached) / K1
    return Identity(
        name="ratio of two frequencies of a mode",
        left=derived,
        right=SIGMA ** (1 - V2 / V1) * K1 ** (V2 / V1 - 1),
        derivation=(
            Step("the clock from equal starts", sympy.Tuple(first, second)),
            Step("w = exp(theta) where the first has reached k_1", reached),
            Step("the second there, divided by k_1", derived),
        ),
    )


def _end_amplitudes() -> tuple[sympy.Expr, sympy.Expr]:
    return K1, end_ratio().right * K1


@register(reference=Reference(PAPER, "App. F, S.68-S.137", "ours"), names=END_NAMES)
def norm_excess() -> Identity:
    """(norm^2 - minimum)/minimum = (1 - v2/v1) q/(1 + (v2/v1) q), q = (sigma/k_1)^(2 - 2 v2/v1).

    The squared norm 2 (k_1^2 + k_2^2) of a balanced mode of two frequencies from equal starts,
    against its minimum 2 A/(n lambda v1) at the same strength A (`norm_of_mode`).
    """
    ends = _end_amplitudes()
    norm = 2 * sum((k**2 for k in ends), sympy.S.Zero)
    least = 2 * aligned_strength((ends, ends), (V1, V2)) / (N * LAMBDA * V1)
    return Identity(
        name="excess of the norm at the end of training",
        left=norm / least - 1,
        right=_excess(_square_of_ratio()),
        derivation=(Step("squared norm", norm), Step("its minimum at this strength", least)),
    )


@register(reference=Reference(PAPER, "23, 24, App. E, G", "ours"), names=END_NAMES)
def dominance() -> Identity:
    """1 - v1 k_1^2/(v1 k_1^2 + v2 k_2^2) = (v2/v1) q/(1 + (v2/v1) q), q = (sigma/k_1)^(2 - 2 v2/v1).

    What the dominant of two frequencies leaves to the other of the mode's strength A, from equal
    starts.
    """
    ends = _end_amplitudes()
    share = V1 * ends[0] ** 2 * N * LAMBDA / aligned_strength((ends, ends), (V1, V2))
    return Identity(
        name="share of the frequency that does not dominate",
        left=1 - share,
        right=_rest(_square_of_ratio()),
        derivation=(Step("share of the dominant frequency", share),),
    )


@register(reference=Reference(PAPER, "23, 24, App. E, G", "ours"), names=END_NAMES)
def ratio_slope() -> Identity:
    """d(ln k_2/k_1)/d(ln sigma) = (1 - v2/v1)(1 + (v2/v1) q)/(1 + (v2/v1)^2 q) where A stays S.

    q = (k_2/k_1)^2 = (sigma/k_1)^(2 - 2 v2/v1). At the end of training k_1 itself depends on sigma,
    through n lambda (v1 k_1^2 + v2 k_2^2) = S.
    """
    ends, ratio = _end_amplitudes(), end_ratio().right
    strength = aligned_strength((ends, ends), (V1, V2))
    moved = -sympy.diff(strength, SIGMA) / sympy.diff(strength, K1)  # dk_1/dsigma at A = S
    derived = SIGMA / ratio * (sympy.diff(ratio, SIGMA) + sympy.diff(ratio, K1) * moved)
    return Identity(
        name="slope of the ratio in the start",
        left=derived,
        right=_slope(_square_of_ratio()),
        derivation=(
            Step("dk_1/dsigma where A stays S", moved),
            Step("slope of the logarithm of the ratio", derived),
        ),
    )


@register(reference=Reference(PAPER, "23, 24, App. E, F, G", "sharpened"), names=END_NAMES)
def scaling_exponents() -> Identity:
    """As sigma -> 0: k_2/k_1 ~ sigma^(1 - v2/v1); norm excess and 1 - dominance ~ its square.

    Left: the limits of the logarithmic slopes in sigma at the end of training, by `ratio_slope`,
    `norm_excess` and `dominance`.
    """
    q = sympy.Symbol("q", positive=True)
    slope = _slope(q)
    slopes = [slope, *(2 * slope * q * sympy.diff(sympy.log(x), q) for x in (_excess(q), _rest(q)))]
    exponent = 1 - V2 / V1
    return Identity(
        name="exponents of the start's size",
        left=sympy.ImmutableMatrix([sympy.limit(x, q, 0) for x in slopes]),
        right=sympy.ImmutableMatrix([exponent, 2 * exponent, 2 * exponent]),
        given=(V2 < V1,),
        derivation=(
            Step("slopes of ratio, excess and rest, q = (k_2/k_1)^2", sympy.Tuple(*slopes)),
        ),
    )
