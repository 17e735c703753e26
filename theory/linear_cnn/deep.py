"""L convolution layers of one kernel each, then a fully connected layer: one balanced mode.

D = L + 1 layers share one amplitude u at each frequency of the mode; A = C u^D with C = n^L lambda v.
In the laws of a single frequency lambda is the variance of a mode with one self-conjugate frequency,
and twice the variance where the mode has a pair: its two frequencies count alike in A
(`aligned_mode_in_network`).
"""

import sympy
from sympy import Rational

from theory.claims import Identity, Invariant, Origin, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.fourier import PAPER
from theory.gradient_flow import TAU, UPDATE, descent_of
from theory.linear_cnn.modes import (
    LAMBDA,
    MODE_NAMES,
    STEP,
    THETA,
    N,
    V,
    aligned_flow,
    aligned_strength,
    check_layers,
    layer_amplitudes,
    mode_symbols,
)
from theory.logistic import A0, A1, A, S, definite_integral

U = sympy.Symbol("u", positive=True)
U0 = sympy.Symbol("u0", positive=True)

DEEP_NAMES = MODE_NAMES | {"lambda": "variance", "u": "amplitude", "u0": "initial_amplitude"}


def deep_scale(layers: int) -> sympy.Expr:
    """Return C = n^L lambda v, the strength of a mode whose amplitude is 1."""
    check_layers(layers)
    return N**layers * LAMBDA * V


def deep_strength(layers: int) -> sympy.Expr:
    """Return A = C u^D, the strength of a balanced mode of L convolution layers in its amplitude.

    Examples
    --------
    >>> deep_strength(2)
    lambda*n**2*u**3*v
    """
    return deep_scale(layers) * U ** (layers + 1)


