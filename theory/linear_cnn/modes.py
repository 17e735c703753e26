"""What is left of the flow where no two modes share a frequency: one clock a mode, and sigmoids.

n is the side of the image, v the magnitude |v^_f| of the mode's spectrum, lambda the mode's
variance v^T Sxx v, S its singular value and A its effective singular value.
"""

import sympy
from sympy import Rational

from theory import linear_network
from theory.claims import Identity, Invariant, Origin, Reference, Step, System, register
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


def _amplitudes(frequencies: int) -> tuple[tuple[sympy.Symbol, ...], ...]:
    """Return kernel amplitudes k_f, output amplitudes b_f and spectral magnitudes v_f."""
    if frequencies == 1:
        return tuple((sympy.Symbol(name, positive=True),) for name in "kbv")
    return tuple(sympy.symbols(f"{name}1:{frequencies + 1}", positive=True) for name in "kbv")


@register(reference=Reference(PAPER, "23, S.138-S.145", "reproduced"))
def aligned_flow(frequencies: int = 2) -> System:
    """dk_f/dtau = n v_f b_f (S - A), db_f/dtau = n v_f k_f (S - A), A = n lambda sum_f v_f k_f b_f.

    One mode with its own frequencies, every output aligned with it: k^_f = k_f exp(i beta_f),
    Bt_f = b_f exp(-i (alpha_f + beta_f)), v^_f = v_f exp(i alpha_f). The phases drop out.
    """
    kernels, outputs, magnitudes = _amplitudes(frequencies)
    spectrum, modes, spectrum_conj, modes_conj = (
        sympy.symbols(f"{name}1:{frequencies + 1}") for name in ("kh", "Bt", "khc", "Btc")
    )
    alphas, betas = (sympy.symbols(f"{x}1:{frequencies + 1}", real=True) for x in ("alpha", "beta"))
    v_hat = [m * sympy.exp(sympy.I * a) for m, a in zip(magnitudes, alphas, strict=True)]
    v_conj = [m * sympy.exp(-sympy.I * a) for m, a in zip(magnitudes, alphas, strict=True)]
    strength = N * LAMBDA * sum(map(sympy.Mul, modes, spectrum, v_hat))
    # the singular mode's part of `mode_flow` with l = m; each variable and its conjugate
    one_mode = System(
        name="one mode of the coupled flow",
        law={
            **{
                k: N * bc * (S - strength) * vc
                for k, bc, vc in zip(spectrum, modes_conj, v_conj, strict=True)
            },
            **{
                b: N * (S - strength) * vc * kc
                for b, vc, kc in zip(modes, v_conj, spectrum_conj, strict=True)
            },
            **{
                kc: N * b * (S - strength) * v
                for kc, b, v in zip(spectrum_conj, modes, v_hat, strict=True)
            },
            **{
                bc: N * (S - strength) * v * k
                for bc, v, k in zip(modes_conj, v_hat, spectrum, strict=True)
            },
        },
        time=TAU,
        invariants=tuple(
            Invariant(f"|{k}|^2 - |{b}|^2", k * kc - b * bc)
            for k, b, kc, bc in zip(spectrum, modes, spectrum_conj, modes_conj, strict=True)
        ),
    )
    relation: dict[sympy.Symbol, sympy.Expr] = {}
    for f in range(frequencies):
        turn, both = sympy.I * betas[f], sympy.I * (alphas[f] + betas[f])
        relation |= {
            spectrum[f]: kernels[f] * sympy.exp(turn),
            modes[f]: outputs[f] * sympy.exp(-both),
            spectrum_conj[f]: kernels[f] * sympy.exp(-turn),
            modes_conj[f]: outputs[f] * sympy.exp(both),
        }
    gap = S - N * LAMBDA * sum(map(sympy.Mul, magnitudes, kernels, outputs))
    return System(
        name=f"aligned mode (frequencies: {frequencies})",
        law={
            **{k: N * v * b * gap for k, b, v in zip(kernels, outputs, magnitudes, strict=True)},
            **{b: N * v * k * gap for k, b, v in zip(kernels, outputs, magnitudes, strict=True)},
        },
        time=TAU,
        origin=Origin(one_mode, relation),
        invariants=tuple(
            Invariant(f"{k}^2 - {b}^2", k**2 - b**2) for k, b in zip(kernels, outputs, strict=True)
        ),
        derivation=(
            Step("one mode of the coupled flow", sympy.Tuple(*one_mode.law.values())),
            Step("amplitudes and phases, aligned", sympy.Tuple(*relation.values())),
        ),
    )


