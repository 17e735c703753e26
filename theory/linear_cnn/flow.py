"""The network and its gradient flow: pixels, Fourier variables, singular modes.

Symbols: kernel k (one n x n image a channel, flattened), fully connected weights W (p x n^2),
B = W conj(Q) with columns b_f, k^ = Q k, E = Syx - P Sxx with columns e_f of E conj(Q). For a
correlating network conj(Q) and Q change places in B and e_f.
"""

import sympy
from sympy import ImmutableMatrix, Rational

from theory.circulant import Operation, doubly_block_circulant
from theory.claims import Identity, Invariant, Origin, Reference, Step, System, register
from theory.fourier import PAPER, conjugate_index, dft_2d_matrix, symbols_of
from theory.gradient_flow import TAU, averaged_loss, gradient_flow
from theory.linear_network import rotation, symmetric_symbols


def complex_symbols(name: str, rows: int, columns: int) -> ImmutableMatrix:
    """Return a matrix of complex symbols ``name_i_j``."""
    return ImmutableMatrix(rows, columns, lambda i, j: sympy.Symbol(f"{name}_{i}_{j}"))


def _pixel_variables(n: int, p: int, channels: int) -> tuple[ImmutableMatrix, ImmutableMatrix]:
    return symbols_of("k", channels, n * n), symbols_of("W", p, n * n)


def _data(n: int, p: int, channels: int) -> tuple[ImmutableMatrix, ImmutableMatrix]:
    return symbols_of("Syx", p, channels * n * n), symmetric_symbols("Sxx", channels * n * n)


def _effective_map(
    kernels: ImmutableMatrix, weights: ImmutableMatrix, operation: Operation
) -> ImmutableMatrix:
    """Return P = W [dbc(k_1), dbc(k_2), ...], p x (channels n^2)."""
    blocks = [doubly_block_circulant(kernels[c, :].T, operation) for c in range(kernels.shape[0])]
    return ImmutableMatrix(weights * sympy.Matrix.hstack(*blocks))


@register(
    reference=Reference(PAPER, "8-11, S.31-S.44", "reproduced"),
    sizes=({"n": 2, "p": 2},),
    slow_sizes=(  # at n = 2 convolution and correlation are the same: n = 3 tells them apart
        {"n": 2, "p": 2, "channels": 2},
        {"n": 3, "p": 2},
        {"n": 3, "p": 1, "operation": "correlation"},
    ),
)
def network_flow(n: int, p: int, channels: int = 1, operation: Operation = "convolution") -> System:
    """dW/dtau = E dbc(k)^T and dk_a/dtau = sum of (W^T E)[i, j] over (i - j) mod n = a.

    For correlation the sum runs over (j - i) mod n = a.
    """
    kernels, weights = _pixel_variables(n, p, channels)
    yx, xx = _data(n, p, channels)
    parameters = (*kernels, *weights)
    effective = _effective_map(kernels, weights, operation)
    derived = gradient_flow(averaged_loss(effective, yx, xx), parameters)
    error = yx - effective * xx
    pull = weights.T * error  # n^2 x (channels n^2)
    sign = 1 if operation == "convolution" else -1
    kernel_rates = [sympy.S.Zero] * (channels * n * n)
    for row in range(n * n):
        for channel in range(channels):
            for column in range(n * n):
                (i, j), (a, b) = divmod(row, n), divmod(column, n)
                shift = (sign * (i - a) % n) * n + sign * (j - b) % n
                kernel_rates[channel * n * n + shift] += pull[row, channel * n * n + column]
    weight_rates = sympy.zeros(p, n * n)
    for channel in range(channels):
        block = error[:, channel * n * n : (channel + 1) * n * n]
        weight_rates += block * doubly_block_circulant(kernels[channel, :].T, operation).T
    return System(
        name=f"linear CNN ({operation}), n = {n}, p = {p}, {channels} channel(s)",
        law=dict(zip(parameters, (*kernel_rates, *weight_rates), strict=True)),
        time=derived.time,
        potential=derived.potential,
        derivation=derived.derivation,
    )


@register(reference=Reference(PAPER, "8", "reproduced"), sizes=({"n": 3, "p": 1},))
def prediction(n: int, p: int) -> Identity:
    """P conj(Q) has the columns n k^_f b_f: the network's map in Fourier variables."""
    kernels, weights = _pixel_variables(n, p, 1)
    q = dft_2d_matrix(n)
    spectrum, outputs = q * kernels.T, weights * q.conjugate()
    return Identity(
        name=f"prediction in Fourier variables, n = {n}",
        left=_effective_map(kernels, weights, "convolution") * q.conjugate(),
        right=ImmutableMatrix(p, n * n, lambda i, f: n * spectrum[f] * outputs[i, f]),
    )


