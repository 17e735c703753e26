"""What an autoencoder can keep of a film: bounds that hold for any training.

A is m x n, an image a row, with singular values s_j and eigenimages v_j, counted from 0. The last
layer is linear: the reconstructions are A^ = H W^T + 1 b^T with H the activations of the last hidden
layer, of width w, and the bias b. c_j = ||P v_j||^2 is what the row space of A^ (projector P, of
dimension q) captures of frame j.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Bound, Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.fourier import symbols_of
from theory.latent_waves.equations import PAPER
from theory.latent_waves.rotations import rotation


def reconstruction(images: int, pixels: int, width: int) -> ImmutableMatrix:
    """Return A^ = H W^T + 1 b^T with every activation and weight a symbol, images x pixels."""
    hidden, weights = symbols_of("H", images, width), symbols_of("W", pixels, width)
    bias = symbols_of("b", pixels)
    return ImmutableMatrix(hidden * weights.T + sympy.ones(images, 1) * bias.T)


@register(
    reference=Reference(PAPER, "Fig. 7", "sharpened"),
    sizes=({"width": 1},),
    slow_sizes=({"width": 2},),
)
def rank_bound(width: int = 1) -> Identity:
    """rank(A^) <= w + 1: minors of size w + 2 vanish; those of w + 1 are det [H 1] det [W b].

    So the rank w + 1 is reached, and no frame from w + 1 on is determined by the network.
    """
    if width < 1:
        raise ArgumentError("width", width, "must be at least 1", "pass the last hidden width")
    size = width + 1
    hidden = symbols_of("H", size, width).row_join(sympy.ones(size, 1))
    weights = symbols_of("W", size, width).row_join(symbols_of("b", size))
    small, large = (reconstruction(k, k, width) for k in (size, size + 1))
    return Identity(
        name=f"rank of reconstructions, width {width}",
        left=ImmutableMatrix([large.det(method="berkowitz"), small.det(method="berkowitz")]),
        right=ImmutableMatrix(
            [sympy.S.Zero, hidden.det(method="berkowitz") * weights.det(method="berkowitz")]
        ),
        derivation=(Step("A^, one row and column more than the rank", large),),
    )


def projector(rank: int) -> ImmutableMatrix:
    """Return any projector of rank 1 or 2 of three pixels: x x^T/|x|^2, or 1 minus that.

    Raises
    ------
    ArgumentError
        For other ranks.
    """
    if rank not in (1, 2):
        raise ArgumentError("rank", rank, "must be 1 or 2", "three pixels are written out")
    x = sympy.Matrix([sympy.Symbol("x0", positive=True), *sympy.symbols("x1:3", real=True)])
    line = x * x.T / sympy.Add(*(part**2 for part in x))
    return ImmutableMatrix(line if rank == 1 else sympy.eye(3) - line)


def captured(rank: int) -> tuple[sympy.Expr, ...]:
    """Return c_j = v_j^T P v_j of three orthonormal frames of three pixels, both of them any."""
    frames, space = rotation(3), projector(rank)
    return tuple((frames[:, j].T * space * frames[:, j])[0] for j in range(3))


@register(reference=Reference(PAPER, "", "ours"), sizes=({"rank": 1}, {"rank": 2}))
def capture(rank: int = 1) -> Identity:
    """sum_j c_j = q: the captures of an orthonormal set of frames add up to the rank.

    For all q-dimensional row spaces and all frames of three pixels; each c_j is between 0 and 1.
    """
    shares = captured(rank)
    return Identity(
        name=f"captures at rank {rank}",
        left=sympy.Add(*shares),
        right=sympy.Integer(rank),
        derivation=(
            Step("projector on the row space", projector(rank)),
            Step("capture of the first frame", shares[0]),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), sizes=({"rank": 1}, {"rank": 2}))
def loss_of_projection(rank: int = 1) -> Identity:
    """||A - A P||^2 = sum_j s_j^2 (1 - c_j): what is lost of each frame, weighted with its power.

    P any projector of rank q of three pixels, in the basis of the frames.
    """
    values = sympy.symbols("s0:3", positive=True)
    space, images = projector(rank), sympy.diag(*values)
    return Identity(
        name=f"loss of a projection, rank {rank}",
        left=_square(images - images * space),
        right=sympy.Add(*(s**2 * (1 - space[j, j]) for j, s in enumerate(values))),
        derivation=(Step("captures", sympy.Tuple(*(space[j, j] for j in range(3)))),),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"frames": 3, "rank": 1}, {"frames": 4, "rank": 2}),
)
def loss_bound(frames: int = 3, rank: int = 1) -> Bound:
    """sum_(j >= q) s_j^2 <= sum_j s_j^2 (1 - c_j): no rank q loses less than the weakest frames.

    Captures that add up to q move shares t_ij of the frames i < q to frames j >= q. With the gaps
    s_(j-1)^2 - s_j^2 = d_j >= 0. Attained by c_j = 1 for j < q, 0 from there on: without a bias the
    optimum of a linear autoencoder keeps the first d frames as they are and no other (T = d).
    """
    if not 1 <= rank < frames:
        raise ArgumentError("rank", rank, f"must be 1 to {frames - 1}", "lose at least one frame")
    powers = _falling_powers(frames)
    moved = {
        (i, j): sympy.Symbol(f"t{i}{j}", nonnegative=True)
        for i in range(rank)
        for j in range(rank, frames)
    }
    lost = [sympy.Add(*(t for (i, _), t in moved.items() if i == k)) for k in range(rank)]
    won = [sympy.Add(*(t for (_, j), t in moved.items() if j == k)) for k in range(rank, frames)]
    misses = [*lost, *(1 - c for c in won)]
    gaps = {(i, j): sympy.Add(*_gaps(frames)[i + 1 : j + 1]) for i, j in moved}
    return Bound(
        name=f"least loss of rank {rank} of {frames}",
        left=sympy.Add(*powers[rank:]),
        right=sympy.Add(*(p * miss for p, miss in zip(powers, misses, strict=True))),
        certificate=sympy.Add(*(t * gaps[pair] for pair, t in moved.items())),
        attained=dict.fromkeys(moved.values(), sympy.S.Zero),
        derivation=(
            Step("1 - c_j", sympy.Tuple(*misses)),
            Step("a share moved from i to j costs s_i^2 - s_j^2", sympy.Tuple(*gaps.values())),
        ),
    )


def _gaps(frames: int) -> list[sympy.Symbol]:
    """Return symbols of s_(j-1)^2 - s_j^2, for j = 1 on; the first place is not used."""
    return [sympy.Symbol(f"d{j}", nonnegative=True) for j in range(frames)]


def _falling_powers(frames: int) -> list[sympy.Expr]:
    """Return s_j^2 as the least power plus the gaps that follow."""
    least = sympy.Symbol("P", positive=True)
    return [least + sympy.Add(*_gaps(frames)[j + 1 :]) for j in range(frames)]


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"images": 2}, {"images": 3}),
)
def bias_is_the_mean(images: int = 2) -> Identity:
    """||R - 1 b^T||^2 = ||R - 1 r^T||^2 + m ||b - r||^2 with r the mean row of R = A - H W^T.

    The best bias is the mean of what is left, so the optimum with a bias is that of the centred
    images: principal components and the mean image, rank d + 1 in all. Two pixels.
    """
    if images < 2:
        raise ArgumentError("images", images, "must be at least 2", "one image is its own mean")
    rest, bias = symbols_of("R", images, 2), symbols_of("b", 2)
    mean = ImmutableMatrix(sympy.ones(1, images) * rest / images).T
    ones = sympy.ones(images, 1)
    return Identity(
        name=f"best bias of {images} images",
        left=_square(rest - ones * bias.T),
        right=_square(rest - ones * mean.T) + images * _square(bias - mean),
        derivation=(
            Step("squared error with a bias", _square(rest - ones * bias.T)),
            Step("the mean row", mean),
        ),
    )


def _square(matrix: sympy.MatrixBase) -> sympy.Expr:
    return sympy.Add(*(x**2 for x in matrix))
