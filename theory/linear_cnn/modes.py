"""What is left of the flow where no two modes share a frequency: one clock a mode, and sigmoids.

n is the side of the image, v the magnitude |v^_f| of the mode's spectrum, lambda the mode's
variance v^T Sxx v, S its singular value and A its effective singular value.
"""

import itertools
from collections.abc import Sequence

import sympy
from sympy import Rational

from theory import linear_network
from theory.claims import Identity, Invariant, Origin, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.fourier import PAPER, dft_2d_matrix
from theory.gradient_flow import TAU
from theory.linear_cnn.flow import coupled_flow_on
from theory.logistic import (
    A0,
    A1,
    NAMES,
    A,
    S,
    balanced_mode,
    definite_integral,
    logistic_descent,
    logistic_law,
)

N = sympy.Symbol("n", positive=True)
V = sympy.Symbol("v", positive=True)
LAMBDA = sympy.Symbol("lambda", positive=True)
STEP = sympy.Symbol("h", positive=True)
THETA = sympy.Symbol("theta", real=True)

MODE_NAMES = NAMES | {"n": "image_side", "v": "spectral_magnitude"}


def mode_symbols(frequencies: int) -> tuple[tuple[sympy.Symbol, ...], ...]:
    """Return kernel amplitudes k_f, output amplitudes b_f and spectral magnitudes v_f."""
    if frequencies == 1:
        return tuple((sympy.Symbol(name, positive=True),) for name in "kbv")
    return tuple(sympy.symbols(f"{name}1:{frequencies + 1}", positive=True) for name in "kbv")


def layer_amplitudes(frequencies: int, layers: int) -> tuple[tuple[sympy.Symbol, ...], ...]:
    """Return the amplitudes of each layer, first to last: kernels k_f (k1_f, k2_f, ...), outputs b_f.

    Raises
    ------
    ArgumentError
        For less than one convolution layer.
    """
    check_layers(layers)
    kernels, outputs, _ = mode_symbols(frequencies)
    if layers == 1:
        return kernels, outputs
    places = [""] if frequencies == 1 else [f"_{f + 1}" for f in range(frequencies)]
    deep = (
        tuple(sympy.Symbol(f"k{layer + 1}{place}", positive=True) for place in places)
        for layer in range(layers)
    )
    return (*deep, outputs)


def check_layers(layers: int) -> None:
    """Raise an ArgumentError for what is not a number of convolution layers."""
    if not isinstance(layers, int) or layers < 1:
        raise ArgumentError(
            "layers", layers, "must be a whole number of convolution layers, 1 or more", "pass 1"
        )


def _at(factors: tuple[tuple[sympy.Expr, ...], ...], f: int) -> list[sympy.Expr]:
    return [layer[f] for layer in factors]


def _aligned_rates(
    factors: tuple[tuple[sympy.Expr, ...], ...],
    conjugates: tuple[tuple[sympy.Expr, ...], ...],
    v_conj: Sequence[sympy.Expr],
    gap: sympy.Expr,
) -> dict[sympy.Expr, sympy.Expr]:
    """Rate of every factor: n^L conj(v_f) (product of the conjugates of all others at f) gap."""
    scale = N ** (len(factors) - 1)
    return {
        factor: scale * v_conj[f] * gap * sympy.prod(others)
        for number, layer in enumerate(factors)
        for f, factor in enumerate(layer)
        for others in [[c for place, c in enumerate(_at(conjugates, f)) if place != number]]
    }


def aligned_strength(
    factors: tuple[tuple[sympy.Expr, ...], ...], magnitudes: Sequence[sympy.Expr]
) -> sympy.Expr:
    """Return A = n^L lambda sum_f v_f (product of the factors at f)."""
    products = (v * sympy.prod(_at(factors, f)) for f, v in enumerate(magnitudes))
    return N ** (len(factors) - 1) * LAMBDA * sum(products, sympy.S.Zero)


