"""The network and its gradient flow: pixels, Fourier variables, singular modes.

A network has widths (C_0, C_1, ..., C_L): C_0 channels of the images, C_l kernels of convolution layer l;
then p fully connected outputs. Symbols: kernels k of each layer (n x n, flattened; one for each kernel and
channel), fully connected weights W (p x C_L n^2), E = Syx - P Sxx; in Fourier variables
K^(l)_f (C_l x C_{l-1}) holds the spectra Q k at frequency f, B_f (p x C_L) the columns of W conj(Q), E_f
(p x C_0) those of E conj(Q). One kernel and grey images: a number k^_f, columns b_f and e_f. For a
correlating network conj(Q) and Q change places in B and E_f.
"""

import itertools
from collections.abc import Sequence

import sympy
from sympy import ImmutableMatrix, Rational

from theory.circulant import Operation, doubly_block_circulant
from theory.claims import Identity, Invariant, Origin, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.fourier import PAPER, conjugate_index, dft_2d_matrix, symbols_of
from theory.gradient_flow import TAU, averaged_loss, gradient_flow
from theory.linear_network import rotation, symmetric_symbols

Widths = tuple[int, ...]
# all layers, first to last: the kernels of one convolution layer as rows (kernel after kernel, channel
# after channel) of n^2 entries; last the fully connected weights, p x (C_L n^2)
Layers = tuple[ImmutableMatrix, ...]


def complex_symbols(name: str, rows: int, columns: int) -> ImmutableMatrix:
    """Return a matrix of complex symbols ``name_i_j``."""
    return ImmutableMatrix(rows, columns, lambda i, j: sympy.Symbol(f"{name}_{i}_{j}"))


def check_widths(widths: Widths) -> None:
    """Raise an ArgumentError for what is not channels, then kernels of one layer or more."""
    if len(widths) < 2 or not all(isinstance(w, int) and w > 0 for w in widths):
        raise ArgumentError(
            "widths",
            widths,
            "must be the number of channels, then that of kernels of each convolution layer",
            "pass (1, 1) for grey images and one kernel",
        )


def _layer_names(name: str, widths: Widths) -> list[str]:
    """Return `name` for one convolution layer, `name` with the layer's number for several."""
    layers = len(widths) - 1
    return [name] if layers == 1 else [f"{name}{layer + 1}" for layer in range(layers)]


def _sizes(widths: Widths) -> list[tuple[int, int]]:
    """Return kernels and channels of each convolution layer."""
    return [(kernels, channels) for channels, kernels in itertools.pairwise(widths)]


def _pixel_variables(n: int, p: int, widths: Widths) -> Layers:
    check_widths(widths)
    kernels = (
        symbols_of(name, rows * columns, n * n)
        for name, (rows, columns) in zip(_layer_names("k", widths), _sizes(widths), strict=True)
    )
    return (*kernels, symbols_of("W", p, widths[-1] * n * n))


def _fourier_variables(n: int, p: int, widths: Widths) -> Layers:
    check_widths(widths)
    spectra = (
        complex_symbols(name, rows * columns, n * n)
        for name, (rows, columns) in zip(_layer_names("kh", widths), _sizes(widths), strict=True)
    )
    return (*spectra, complex_symbols("b", p, widths[-1] * n * n))


def _entries(layers: Layers) -> tuple[sympy.Expr, ...]:
    return tuple(entry for layer in layers for entry in layer)


def _data(n: int, p: int, channels: int) -> tuple[ImmutableMatrix, ImmutableMatrix]:
    return symbols_of("Syx", p, channels * n * n), symmetric_symbols("Sxx", channels * n * n)


def _convolutions(layer: ImmutableMatrix, channels: int, operation: Operation) -> sympy.Matrix:
    """Return a convolution layer as a matrix, (kernels n^2) x (channels n^2)."""
    blocks = [doubly_block_circulant(layer[row, :].T, operation) for row in range(layer.rows)]
    return sympy.Matrix.vstack(
        *(
            sympy.Matrix.hstack(*blocks[start : start + channels])
            for start in range(0, len(blocks), channels)
        )
    )


def _factors(layers: Layers, widths: Widths, operation: Operation) -> tuple[sympy.Matrix, ...]:
    """Return the matrices whose product is P, first to last."""
    *kernels, weights = layers
    convolutions = (
        _convolutions(layer, channels, operation)
        for layer, channels in zip(kernels, widths[:-1], strict=True)
    )
    return (*convolutions, sympy.Matrix(weights))