@register(reference=Reference(PAPER, "23, S.138-S.145", "ours"))
def aligned_mode_in_network() -> System:
    """The aligned law is the coupled flow of an explicit network: n = 3, one output, two pairs.

    The image is a sum of two cosines, so its mode has two pairs of frequencies, with
    |v^_f| = 3/(5 sqrt 2) and 4/(5 sqrt 2); each pair counts twice in A. All other frequencies are at
    rest. Ties `aligned_flow`, for which n, v and the number of frequencies are free, to the loss.
    """
    side, pairs = 3, ((1, 2), (3, 6))  # f and f~, flattened
    sizes = [Rational(3, 5) / sympy.sqrt(2), Rational(4, 5) / sympy.sqrt(2)]
    # exact phases exp(i alpha_f) of the mode and exp(i beta_f) of the kernel
    of_mode = [
        Rational(3, 5) + Rational(4, 5) * sympy.I,
        Rational(5, 13) + Rational(12, 13) * sympy.I,
    ]
    of_kernel = [
        Rational(8, 17) - Rational(15, 17) * sympy.I,
        Rational(-7, 25) + Rational(24, 25) * sympy.I,
    ]
    kernels, outputs, magnitudes = _amplitudes(2)
    spectrum, modes, mode = (sympy.zeros(1, side**2) for _ in range(3))
    for number, (f, conjugate) in enumerate(pairs):
        turn = sympy.expand(of_mode[number] * of_kernel[number])
        for index, phase in ((f, lambda z: z), (conjugate, sympy.conjugate)):
            mode[index] = sizes[number] * phase(of_mode[number])
            spectrum[index] = kernels[number] * phase(of_kernel[number])
            modes[index] = outputs[number] * sympy.conjugate(phase(turn))
    # real, for f and f~ are conjugate
    image = (mode * dft_2d_matrix(side).conjugate()).applyfunc(sympy.expand)
    parent = coupled_flow_on(image, S, LAMBDA)
    numbers = {N: side, LAMBDA: 2 * LAMBDA, **dict(zip(magnitudes, sizes, strict=True))}
    law = {x: rate.xreplace(numbers) for x, rate in aligned_flow(frequencies=2).law.items()}
    return System(
        name="aligned mode of an explicit network",
        law=law,
        time=TAU,
        origin=Origin(parent, dict(zip(parent.state, (*spectrum, *modes), strict=True))),
        derivation=(
            *aligned_flow(frequencies=2).derivation,
            Step("two pairs of an explicit 3 x 3 network", sympy.Tuple(*law.values())),
        ),
    )


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
    kernels, outputs, magnitudes = _amplitudes(frequencies)
    starts = tuple(
        sympy.symbols(f"{name}0_1:{frequencies + 1}", positive=True) for name in ("k", "b")
    )
    relation: dict[sympy.Symbol, sympy.Expr] = {}
    for f in range(frequencies):
        k0, b0, v = starts[0][f], starts[1][f], magnitudes[f]
        grown, shrunk = (k0 + b0) * sympy.exp(v * THETA), (k0 - b0) * sympy.exp(-v * THETA)
        relation[kernels[f]] = (grown + shrunk) / 2
        relation[outputs[f]] = (grown - shrunk) / 2
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
    return N * LAMBDA * V * _amplitudes(1)[0][0] ** 2


@register(reference=Reference(PAPER, "21", "sharpened"), names=MODE_NAMES)
def mode_law() -> System:
    """dA/dtau = 2 n v A (S - A): a pure cosine is learnt by a sigmoid (L).

    v = 1/sqrt(2) for a pair of frequencies, 1 for a self-conjugate frequency: (0, 0), and for even
    n the three Nyquist frequencies too.
    """
    (k,), (b,), _ = _amplitudes(1)
    balanced = balanced_mode(aligned_flow(frequencies=1), (k, b))
    origin = Origin(balanced, {A: _strength_of_amplitude()})
    return logistic_law(N * V, "mode of a linear CNN", origin)


@register(reference=Reference(PAPER, "21", "ours"), names=MODE_NAMES | {"h": "flow_time_step"})
def descent_map() -> System:
    """A' = A (1 + h n v (S - A))^2: gradient descent with h = c eta, exactly (M)."""
    (k,), (b,), _ = _amplitudes(1)
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
