"""What a 3 x 3 kernel does to a plane wave, and to a long one.

W is applied as a cross-correlation; k_x and k_y are wave numbers in radian a pixel, rows along x.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.fourier import symbols_of
from theory.lattice import (
    FIVE_POINT,
    NODE_X,
    NODE_Y,
    PAPER,
    kernel_on,
    kernel_symbol,
    second_difference,
)
from theory.wave_rnn.step import OMEGA

KX, KY = sympy.symbols("k_x k_y", real=True)
SCALE = sympy.Symbol("epsilon", positive=True)

KERNEL_NAMES = {
    "k_x": "wavenumber_x",
    "k_y": "wavenumber_y",
    "i": "row",
    "j": "column",
    "omega": "stiffness",
}


def taps(name: str = "W") -> ImmutableMatrix:
    """Return a 3 x 3 kernel of real symbols W_a_b."""
    return symbols_of(name, 3, 3)


def symbol_of(kernel: sympy.MatrixBase) -> sympy.Expr:
    """Return What(k) of a 3 x 3 kernel."""
    return kernel_symbol(kernel, KX, KY)


def flipped(kernel: sympy.MatrixBase) -> ImmutableMatrix:
    """Return a kernel seen through its centre, which is what its transpose correlates with."""
    return ImmutableMatrix(3, 3, lambda a, b: kernel[2 - a, 2 - b])


def lattice_laplacian() -> sympy.Expr:
    """Return lambda = 4 sin^2(k_x/2) + 4 sin^2(k_y/2), between 0 and 8 (1/pixel^2)."""
    return second_difference(KX) + second_difference(KY)


def squared_speed() -> tuple[sympy.Expr, sympy.Expr, sympy.Expr]:
    """Return c_x^2, c_xy and c_y^2 of long waves: s = mass^2 + c_x^2 k_x^2 + 2 c_xy k_x k_y + c_y^2 k_y^2.

    c_x^2 = sum_ab W[a, b] (a - 1)^2/2, c_xy = sum_ab W[a, b] (a - 1) (b - 1)/2.

    Examples
    --------
    >>> from theory.lattice import FIVE_POINT
    >>> [speed.subs(dict(zip(taps(), FIVE_POINT))) for speed in squared_speed()]
    [1, 0, 1]
    """
    return _moment(2, 0) / 2, _moment(1, 1) / 2, _moment(0, 2) / 2


def squared_mass() -> sympy.Expr:
    """Return omega - sum_ab W[a, b], the stiffness of the uniform wave; negative, and it grows."""
    return OMEGA - _moment(0, 0)


def _moment(along_x: int, along_y: int) -> sympy.Expr:
    kernel = taps()
    return sum(
        (kernel[1 + x, 1 + y] * x**along_x * y**along_y for x in (-1, 0, 1) for y in (-1, 0, 1)),
        sympy.S.Zero,
    )


@register(reference=Reference(PAPER, "9", "ours"), names=KERNEL_NAMES)
def plane_wave() -> Identity:
    """W * exp(i k.x) = What(k) exp(i k.x), What = sum_ab W[a, b] exp(i (k_x (a - 1) + k_y (b - 1)))."""
    wave = sympy.exp(sympy.I * (KX * NODE_X + KY * NODE_Y))
    applied = kernel_on(taps(), wave)
    return Identity(
        name="a kernel on a plane wave",
        left=sympy.expand(applied / wave, power_exp=True),
        right=sympy.expand(symbol_of(taps())).rewrite(sympy.cos),
        derivation=(
            Step("the kernel on a wave", applied),
            Step("over the wave", symbol_of(taps())),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=KERNEL_NAMES)
def laplacian_symbol() -> Identity:
    """-What = 4 sin^2(k_x/2) + 4 sin^2(k_y/2) of the Laplacian kernel, between 0 and 8."""
    return Identity(
        name="symbol of the Laplacian kernel",
        left=-symbol_of(FIVE_POINT),
        right=lattice_laplacian(),
        derivation=(Step("What of [[0, 1, 0], [1, -4, 1], [0, 1, 0]]", symbol_of(FIVE_POINT)),),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=KERNEL_NAMES,
    sizes=({"channels": 1}, {"channels": 2}),
)
def transposed_kernel(channels: int = 1) -> Identity:
    """Taps flipped and channels swapped: the symbol is the conjugate transpose of What.

    So W is a symmetric operator exactly where W[c, c'] at tap (a, b) is W[c', c] at the tap seen through
    the centre. What(-k) stands for the conjugate, as W is real.
    """
    kernels = [[taps(f"W{c}{other}") for other in range(channels)] for c in range(channels)]
    symbols = ImmutableMatrix(channels, channels, lambda c, other: symbol_of(kernels[c][other]))
    transposed = ImmutableMatrix(
        channels, channels, lambda c, other: symbol_of(flipped(kernels[other][c]))
    )
    return Identity(
        name=f"transpose of a kernel, {channels} channels",
        left=transposed,
        right=symbols.T.subs({KX: -KX, KY: -KY}, simultaneous=True).applyfunc(
            lambda entry: entry.rewrite(sympy.cos)
        ),
        derivation=(Step("What of the kernels", symbols),),
    )


@register(reference=Reference(PAPER, "9", "sharpened"), names=KERNEL_NAMES)
def long_waves() -> Identity:
    """Long waves: s = mass^2 - i b.k + c_x^2 k_x^2 + 2 c_xy k_x k_y + c_y^2 k_y^2 + O(k^3), for any kernel.

    mass^2 = omega - sum W; b = sum W (a - 1, b - 1) is zero for a kernel that equals itself seen through
    its centre; epsilon scales both wave numbers.
    """
    stiffness = OMEGA - symbol_of(taps()).subs({KX: SCALE * KX, KY: SCALE * KY})
    along_x, mixed, along_y = squared_speed()
    drifting = _moment(1, 0) * KX + _moment(0, 1) * KY
    square = along_x * KX**2 + 2 * mixed * KX * KY + along_y * KY**2
    expanded = sympy.series(stiffness, SCALE, 0, 3).removeO()
    return Identity(
        name="stiffness of long waves",
        left=sympy.expand(expanded),
        right=squared_mass() - sympy.I * SCALE * drifting + SCALE**2 * square,
        variable=SCALE,
        order=2,
        derivation=(
            Step("the stiffness of a wave, omega - What", OMEGA - symbol_of(taps())),
            Step("at k = 0: mass^2", squared_mass()),
            Step("of second order: c_x^2, c_xy and c_y^2", sympy.Tuple(*squared_speed())),
        ),
    )