@register(
    reference=Reference(PAPER, "23, S.138-S.145", "reproduced"),
    sizes=({}, {"frequencies": 2, "layers": 2}),
)
def aligned_flow(frequencies: int = 2, layers: int = 1) -> System:
    """dk_f/dtau = n v_f b_f (S - A), db_f/dtau = n v_f k_f (S - A), A = n lambda sum_f v_f k_f b_f.

    One mode with its own frequencies, every output aligned with it: k^_f = k_f exp(i beta_f),
    Bt_f = b_f exp(-i (alpha_f + beta_f)), v^_f = v_f exp(i alpha_f). The phases drop out. With
    L convolution layers of one kernel each factor moves by n^L v_f (product of all others) (S - A),
    A = n^L lambda sum_f v_f (product of all), and beta_f is the sum of the kernels' phases.
    """
    factors, magnitudes = layer_amplitudes(frequencies, layers), mode_symbols(frequencies)[2]
    variables, conjugates = (
        tuple(
            sympy.symbols(f"{name}{end}_1:{frequencies + 1}")
            for name in (*(f"kh{layer + 1}" for layer in range(layers)), "Bt")
        )
        for end in ("", "c")
    )
    alphas = sympy.symbols(f"alpha1:{frequencies + 1}", real=True)
    betas = [
        sympy.symbols(f"beta{layer + 1}_1:{frequencies + 1}", real=True) for layer in range(layers)
    ]
    v_hat = [m * sympy.exp(sympy.I * a) for m, a in zip(magnitudes, alphas, strict=True)]
    v_conj = [m * sympy.exp(-sympy.I * a) for m, a in zip(magnitudes, alphas, strict=True)]
    gap = S - aligned_strength(variables, v_hat)
    # the singular mode's part of `mode_flow` with l = m; each variable and its conjugate
    one_mode = System(
        name="one mode of the coupled flow",
        law={
            **_aligned_rates(variables, conjugates, v_conj, gap),
            **_aligned_rates(conjugates, variables, v_hat, gap),
        },
        time=TAU,
        invariants=tuple(
            Invariant(f"|{x}|^2 - |{y}|^2", x * xc - y * yc)
            for (layer, above), (layer_c, above_c) in zip(
                itertools.pairwise(variables), itertools.pairwise(conjugates), strict=True
            )
            for x, y, xc, yc in zip(layer, above, layer_c, above_c, strict=True)
        ),
    )
    relation: dict[sympy.Symbol, sympy.Expr] = {}
    for f in range(frequencies):
        turns = [beta[f] for beta in betas]
        turns = [*turns, -alphas[f] - sum(turns)]
        for x, xc, size, turn in zip(
            *(_at(of, f) for of in (variables, conjugates, factors)), turns, strict=True
        ):
            relation |= {x: size * sympy.exp(sympy.I * turn), xc: size * sympy.exp(-sympy.I * turn)}
    return System(
        name=_mode_in_words("aligned mode", frequencies, layers),
        law=_aligned_rates(factors, factors, magnitudes, S - aligned_strength(factors, magnitudes)),
        time=TAU,
        origin=Origin(one_mode, relation),
        invariants=tuple(
            Invariant(f"{x}^2 - {y}^2", x**2 - y**2)
            for layer, above in itertools.pairwise(factors)
            for x, y in zip(layer, above, strict=True)
        ),
        derivation=(
            Step("one mode of the coupled flow", sympy.Tuple(*one_mode.law.values())),
            Step("amplitudes and phases, aligned", sympy.Tuple(*relation.values())),
        ),
    )


def _mode_in_words(name: str, frequencies: int, layers: int) -> str:
    depth = "" if layers == 1 else f", convolution layers: {layers}"
    return f"{name} (frequencies: {frequencies}{depth})"