def pulls(adjoints: Sequence[sympy.Matrix], error: sympy.Matrix) -> list[sympy.Matrix]:
    """Return what moves each factor of a product: (factors after it)^H error (factors before it)^H.

    Parameters
    ----------
    adjoints : sequence of sympy matrices
        Of the factors, first to last; each factor acts on the product of those before it.
    error : sympy matrix
        Of the shape of the product.
    """
    found = []
    for position in range(len(adjoints)):
        pull = error
        for after in reversed(adjoints[position + 1 :]):
            pull = after * pull
        for before in adjoints[:position]:
            pull = pull * before
        found.append(pull)
    return found


def _product(factors: Sequence[sympy.Matrix]) -> sympy.Matrix:
    product, *rest = factors
    for factor in rest:
        product = factor * product
    return product


def _effective_map(layers: Layers, widths: Widths, operation: Operation) -> ImmutableMatrix:
    """Return P = W D^(L) ... D^(1), p x (C_0 n^2)."""
    return ImmutableMatrix(_product(_factors(layers, widths, operation)))


def _kernel_rates(pull: sympy.Matrix, n: int, operation: Operation) -> list[sympy.Expr]:
    """Sum the pull on a layer's matrix along its diagonals: block by block, over (i - j) mod n = a."""
    kernels, channels = (size // (n * n) for size in pull.shape)
    sign = 1 if operation == "convolution" else -1
    rates = [sympy.S.Zero] * (kernels * channels * n * n)
    for row in range(pull.rows):
        for column in range(pull.cols):
            (kernel, at), (channel, seen) = divmod(row, n * n), divmod(column, n * n)
            (i, j), (a, b) = divmod(at, n), divmod(seen, n)
            shift = (sign * (i - a) % n) * n + sign * (j - b) % n
            rates[(kernel * channels + channel) * n * n + shift] += pull[row, column]
    return rates


@register(
    reference=Reference(PAPER, "8-11, S.31-S.44", "reproduced"),
    sizes=({"n": 2, "p": 2}, {"n": 2, "p": 1, "widths": (1, 2)}),
    slow_sizes=(  # at n = 2 convolution and correlation are the same: n = 3 tells them apart
        {"n": 2, "p": 2, "widths": (2, 1)},
        {"n": 2, "p": 1, "widths": (1, 1, 1)},
        {"n": 2, "p": 1, "widths": (1, 2, 1)},
        {"n": 3, "p": 2},
        {"n": 3, "p": 1, "operation": "correlation"},
    ),
)
def network_flow(
    n: int, p: int, widths: Widths = (1, 1), operation: Operation = "convolution"
) -> System:
    """dW/dtau = E (D^(L) ... D^(1))^T, and each kernel's rate the pull on its layer along diagonals.

    The pull on the matrix D^(l) of layer l is (W D^(L) ... D^(l+1))^T E (D^(l-1) ... D^(1))^T, and
    dk_a/dtau the sum of its block (kernel, channel)[i, j] over (i - j) mod n = a; for correlation
    over (j - i) mod n = a. Of one layer: dW/dtau = E dbc(k)^T, and W^T E is the pull.

    Parameters
    ----------
    n, p : int
        Side of the images, number of outputs.
    widths : tuple of int
        Channels of the images, then the kernels of each convolution layer.
    operation : {"convolution", "correlation"}

    Raises
    ------
    ArgumentError
        For widths without a convolution layer, or another operation.
    """
    layers = _pixel_variables(n, p, widths)
    yx, xx = _data(n, p, widths[0])
    factors = _factors(layers, widths, operation)
    effective = _product(factors)
    derived = gradient_flow(averaged_loss(effective, yx, xx), _entries(layers))
    *on_kernels, on_weights = pulls([factor.T for factor in factors], yx - effective * xx)
    rates = [rate for pull in on_kernels for rate in _kernel_rates(pull, n, operation)]
    return System(
        name=f"linear CNN ({operation}), {_sizes_in_words(n, p, widths)}",
        law=dict(zip(_entries(layers), (*rates, *on_weights), strict=True)),
        time=derived.time,
        potential=derived.potential,
        derivation=derived.derivation,
    )


def _sizes_in_words(n: int, p: int, widths: Widths) -> str:
    return f"n = {n}, p = {p}, widths {'-'.join(map(str, widths))}"


@register(
    reference=Reference(PAPER, "8", "reproduced"),
    sizes=({"n": 3, "p": 1}, {"n": 2, "p": 1, "widths": (2, 2)}),
    slow_sizes=({"n": 3, "p": 1, "widths": (1, 1, 1)}, {"n": 2, "p": 2, "widths": (1, 2, 1)}),
)
def prediction(n: int, p: int, widths: Widths = (1, 1)) -> Identity:
    """P conj(Q) has the columns n^L B_f K^(L)_f ... K^(1)_f: the map in Fourier variables.

    One column a frequency and channel; of one kernel on grey images n k^_f b_f.
    """
    layers = _pixel_variables(n, p, widths)
    q = dft_2d_matrix(n)
    back = q.conjugate()
    *kernels, weights = layers
    spectra = (*(layer * q for layer in kernels), _blockwise(weights, back))
    return Identity(
        name=f"prediction in Fourier variables, {_sizes_in_words(n, p, widths)}",
        left=_blockwise(_effective_map(layers, widths, "convolution"), back),
        right=_fourier_map(spectra, widths, n),
    )


def _blockwise(rows: sympy.Matrix, transform: sympy.Matrix) -> ImmutableMatrix:
    """Multiply the blocks of rows, one a channel, by a matrix."""
    size = transform.rows
    blocks = (rows[:, start : start + size] * transform for start in range(0, rows.cols, size))
    return ImmutableMatrix(sympy.Matrix.hstack(*blocks))


def _at_frequency(layers: Layers, widths: Widths, f: int) -> list[sympy.Matrix]:
    """Return K^(1)_f, ..., K^(L)_f and B_f."""
    outputs = layers[-1]
    pixels = outputs.cols // widths[-1]
    shapes = (*_sizes(widths), (outputs.rows, widths[-1]))
    # in every layer the frequency is the last index
    return [
        sympy.Matrix(*shape, list(layer)[f::pixels])
        for shape, layer in zip(shapes, layers, strict=True)
    ]


def _fourier_map(layers: Layers, widths: Widths, n: int) -> ImmutableMatrix:
    """Return P conj(Q), p x (C_0 n^2): n^L B_f K^(L)_f ... K^(1)_f for each frequency."""
    scale = n ** (len(widths) - 1)
    maps = [scale * _product(_at_frequency(layers, widths, f)) for f in range(n * n)]
    return ImmutableMatrix(
        maps[0].rows, widths[0] * n * n, lambda i, column: maps[column % n**2][i, column // n**2]
    )


def _fourier_rates(
    layers: Layers, widths: Widths, errors: sympy.Matrix, n: int
) -> list[sympy.Expr]:
    """Rates of (F), in the order of the layers' entries, for errors p x (C_0 n^2).

    Conjugates are written through the conjugate index: conj(b_f) = b_f~, conj(k^_f) = k^_f~.
    """
    scale, found = n ** (len(widths) - 1), []
    for f in range(n * n):
        adjoints = [x.T for x in _at_frequency(layers, widths, conjugate_index(f, n))]
        found.append(pulls(adjoints, scale * errors[:, f :: n * n]))
    return [
        pull[entry]
        for of_layer in zip(*found, strict=True)
        for entry in range(len(of_layer[0]))
        for pull in of_layer
    ]


@register(
    reference=Reference(PAPER, "12-14, S.45-S.60", "reproduced"),
    sizes=({"n": 2, "p": 2},),
    slow_sizes=(
        {"n": 2, "p": 2, "widths": (2, 1)},
        {"n": 2, "p": 1, "widths": (1, 2)},
        {"n": 2, "p": 1, "widths": (1, 1, 1)},
        {"n": 2, "p": 1, "widths": (1, 2, 1)},
    ),
)
def coupled_flow(
    n: int, p: int, widths: Widths = (1, 1), operation: Operation = "convolution"
) -> System:
    """dK^(l)_f/dtau = n^L (B_f .. K^(l+1)_f)^H E_f (K^(l-1)_f .. K^(1)_f)^H, B_f alike (F).

    Of one kernel on grey images: dk^_f/dtau = n b_f^H e_f, db_f/dtau = n e_f conj(k^_f). Comes from
    `network_flow` by k^ = Q k, B = W conj(Q); conserves every entry of
    K^(l)_f K^(l)_f^H - K^(l+1)_f^H K^(l+1)_f, with B_f as the last K: ||k^_f||^2 - ||b_f||^2 of one
    kernel.

    Parameters
    ----------
    n, p, widths, operation
        As for `network_flow`. The state is layer by layer, kernel by kernel, channel by channel,
        frequency by frequency; then B by output, kernel and frequency.
    """
    pixels = _pixel_variables(n, p, widths)
    layers = _fourier_variables(n, p, widths)
    back, _ = _transforms(n, operation)
    state = _entries(layers)
    *kernels, weights = pixels
    relation = _entries((*(k * dft_2d_matrix(n) for k in kernels), _blockwise(weights, back)))
    parent = network_flow(n=n, p=p, widths=widths, operation=operation)
    rates = _coupled_rates(n, p, widths, operation, *_data(n, p, widths[0]))
    return System(
        name=f"coupled flow ({operation}), {_sizes_in_words(n, p, widths)}",
        law=dict(zip(state, rates, strict=True)),
        time=parent.time,
        origin=Origin(parent, dict(zip(state, relation, strict=True))),
        invariants=_balances(layers, widths, n),
        derivation=(
            *parent.derivation,
            Step("Fourier variables k^ = Q k and B = W conj(Q)", sympy.Tuple(*relation)),
            Step("their rates, with E_f the error in Fourier variables", sympy.Tuple(*rates)),
        ),
    )


def _transforms(n: int, operation: Operation) -> tuple[ImmutableMatrix, ImmutableMatrix]:
    """Return what takes rows of weights to Fourier variables, and what takes them back."""
    q = dft_2d_matrix(n)
    return (q.conjugate(), q) if operation == "convolution" else (q, q.conjugate())


def _coupled_rates(
    n: int,
    p: int,
    widths: Widths,
    operation: Operation,
    output_input: sympy.Matrix,
    input_input: sympy.Matrix,
) -> list[sympy.Expr]:
    """Rates of (F) on given data: P from its Fourier columns, E = Syx - P Sxx."""
    layers = _fourier_variables(n, p, widths)
    back, forth = _transforms(n, operation)
    effective = _blockwise(_fourier_map(layers, widths, n), forth)
    errors = _blockwise(output_input - effective * input_input, back)
    return _fourier_rates(layers, widths, errors, n)


def _balances(layers: Layers, widths: Widths, n: int) -> tuple[Invariant, ...]:
    """K^(l)_f K^(l)_f^H - K^(l+1)_f^H K^(l+1)_f for each f, conjugates through the conjugate index.

    The matrices are Hermitian: the entries on and below the diagonal say all.
    """
    names = [*_layer_names("K", widths), "B"]
    found = []
    for f in range(n * n):
        factors, conjugates = (
            _at_frequency(layers, widths, index) for index in (f, conjugate_index(f, n))
        )
        inner = [factor * other.T for factor, other in zip(factors, conjugates, strict=True)]
        outer = [other.T * factor for factor, other in zip(factors, conjugates, strict=True)]
        for layer, (below, above) in enumerate(itertools.pairwise(names)):
            difference = inner[layer] - outer[layer + 1]
            found += [
                Invariant(
                    f"({below} {below}^H - {above}^H {above})_{f}[{i}, {j}]", difference[i, j]
                )
                for i in range(difference.rows)
                for j in range(i + 1)
            ]
    return tuple(found)


def coupled_flow_on(
    image: sympy.Matrix, singular: sympy.Symbol, variance: sympy.Symbol, layers: int = 1
) -> System:
    """Return the law (F) for one output and one mode: Syx = S v^T, Sxx = lambda v v^T.

    Parameters
    ----------
    image : sympy matrix, 1 x n^2
        The mode v, normalised.
    layers : int
        Convolution layers, of one kernel each.
    """
    n, widths = int(sympy.sqrt(len(image))), (1,) * (layers + 1)
    variables = _fourier_variables(n, 1, widths)
    data = singular * image, variance * image.T * image
    rates = _coupled_rates(n, 1, widths, "convolution", *data)
    return System(
        name=f"coupled flow of one mode (convolution layers: {layers})",
        law=dict(zip(_entries(variables), rates, strict=True)),
        time=TAU,
        invariants=_balances(variables, widths, n),
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
    errors = ImmutableMatrix(
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
            zip(
                (*spectrum, *modes),
                _fourier_rates((spectrum, modes), (1, 1), errors, n),
                strict=True,
            )
        ),
        time=fine.time,
        origin=Origin(parent, relation),
        derivation=(
            *fine.derivation,
            Step("Syx = U diag(S) V^T and Bt = U^T B: the effective singular values A", strength),
        ),
    )