def _fourier_rates(
    spectrum: ImmutableMatrix, outputs: ImmutableMatrix, errors: list[ImmutableMatrix], n: int
) -> list[sympy.Expr]:
    """Rates of (F): dk^_f = n b_f^H e_f for each channel, db_f = n sum over channels e_f conj(k^_f).

    Conjugates are written through the conjugate index: conj(b_f) = b_f~, conj(k^_f) = k^_f~.
    """
    p, size = outputs.shape
    kernel_rates = [
        n * sum(outputs[i, conjugate_index(f, n)] * error[i, f] for i in range(p))
        for error in errors
        for f in range(size)
    ]
    output_rates = [
        n
        * sum(
            error[i, f] * spectrum[channel, conjugate_index(f, n)]
            for channel, error in enumerate(errors)
        )
        for i in range(p)
        for f in range(size)
    ]
    return [*kernel_rates, *output_rates]


@register(
    reference=Reference(PAPER, "12-14, S.45-S.60", "reproduced"),
    sizes=({"n": 2, "p": 2},),
    slow_sizes=({"n": 2, "p": 2, "channels": 2},),
)
def coupled_flow(n: int, p: int, channels: int = 1, operation: Operation = "convolution") -> System:
    """dk^_f/dtau = n b_f^H e_f, db_f/dtau = n e_f conj(k^_f): the flow in Fourier variables (F).

    Comes from `network_flow` by k^ = Q k, B = W conj(Q); conserves ||k^_f||^2 - ||b_f||^2.
    """
    kernels, weights = _pixel_variables(n, p, channels)
    spectrum, outputs = _fourier_variables(n, p, channels)
    back, _ = _transforms(n, operation)
    state = (*spectrum, *outputs)
    relation = (*(kernels * dft_2d_matrix(n)), *(weights * back))
    parent = network_flow(n=n, p=p, channels=channels, operation=operation)
    rates = _coupled_rates(n, p, channels, operation, *_data(n, p, channels))
    return System(
        name=f"coupled flow ({operation}), n = {n}, p = {p}, {channels} channel(s)",
        law=dict(zip(state, rates, strict=True)),
        time=parent.time,
        origin=Origin(parent, dict(zip(state, relation, strict=True))),
        invariants=_balances(spectrum, outputs),
        derivation=(
            *parent.derivation,
            Step("Fourier variables k^ = Q k and B = W conj(Q)", sympy.Tuple(*relation)),
            Step("their rates, with e_f the error in Fourier variables", sympy.Tuple(*rates)),
        ),
    )


def _fourier_variables(n: int, p: int, channels: int) -> tuple[ImmutableMatrix, ImmutableMatrix]:
    return complex_symbols("kh", channels, n * n), complex_symbols("b", p, n * n)


def _transforms(n: int, operation: Operation) -> tuple[ImmutableMatrix, ImmutableMatrix]:
    """Return what takes rows of weights to Fourier variables, and what takes them back."""
    q = dft_2d_matrix(n)
    return (q.conjugate(), q) if operation == "convolution" else (q, q.conjugate())


def _coupled_rates(
    n: int,
    p: int,
    channels: int,
    operation: Operation,
    output_input: sympy.Matrix,
    input_input: sympy.Matrix,
) -> list[sympy.Expr]:
    """Rates of (F) on given data: P conj(Q) = n k^_f b_f channel by channel, E = Syx - P Sxx."""
    spectrum, outputs = _fourier_variables(n, p, channels)
    back, forth = _transforms(n, operation)
    effective = sympy.Matrix.hstack(
        *(
            sympy.Matrix(p, n * n, lambda i, f, c=c: n * spectrum[c, f] * outputs[i, f]) * forth
            for c in range(channels)
        )
    )
    error = output_input - effective * input_input
    errors = [error[:, c * n * n : (c + 1) * n * n] * back for c in range(channels)]
    return _fourier_rates(spectrum, outputs, errors, n)