@register(
    reference=Reference(PAPER, "23, S.138-S.145", "ours"),
    slow_sizes=({"layers": 2},),
)
def aligned_mode_in_network(layers: int = 1) -> System:
    """The aligned law is the coupled flow of an explicit network: n = 3, one output, two pairs.

    The image is a sum of two cosines, so its mode has two pairs of frequencies, with
    |v^_f| = 3/(5 sqrt 2) and 4/(5 sqrt 2); each pair counts twice in A. All other frequencies are at
    rest. Ties `aligned_flow`, for which n, v and the number of frequencies are free, to the loss.
    """
    side, pairs = 3, ((1, 2), (3, 6))  # f and f~, flattened
    sizes = [Rational(3, 5) / sympy.sqrt(2), Rational(4, 5) / sympy.sqrt(2)]
    # exact phases exp(i alpha_f) of the mode and exp(i beta_f) of each layer's kernel
    of_mode = [
        Rational(3, 5) + Rational(4, 5) * sympy.I,
        Rational(5, 13) + Rational(12, 13) * sympy.I,
    ]
    of_kernel = [
        Rational(8, 17) - Rational(15, 17) * sympy.I,
        Rational(-7, 25) + Rational(24, 25) * sympy.I,
    ]
    amplitudes, magnitudes = layer_amplitudes(2, layers), mode_symbols(2)[2]
    *spectra, modes, mode = (sympy.zeros(1, side**2) for _ in range(layers + 2))
    for number, (f, conjugate) in enumerate(pairs):
        # another phase for each layer: the power of one
        turns = [sympy.expand(of_kernel[number] ** (layer + 1)) for layer in range(layers)]
        turn = sympy.expand(of_mode[number] * sympy.prod(turns))
        for index, phase in ((f, lambda z: z), (conjugate, sympy.conjugate)):
            mode[index] = sizes[number] * phase(of_mode[number])
            modes[index] = amplitudes[-1][number] * sympy.conjugate(phase(turn))
            for spectrum, kernels, of_layer in zip(spectra, amplitudes, turns, strict=False):
                spectrum[index] = kernels[number] * phase(of_layer)
    # real, for f and f~ are conjugate
    image = (mode * dft_2d_matrix(side).conjugate()).applyfunc(sympy.expand)
    parent = coupled_flow_on(image, S, LAMBDA, layers)
    numbers = {N: side, LAMBDA: 2 * LAMBDA, **dict(zip(magnitudes, sizes, strict=True))}
    aligned = aligned_flow(frequencies=2, layers=layers)
    law = {x: rate.xreplace(numbers) for x, rate in aligned.law.items()}
    relation = [entry for layer in (*spectra, modes) for entry in layer]
    return System(
        name="aligned mode of an explicit network",
        law=law,
        time=TAU,
        origin=Origin(parent, dict(zip(parent.state, relation, strict=True))),
        derivation=(
            *aligned.derivation,
            Step("two pairs of an explicit 3 x 3 network", sympy.Tuple(*law.values())),
        ),
    )


def clock_amplitudes(
    magnitudes: Sequence[sympy.Expr],
    kernels: Sequence[sympy.Expr],
    outputs: Sequence[sympy.Expr],
) -> tuple[tuple[sympy.Expr, ...], tuple[sympy.Expr, ...]]:
    """Return k_f and b_f of a mode whose clock shows theta, from their starts."""
    halves = [
        ((k + b) * sympy.exp(v * THETA) / 2, (k - b) * sympy.exp(-v * THETA) / 2)
        for v, k, b in zip(magnitudes, kernels, outputs, strict=True)
    ]
    return tuple(x + y for x, y in halves), tuple(x - y for x, y in halves)


def clock_strength(
    magnitudes: tuple[sympy.Symbol, ...],
    kernels: tuple[sympy.Symbol, ...],
    outputs: tuple[sympy.Symbol, ...],
) -> sympy.Expr:
    """Return G(theta), the strength A of a mode whose clock shows theta, from its start."""
    return (
        N
        * LAMBDA
        / 4
        * sum(
            v * ((k + b) ** 2 * sympy.exp(2 * v * THETA) - (k - b) ** 2 * sympy.exp(-2 * v * THETA))
            for v, k, b in zip(magnitudes, kernels, outputs, strict=True)
        )
    )


