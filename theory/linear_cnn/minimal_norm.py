"""The least squared norm of the weights that give a map, and of the maps that give the data.

At each frequency the weights of one kernel cost at least (2/n) ||P^_f||, so the least norm is a
group lasso over frequencies: minimise sum_f ||P^_f|| under P X^T = Y^T, with D_f = L conj(X^_f) for
real multipliers L (p x M) as its certificate: D_f = P^_f/||P^_f|| where P^_f is not 0
(`active_frequency`), ||D_f|| <= 1 elsewhere (`multiplier_bound`).
"""

import sympy

from theory.claims import Bound, Identity, Reference, Step, register
from theory.fourier import PAPER, symbols_of
from theory.linear_cnn.invariants import complex_of, one_frequency, squared_norm
from theory.linear_cnn.modes import LAMBDA, N, aligned_strength, mode_symbols


def _parts(name: str, rows: int) -> sympy.Matrix:
    """Return real and imaginary parts in two columns, as `one_frequency` does."""
    return sympy.Matrix(
        rows, 2, lambda i, j: sympy.Symbol(f"{name}{i + 1}_{('re', 'im')[j]}", real=True)
    )


@register(reference=Reference(PAPER, "App. F, S.68-S.137", "reproduced"))
def norm_of_frequency() -> Bound:
    """(2/n) ||P^_f|| <= |c k^_f|^2 + ||b_f/c||^2 for every gauge c > 0: what a frequency costs.

    P^_f = n k^_f b_f does not depend on c. Attained in the balanced gauge c^2 = ||b_f||/|k^_f|, where
    |k^_f| = ||b_f||. Two outputs.
    """
    gauge = sympy.Symbol("c", positive=True)
    k_parts, b_parts, _ = one_frequency()
    kernel, outputs = gauge * k_parts, b_parts / gauge
    columns = (N * complex_of(kernel)[0] * complex_of(outputs)).applyfunc(sympy.expand)
    square = sum((sympy.expand(x * sympy.conjugate(x)) for x in columns), sympy.S.Zero)
    k, b = sympy.sqrt(squared_norm(k_parts)), sympy.sqrt(squared_norm(b_parts))
    return Bound(
        name="least norm of a frequency",
        left=2 / N * sympy.sqrt(sympy.factor(square)),
        right=squared_norm(kernel) + squared_norm(outputs),
        certificate=(gauge * k - b / gauge) ** 2,
        attained={gauge: sympy.sqrt(b / k)},
        derivation=(
            Step("the effective map at this frequency", columns),
            Step("its squared norm", sympy.factor(square)),
            Step("the slack is the square of |c k| - ||b/c||", gauge * k - b / gauge),
        ),
    )


@register(
    reference=Reference(PAPER, "App. F, S.68-S.137", "refuted"),
    names={"n": "image_side", "lambda": "variance", "v1": "spectral_magnitude"},
)
def norm_of_mode(frequencies: int = 3) -> Bound:
    """2 A/(n lambda v_1) <= sum_f (k_f^2 + b_f^2): what a mode costs; v_1 is the largest v_f.

    For disjoint frequencies, where A = n lambda sum_f v_f k_f b_f; with A = S the least norm of any
    interpolation. The magnitudes are v_1 - d_f with d_f >= 0. Attained where only frequencies with
    v_f = v_1 are used, balanced: the spectrum of the minimum is not free.
    """
    kernels, outputs, magnitudes = mode_symbols(frequencies)
    largest = magnitudes[0]
    below = sympy.symbols(f"d2:{frequencies + 1}", nonnegative=True)
    strength = aligned_strength((kernels, outputs), (largest, *(largest - d for d in below)))
    squares = sum(((k - b) ** 2 for k, b in zip(kernels, outputs, strict=True)), sympy.S.Zero)
    unused = sum(
        (2 * d * k * b / largest for d, k, b in zip(below, kernels[1:], outputs[1:], strict=True)),
        sympy.S.Zero,
    )
    return Bound(
        name="least norm of a mode",
        left=2 * strength / (N * LAMBDA * largest),
        right=sum((k**2 + b**2 for k, b in zip(kernels, outputs, strict=True)), sympy.S.Zero),
        certificate=squares + unused,
        attained={
            outputs[0]: kernels[0],
            **dict.fromkeys((*kernels[1:], *outputs[1:]), sympy.S.Zero),
        },
        derivation=(
            Step("the strength of the mode", strength),
            Step("frequencies that are not balanced", squares),
            Step("frequencies that are not the largest", unused),
        ),
    )


@register(reference=Reference(PAPER, "App. F, S.68-S.137", "ours"))
def active_frequency(p: int = 2, samples: int = 2) -> Identity:
    """Gradient of sum_f ||P_f|| - <L, sum_f P_f X_f^T> in P_f: 2 (P_f/||P_f|| - D_f), D_f = L conj(X_f).

    The Lagrangian of min sum_f ||P^_f|| under sum_f P^_f X^_f^T = Y^T, with real multipliers L,
    p x M, for one pair {f, f~}: P^ and X^ at f~ are the conjugates. Stationary where
    D_f = P_f/||P_f||: the certificate of an active frequency. Two columns, real and imaginary part;
    left: derivatives in these parts.
    """
    columns, spectrum = _parts("P", p), _parts("x", samples)
    multipliers = symbols_of("L", p, samples)
    size = sympy.sqrt(squared_norm(columns))
    at_f = complex_of(columns) * complex_of(spectrum).T
    at_conjugate = complex_of(columns).conjugate() * complex_of(spectrum).H
    fitted = sum(map(sympy.Mul, multipliers, at_f + at_conjugate), sympy.S.Zero)
    lagrangian = 2 * size - fitted
    conjugate = spectrum * sympy.diag(1, -1)
    return Identity(
        name="certificate of an active frequency",
        left=sympy.ImmutableMatrix(p, 2, [sympy.diff(lagrangian, x) for x in columns]),
        right=sympy.ImmutableMatrix(2 * columns / size - 2 * multipliers * conjugate),
        derivation=(Step("the Lagrangian of one pair of frequencies", lagrangian),),
    )


@register(reference=Reference(PAPER, "App. F, S.68-S.137", "ours"))
def multiplier_bound() -> Bound:
    """2 ||P|| Re(D^H P) <= ||P||^2 (1 + ||D||^2): no map beats a certificate with ||D_f|| <= 1.

    Then Re(D_f^H P_f) <= ||P_f|| for every P_f, so that every map that fits the data has
    sum_f ||P_f|| >= <L, Y^T>, with equality where D_f = P_f/||P_f|| or P_f = 0. Two outputs.
    """
    columns, multiplier = _parts("P", 2), _parts("D", 2)
    size = sympy.sqrt(squared_norm(columns))
    overlap = sum(map(sympy.Mul, multiplier, columns), sympy.S.Zero)
    return Bound(
        name="what a certificate bounds",
        left=2 * size * overlap,
        right=squared_norm(columns) * (1 + squared_norm(multiplier)),
        certificate=squared_norm(columns - size * multiplier),
        attained={d: x / size for d, x in zip(multiplier, columns, strict=True)},
        derivation=(Step("the slack is ||P - ||P|| D||^2", columns - size * multiplier),),
    )