def _one_amplitude(law: System) -> System:
    """Restrict an aligned mode of one frequency, or its descent, to one amplitude for all layers."""
    equal = dict.fromkeys(law.state, U)
    rates = {rate.subs(equal, simultaneous=True) for rate in law.law.values()}
    (rate,) = rates  # all layers move alike
    return System(
        name=f"balanced {law.name}",
        law={U: rate},
        time=law.time,
        is_map=law.is_map,
        origin=Origin(law, equal),
        derivation=(*law.derivation, Step("balanced: one amplitude for all layers", rate)),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names=DEEP_NAMES,
    sizes=({"layers": 2}, {"layers": 3}),
)
def deep_mode_law(layers: int = 2) -> System:
    """dA/dtau = D n^L v C^(2/D - 1) A^(2 - 2/D) (S - A), D = L + 1, C = n^L lambda v.

    L convolution layers and the fully connected one, a single frequency, balanced; the mode law of
    a single layer at L = 1. From a small start it is slower than the exponential: a power of A.
    """
    scale, depth = deep_scale(layers), layers + 1
    balanced = _one_amplitude(aligned_flow(frequencies=1, layers=layers))
    law = (
        depth
        * N**layers
        * V
        * scale ** (Rational(2, depth) - 1)
        * A ** (2 - Rational(2, depth))
        * (S - A)
    )
    return System(
        name=f"mode of a deep linear CNN (convolution layers: {layers})",
        law={A: law},
        time=TAU,
        initial={A: A0},
        origin=Origin(balanced, {A: deep_strength(layers)}),
        given=(A0 < S, A < S),
        derivation=(
            *balanced.derivation,
            Step("in terms of the strength A", deep_strength(layers)),
            Step("its rate", law),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names=DEEP_NAMES | {"h": "flow_time_step"},
    sizes=({"layers": 2}, {"layers": 3}),
)
def deep_descent_map(layers: int = 2) -> System:
    """Next u = u (1 + h n^L v u^(L - 1) (S - C u^D)): gradient descent, h = c eta, exactly.

    A = C u^D (`deep_strength`) is the mode's strength; at L = 1 it moves by the map (M).
    """
    flow = aligned_flow(frequencies=1, layers=layers)
    changes = tuple(
        Invariant(
            invariant.name,
            invariant.expression,
            STEP**2 * invariant.expression.xreplace(dict(flow.law)),
        )
        for invariant in flow.invariants
    )
    balanced = _one_amplitude(descent_of(flow, STEP, changes))
    law = U * (1 + STEP * N**layers * V * U ** (layers - 1) * (S - deep_strength(layers)))
    return System(
        name=f"descent on a mode of a deep linear CNN (convolution layers: {layers})",
        law={U: law},
        time=UPDATE,
        is_map=True,
        initial={U: U0},
        origin=Origin(balanced, {U: U}),
        given=(deep_strength(layers) < S,),
        derivation=(*balanced.derivation, Step("the common amplitude after one update", law)),
    )


def _single_logarithms(argument: sympy.Expr) -> sympy.Expr:
    """Split the logarithm of a ratio that is 1 where all its symbols vanish into those of factors.

    Each factor is taken with the sign that makes it positive there, as it is up to its first root.
    """
    total = sympy.S.Zero
    for sign, side in zip((1, -1), sympy.fraction(sympy.cancel(argument)), strict=True):
        for factor, power in sympy.factor_list(side)[1]:
            at_zero = factor.subs(dict.fromkeys(factor.free_symbols, 0))
            total += sign * power * sympy.log(factor / at_zero)
    return total


@register(
    reference=Reference(PAPER, "", "ours"),
    names=DEEP_NAMES | {"A1": "target_strength"},
    sizes=({"layers": 2}, {"layers": 3}),
)
def deep_discovery_time(layers: int = 2) -> Identity:
    """tau(A0 -> A1) = [F(x1) - F(x0)] C^(1 - 2/D) S^(2/D - 2)/(n^L v), x = (A/S)^(1/D), L = 2 or 3.

    F(x) = -1/x - ln(1 - x)/3 + ln(1 + x + x^2)/6 - atan((1 + 2 x)/sqrt(3))/sqrt(3) for L = 2,
    F(x) = -1/(2 x^2) + ln(1 + x^2)/4 - ln(1 - x)/4 - ln(1 + x)/4 for L = 3. Left: the integral of
    dA over the deep mode law's rate, from A0 to A1. From a small start the first term,
    (S/A0)^(1 - 2/D)/(L - 1), leads: the time grows by a power of S/A0, where a single layer's grows
    by its logarithm.

    Raises
    ------
    ArgumentError
        For other numbers of layers: integrate `deep_mode_law`.
    """
    x, x0 = sympy.symbols("x x0", positive=True)
    printed = {
        2: lambda y: (
            -1 / y
            - sympy.log(1 - y) / 3
            + sympy.log(1 + y + y**2) / 6
            - sympy.atan((1 + 2 * y) / sympy.sqrt(3)) / sympy.sqrt(3)
        ),
        3: lambda y: (
            -1 / (2 * y**2) + (sympy.log(1 + y**2) - sympy.log(1 - y) - sympy.log(1 + y)) / 4
        ),
    }
    if layers not in printed:
        raise ArgumentError(
            "layers", layers, "has a time in closed form for 2 and 3", "integrate deep_mode_law"
        )
    scale, depth = deep_scale(layers), layers + 1
    # A = S x^D makes the rate rational in x
    rate = deep_mode_law(layers=layers).law[A].subs(A, S * x**depth)
    integrand = sympy.cancel(sympy.diff(S * x**depth, x) / sympy.expand_power_base(rate))
    fractions, integral = definite_integral(integrand, x, x0)
    integral = integral.replace(sympy.log, _single_logarithms)
    roots = {x: (A1 / S) ** Rational(1, depth), x0: (A0 / S) ** Rational(1, depth)}
    unit = scale ** (Rational(2, depth) - 1) * S ** (2 - Rational(2, depth)) * N**layers * V
    return Identity(
        name=f"discovery time of a deep linear CNN's mode (convolution layers: {layers})",
        left=integral.subs(roots),
        right=(printed[layers](roots[x]) - printed[layers](roots[x0])) / unit,
        given=(A0 < S, A1 < S),
        derivation=(
            Step("separate the variables, A = S x^D", integrand),
            Step("partial fractions", fractions),
            Step("integrate", integral),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names=MODE_NAMES | {"lambda": "variance", "theta": "clock"},
    sizes=({"layers": 2}, {"layers": 3}),
)
def deep_clock(layers: int = 2, frequencies: int = 2) -> System:
    """dtheta/dtau = n^L (S - A): all frequencies of a balanced deep mode move with one clock.

    Amplitude u_f of all layers at frequency f: du_f/dtheta = v_f u_f^L, so
    u_f^(1 - L) = u_f0^(1 - L) - (L - 1) v_f theta for L >= 2, and A = n^L lambda sum_f v_f u_f^D.
    Every frequency of the mode is counted, both of a pair. The first u_f to diverge, at
    theta = u_f0^(1 - L)/((L - 1) v_f), bounds the clock: A reaches S before.

    Raises
    ------
    ArgumentError
        For one layer, whose clock is `clock`.
    """
    check_layers(layers)
    if layers == 1:
        raise ArgumentError("layers", layers, "must be 2 or more", "use clock for one layer")
    parent = aligned_flow(frequencies=frequencies, layers=layers)
    magnitudes = mode_symbols(frequencies)[2]
    starts = sympy.symbols(f"u0_1:{frequencies + 1}", positive=True)
    drop = layers - 1
    powers = [u0**-drop - drop * v * THETA for u0, v in zip(starts, magnitudes, strict=True)]
    shown = tuple(power ** Rational(-1, drop) for power in powers)
    factors = layer_amplitudes(frequencies, layers)
    relation = {x: u for layer in factors for x, u in zip(layer, shown, strict=True)}
    strength = aligned_strength((shown,) * (layers + 1), magnitudes)
    return System(
        name=f"clock of a deep mode (frequencies: {frequencies}, convolution layers: {layers})",
        law={THETA: N**layers * (S - strength)},
        time=TAU,
        initial={THETA: sympy.S.Zero},
        origin=Origin(parent, relation),
        given=tuple(v * THETA * drop < u0**-drop for u0, v in zip(starts, magnitudes, strict=True)),
        derivation=(
            *parent.derivation,
            Step(
                "balanced: du_f/dtheta = v_f u_f^L with dtheta = n^L (S - A) dtau; separated",
                sympy.Tuple(*powers),
            ),
            Step("the amplitudes", sympy.Tuple(*shown)),
        ),
    )