@register(
    reference=Reference(PAPER, "23, 24, App. E, G", "sharpened"),
    names=MODE_NAMES | {"lambda": "variance", "theta": "clock"},
)
def clock(frequencies: int = 2) -> System:
    """dtheta/dtau = n (S - G(theta)): all frequencies of a mode move with one clock (C).

    k_f = [(k_f0 + b_f0) exp(v_f theta) + (k_f0 - b_f0) exp(-v_f theta)]/2, b_f with the minus sign;
    G = (n lambda/4) sum_f v_f [(k_f0 + b_f0)^2 exp(2 v_f theta) - (k_f0 - b_f0)^2 exp(-2 v_f theta)].
    """
    parent = aligned_flow(frequencies=frequencies)
    kernels, outputs, magnitudes = mode_symbols(frequencies)
    starts = tuple(
        sympy.symbols(f"{name}0_1:{frequencies + 1}", positive=True) for name in ("k", "b")
    )
    shown = clock_amplitudes(magnitudes, *starts)
    relation = {
        x: amplitude
        for symbols, layer in zip((kernels, outputs), shown, strict=True)
        for x, amplitude in zip(symbols, layer, strict=True)
    }
    return System(
        name=f"clock of a mode (frequencies: {frequencies})",
        law={THETA: N * (S - clock_strength(magnitudes, *starts))},
        time=TAU,
        initial={THETA: sympy.S.Zero},
        origin=Origin(parent, relation),
        derivation=(
            *parent.derivation,
            Step(
                "k_f + b_f and k_f - b_f grow and shrink at rates n v_f (S - A): one clock theta "
                "with dtheta/dtau = n (S - A)",
                sympy.Tuple(*relation.values()),
            ),
        ),
    )


def _strength_of_amplitude() -> sympy.Expr:
    # of a self-conjugate frequency; for a pair, lambda takes its factor 2 (aligned_mode_in_network)
    return N * LAMBDA * V * mode_symbols(1)[0][0] ** 2


@register(reference=Reference(PAPER, "21", "sharpened"), names=MODE_NAMES)
def mode_law() -> System:
    """dA/dtau = 2 n v A (S - A): a pure cosine is learnt by a sigmoid (L).

    v = 1/sqrt(2) for a pair of frequencies, 1 for a self-conjugate frequency: (0, 0), and for even
    n the three Nyquist frequencies too.
    """
    (k,), (b,), _ = mode_symbols(1)
    balanced = balanced_mode(aligned_flow(frequencies=1), (k, b))
    origin = Origin(balanced, {A: _strength_of_amplitude()})
    return logistic_law(N * V, "mode of a linear CNN", origin)


@register(reference=Reference(PAPER, "21", "ours"), names=MODE_NAMES | {"h": "flow_time_step"})
def descent_map() -> System:
    """A' = A (1 + h n v (S - A))^2: gradient descent with h = c eta, exactly (M)."""
    (k,), (b,), _ = mode_symbols(1)
    flow = aligned_flow(frequencies=1)
    return logistic_descent(flow, (k, b), _strength_of_amplitude(), N * V, STEP)


@register(
    reference=Reference(PAPER, "22", "sharpened"), names=MODE_NAMES | {"A1": "target_strength"}
)
def discovery_time() -> Identity:
    """tau(A0 -> A1) = ln[A1 (S - A0)/(A0 (S - A1))]/(2 n v S): when the sigmoid reaches A1 (T1).

    Left: the integral of dA over the mode law's rate, from A0 to A1.
    """
    time = linear_network.discovery_time().right / (N * V)
    _, integral = definite_integral(1 / mode_law().law[A], A, A0)
    return Identity(
        name="discovery time of a linear CNN's mode",
        left=sympy.expand_log(integral.subs(A, A1)),
        right=time,
        given=(A0 < S, A1 < S),
        derivation=(
            *linear_network.discovery_time().derivation,
            Step("the clock of the mode runs n v times as fast", time),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"))
def early_growth() -> System:
    """dk_f/dtau = g beta_f, dbeta_f/dtau = g k_f while A << S; any data, g = n ||Syx^_f||.

    beta_f = b_f^H Syx^_f/||Syx^_f||: k_f = q+ exp(g tau) + q- exp(-g tau),
    q+- = (k_f(0) +- beta_f(0))/2.
    """
    k, beta, k0, beta0 = sympy.symbols("k beta k0 beta0")
    g = sympy.Symbol("g", positive=True)
    grown, shrunk = (k0 + beta0) / 2 * sympy.exp(g * TAU), (k0 - beta0) / 2 * sympy.exp(-g * TAU)
    return System(
        name="growth from a small start",
        law={k: g * beta, beta: g * k},
        time=TAU,
        initial={k: k0, beta: beta0},
        closed_form={k: grown + shrunk, beta: grown - shrunk},
        invariants=(Invariant("k^2 - beta^2", k**2 - beta**2),),
        derivation=(Step("sum and difference of the two grow and shrink", grown + shrunk),),
    )
