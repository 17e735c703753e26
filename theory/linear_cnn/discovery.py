"""When a mode is half learnt, from the data and the start alone, and which of two modes comes first."""

import sympy

from theory import linear_network
from theory.claims import Bound, Identity, Reference, Step, register
from theory.fourier import PAPER
from theory.linear_cnn.modes import MODE_NAMES, N, V, discovery_time, mode_law
from theory.logistic import A0, A1, A, S, definite_integral


@register(reference=Reference(PAPER, "22", "ours"), names=MODE_NAMES)
def early_forecast() -> Identity:
    """tau(A0 -> S/2) = ln(S/(2 A0))/(2 n v S): when exponential growth from A0 passes S/2 (F0).

    Left: the integral of dA over the mode law's rate for A << S. For a mode of several frequencies
    v is the largest v_f, and A0 = n lambda sum_f v_f q_f^2 that of the growing parts q_f of the
    start.
    """
    rate = A * sympy.diff(mode_law().law[A], A).subs(A, 0)
    _, integral = definite_integral(1 / rate, A, A0)
    time = linear_network.early_forecast().right / (N * V)
    return Identity(
        name="early forecast of a linear CNN's discovery",
        left=sympy.expand_log(integral.subs(A, S / 2)),
        right=time,
        given=(2 * A0 < S,),
        derivation=(
            *linear_network.early_forecast().derivation,
            Step("the clock of the mode runs n v times as fast", time),
        ),
    )


@register(reference=Reference(PAPER, "22", "ours"), names=MODE_NAMES)
def saturation_delay() -> Identity:
    """T1 - F0 = [ln 2 + ln(1 - A0/S)]/(2 n v S): what the sigmoid needs more than growth alone.

    Up to S/2. It does not vanish with the start: from a small one it tends to ln 2/(2 n v S), the
    time in which A doubles; only relative to the whole time does it vanish, as 1/ln(S/A0).
    """
    time = discovery_time().right.subs(A1, S / 2)
    delay = linear_network.saturation_delay().right / (N * V)
    return Identity(
        name="delay of a linear CNN's discovery by saturation",
        left=time - early_forecast().right,
        right=delay,
        given=(2 * A0 < S,),
        derivation=(Step("the sigmoid's time to S/2", time),),
    )


def _pair(name: str) -> tuple[sympy.Symbol, sympy.Symbol]:
    first, second = sympy.symbols(f"{name}_1:3", positive=True)
    return first, second


SINGULAR_VALUES, MAGNITUDES, STARTS = _pair("S"), _pair("v"), _pair("A0")


@register(
    reference=Reference(PAPER, "22", "refuted"),
    names={
        "n": "image_side",
        **{f"S_{m}": f"singular_value_{m}" for m in (1, 2)},
        **{f"v_{m}": f"spectral_magnitude_{m}" for m in (1, 2)},
        **{f"A0_{m}": f"initial_strength_{m}" for m in (1, 2)},
    },
)
def order_of_discovery() -> Identity:
    """F0_2 - F0_1 = (v1 S1 l2 - v2 S2 l1)/(2 n v1 S1 v2 S2), l_m = ln(S_m/(2 A0_m)).

    Modes come in the order of v_m S_m/l_m, not of S_m: the second is discovered first, though its
    singular value may be the smaller, where v2 S2/l2 > v1 S1/l1.
    """
    forecast = early_forecast().right
    times = [
        forecast.subs({S: s, V: v, A0: a}, simultaneous=True)
        for s, v, a in zip(SINGULAR_VALUES, MAGNITUDES, STARTS, strict=True)
    ]
    rates = [v * s for v, s in zip(MAGNITUDES, SINGULAR_VALUES, strict=True)]
    logs = [sympy.log(s / (2 * a)) for s, a in zip(SINGULAR_VALUES, STARTS, strict=True)]
    return Identity(
        name="difference of two modes' discoveries",
        left=times[1] - times[0],
        right=(rates[0] * logs[1] - rates[1] * logs[0]) / (2 * N * rates[0] * rates[1]),
        given=tuple(2 * a < s for s, a in zip(SINGULAR_VALUES, STARTS, strict=True)),
        derivation=(Step("the forecasts of the two modes", sympy.Tuple(*times)),),
    )


@register(reference=Reference(PAPER, "22", "refuted"))
def faster_mode_first() -> Bound:
    """tau_2 <= tau_1 where v2 S2 = v1 S1 + d, d >= 0: at equal starts A0/S the faster mode is first.

    Times of the sigmoids to half their singular values from A0 = S/(2 + r), r >= 0, for any S1 and
    S2: a smaller singular value wins by a larger magnitude. Attained at equal rates, d = 0.
    """
    ahead, room = sympy.symbols("d r", nonnegative=True)
    (first, second), magnitude = SINGULAR_VALUES, MAGNITUDES[0]
    time = discovery_time().right
    rate = magnitude * first
    values = ((first, magnitude), (second, (rate + ahead) / second))
    tau_1, tau_2 = (
        time.subs({A1: s / 2, A0: s / (2 + room), S: s, V: v}, simultaneous=True) for s, v in values
    )
    return Bound(
        name="the faster mode is discovered first",
        left=tau_2,
        right=tau_1,
        certificate=sympy.log(1 + room) * ahead / (2 * N * rate * (rate + ahead)),
        attained={ahead: sympy.S.Zero},
        derivation=(
            Step("the time of the first mode", tau_1),
            Step("the time of the second, which is ahead by d in v S", tau_2),
        ),
    )