def _balances(spectrum: ImmutableMatrix, outputs: ImmutableMatrix) -> tuple[Invariant, ...]:
    """||k^_f||^2 - ||b_f||^2 for each f, with conjugates through the conjugate index."""
    n = int(sympy.sqrt(spectrum.shape[1]))

    def power(rows: ImmutableMatrix, f: int) -> sympy.Expr:
        return sum(rows[i, f] * rows[i, conjugate_index(f, n)] for i in range(rows.shape[0]))

    return tuple(
        Invariant(f"||k^_{f}||^2 - ||b_{f}||^2", power(spectrum, f) - power(outputs, f))
        for f in range(n * n)
    )


def coupled_flow_on(image: sympy.Matrix, singular: sympy.Symbol, variance: sympy.Symbol) -> System:
    """Return the law (F) for one output and one mode: Syx = S v^T, Sxx = lambda v v^T.

    Parameters
    ----------
    image : sympy matrix, 1 x n^2
        The mode v, normalised.
    """
    n = int(sympy.sqrt(len(image)))
    spectrum, outputs = _fourier_variables(n, 1, 1)
    rates = _coupled_rates(n, 1, 1, "convolution", singular * image, variance * image.T * image)
    return System(
        name="coupled flow of one mode",
        law=dict(zip((*spectrum, *outputs), rates, strict=True)),
        time=TAU,
        invariants=_balances(spectrum, outputs),
    )


def _orthogonal_frames() -> tuple[ImmutableMatrix, ImmutableMatrix]:
    """Return exact orthogonal matrices, 2 x 2 and 4 x 4, not aligned to any axis."""
    u = rotation(Rational(3, 5), Rational(4, 5))
    v = sympy.kronecker_product(
        rotation(Rational(5, 13), Rational(12, 13)), rotation(Rational(8, 17), Rational(15, 17))
    )
    return u, ImmutableMatrix(v)


@register(reference=Reference(PAPER, "15, 16, S.61-S.65", "reproduced"))
def mode_flow() -> System:
    """The coupled flow in the basis of singular modes, for two modes on 2 x 2 images.

    dk^_f = n sum_lm conj(Bt_lf) (S - A)_lm conj(v^_mf), dBt_lf = n sum_m (S - A)_lm conj(v^_mf)
    conj(k^_f), A_lm = n lambda_m sum_f Bt_lf k^_f v^_mf, Bt = U^T B. Holds where
    Sxx = V diag(lambda) V^T, as for coherent classes; a part of Sxx orthogonal to V would add
    -P times that part to E. U, V are exact rational frames; S, lambda symbols.
    """
    n, p = 2, 2
    u, frame = _orthogonal_frames()
    v = frame[:, :p]
    singular, variances = (
        sympy.symbols("S1:3", positive=True),
        sympy.symbols("lambda1:3", positive=True),
    )
    yx, xx = _data(n, p, 1)
    data = dict(zip(yx, u * sympy.diag(*singular) * v.T, strict=True))
    data |= dict(zip(xx, v * sympy.diag(*variances) * v.T, strict=True))
    fine = coupled_flow(n=n, p=p)
    parent = System(
        name="coupled flow on coherent data",
        law={x: rate.subs(data, simultaneous=True) for x, rate in fine.law.items()},
        time=fine.time,
        invariants=fine.invariants,
    )
    spectrum, modes = complex_symbols("kh", 1, n * n), complex_symbols("Bt", p, n * n)
    v_hat = dft_2d_matrix(n) * v  # column m: spectrum of the mode m
    strength = ImmutableMatrix(
        p,
        p,
        lambda k, m: (
            n * variances[m] * sum(modes[k, f] * spectrum[f] * v_hat[f, m] for f in range(n * n))
        ),
    )
    gap = sympy.diag(*singular) - strength
    pulls = ImmutableMatrix(
        p,
        n * n,
        lambda k, f: sum(gap[k, m] * v_hat[conjugate_index(f, n), m] for m in range(p)),
    )
    # coarse variables in terms of the fine: k^ is the same, Bt = U^T B
    fine_outputs = complex_symbols("b", p, n * n)
    relation = dict(zip((*spectrum, *modes), (*spectrum, *(u.T * fine_outputs)), strict=True))
    return System(
        name="flow of singular modes",
        law=dict(
            zip((*spectrum, *modes), _fourier_rates(spectrum, modes, [pulls], n), strict=True)
        ),
        time=fine.time,
        origin=Origin(parent, relation),
        derivation=(
            *fine.derivation,
            Step("Syx = U diag(S) V^T and Bt = U^T B: the effective singular values A", strength),
        ),
    )
