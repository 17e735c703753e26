"""Area, perimeter and corners out of exact spectra: heat traces by Poisson's sum.

The eigenvalues of rectangle, right isosceles and equilateral triangle are parts of a lattice's squared
lengths. Poisson's sum turns Z(t) into A/(4 pi t) - P/(8 sqrt(pi t)) + C and powers of the
exponentially small E = exp(-unit/t), with no other power of t: what the corners add is derived here.
"""

import dataclasses
import itertools

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.drum.heat_trace import (
    ANGLE,
    AREA,
    CONSTANT,
    HEAT_NAMES,
    PERIMETER,
    TIME,
    corner_constant,
    heat_expansion,
)
from theory.drum.membrane import COLUMN, LENGTH, ROW, SIDE_A, SIDE_B, rectangle_eigenvalue
from theory.drum.triangles import equilateral_eigenvalue, right_isosceles_eigenvalue
from theory.errors import ArgumentError
from theory.lattice import PAPER

SMALL = sympy.Symbol("E", positive=True)
LATTICE_NAMES = HEAT_NAMES | {"a": "side_x", "b": "side_y", "L": "leg"}


def _symmetric(dimension: int) -> ImmutableMatrix:
    """Return a symmetric matrix F = W^T W of symbols, which makes it positive definite."""
    if dimension not in (1, 2):
        raise ArgumentError("dimension", dimension, "must be 1 or 2", "state a line or a plane")
    first, mixed, second = sympy.symbols("f g h", positive=True)
    root = ImmutableMatrix([[first, mixed], [0, second]])[:dimension, :dimension]
    return ImmutableMatrix(root.T * root)


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"t": "heat_time"},
    sizes=({"dimension": 1}, {"dimension": 2}),
)
def completed_square(dimension: int) -> Identity:
    """-t x.F x - 2 pi i j.x = -t y.F y - pi^2 j.F^-1 j/t, with y = x + i pi F^-1 j/t.

    So the Fourier transform of a Gaussian is a Gaussian: (pi/t)^(d/2) det(F)^(-1/2)
    exp(-pi^2 j.F^-1 j/t), and Poisson's sum of exp(-t k.F k) over whole k is its sum over whole j.
    """
    form = _symmetric(dimension)
    place = ImmutableMatrix(sympy.symbols("x y", real=True)[:dimension])
    image = ImmutableMatrix(sympy.symbols("j_x j_y", integer=True)[:dimension])
    shifted = place + sympy.I * sympy.pi / TIME * form.inv() * image
    return Identity(
        name=f"Gaussian transform in {dimension} dimensions",
        left=-TIME * shifted.dot(form * shifted) - _image_exponent(form, image) / TIME,
        right=-TIME * place.dot(form * place) - 2 * sympy.pi * sympy.I * image.dot(place),
        derivation=(Step("shift the place into the complex plane", shifted),),
    )


def _image_exponent(form: sympy.MatrixBase, image: sympy.MatrixBase) -> sympy.Expr:
    return sympy.pi**2 * (image.T * form.inv() * image)[0, 0]


def poisson_sum(form: sympy.MatrixBase, unit: sympy.Expr, order: int) -> sympy.Expr:
    """Return the sum of exp(-t k.F k) over all whole k, by Poisson, up to E^order.

    Parameters
    ----------
    form : matrix, (d, d)
        F, positive definite (1/length^2); d is 1 or 2.
    unit : sympy.Expr
        E = exp(-unit/t) (length^2); pi^2 j.F^-1 j must be whole multiples of it.
    order : int
        Highest power of E.

    Raises
    ------
    ArgumentError
        If `unit` does not measure the lattice of images in whole numbers.

    Examples
    --------
    >>> poisson_sum(ImmutableMatrix([[sympy.pi**2]]), sympy.S.One, 1)
    (2*E + 1)/(sqrt(pi)*sqrt(t))
    """
    dimension = form.rows
    terms = []
    for image in itertools.product(range(-order, order + 1), repeat=dimension):
        power = sympy.simplify(_image_exponent(form, ImmutableMatrix(image)) / unit)
        if not power.is_Integer:
            raise ArgumentError(
                "unit", str(unit), "must measure all images in whole numbers", "take a part of it"
            )
        if power <= order:
            terms.append(SMALL**power)
    front = sympy.sqrt(sympy.pi / TIME) ** dimension / sympy.sqrt(form.det())
    return front * sympy.Add(*terms)


@dataclasses.dataclass(frozen=True)
class LatticeDrum:
    """A polygon whose spectrum is part of a lattice's.

    Parameters
    ----------
    area, perimeter : sympy.Expr
    angles : tuple of sympy.Expr
        Inner angles (radian).
    trace : sympy.Expr
        Z(t) from the exact spectrum by Poisson's sum, in t and E, up to E^order.
    unit : sympy.Expr
        E = exp(-unit/t) (length^2).
    rest : sympy.Expr
        The lowest powers of E, up to E^order.
    order : int
    """

    area: sympy.Expr
    perimeter: sympy.Expr
    angles: tuple[sympy.Expr, ...]
    trace: sympy.Expr
    unit: sympy.Expr
    rest: sympy.Expr
    order: int


def _line(eigenvalue: sympy.Expr, unit: sympy.Expr, order: int) -> sympy.Expr:
    """Return the sum of exp(-eigenvalue k^2 t) over k = 1, 2, 3, ...: half a lattice without 0."""
    return (poisson_sum(ImmutableMatrix([[eigenvalue]]), unit, order) - 1) / 2


def _rectangle() -> LatticeDrum:
    eigenvalue = rectangle_eigenvalue()
    along_x, along_y = (eigenvalue.coeff(number, 2) for number in (ROW, COLUMN))
    # images along b are smaller than those along a by this factor: b >= a
    ratio = sympy.exp(-(SIDE_B**2 - SIDE_A**2) / TIME)
    second = _line(along_y, SIDE_B**2, 1).subs(SMALL, SMALL * ratio)
    walls = (SIDE_A + SIDE_B * ratio) / (2 * sympy.sqrt(sympy.pi * TIME))
    return LatticeDrum(
        area=SIDE_A * SIDE_B,
        perimeter=2 * (SIDE_A + SIDE_B),
        angles=(sympy.pi / 2,) * 4,
        trace=_line(along_x, SIDE_A**2, 1) * second,
        unit=SIDE_A**2,
        rest=SMALL * (SIDE_A * SIDE_B * (1 + ratio) / (2 * sympy.pi * TIME) - walls),
        order=1,
    )


def _right_isosceles() -> LatticeDrum:
    """Half of the square's modes, after those with m = n are taken away."""
    axis = sympy.expand(right_isosceles_eigenvalue()).coeff(ROW, 2)
    unit = LENGTH**2 / 2
    return LatticeDrum(
        area=LENGTH**2 / 2,
        perimeter=(2 + sympy.sqrt(2)) * LENGTH,
        angles=(sympy.pi / 2, sympy.pi / 4, sympy.pi / 4),
        trace=(_line(axis, unit, 1) ** 2 - _line(2 * axis, unit, 1)) / 2,
        unit=unit,
        rest=-SMALL * LENGTH / (2 * sympy.sqrt(2 * sympy.pi * TIME)),
        order=1,
    )


def _equilateral() -> LatticeDrum:
    """A sixth of the hexagonal lattice without 0 has m >= 1, n >= 0; those with n = 0 are taken away."""
    eigenvalue = sympy.expand(equilateral_eigenvalue())
    form = sympy.hessian(eigenvalue, (ROW, COLUMN)) / 2
    unit = 3 * SIDE_A**2 / 16
    return LatticeDrum(
        area=sympy.sqrt(3) * SIDE_A**2 / 4,
        perimeter=3 * SIDE_A,
        angles=(sympy.pi / 3,) * 3,
        trace=(poisson_sum(form, unit, 3) - 1) / 6 - _line(form[0, 0], unit, 3),
        unit=unit,
        rest=-3 * SIDE_A * SMALL**3 / (4 * sympy.sqrt(sympy.pi * TIME)),
        order=3,
    )


LATTICE_DRUMS = {
    "rectangle": _rectangle,
    "right_isosceles": _right_isosceles,
    "equilateral": _equilateral,
}


def lattice_drum(shape: str) -> LatticeDrum:
    """Return a polygon with its heat trace to the first power of E that is not zero.

    Raises
    ------
    ArgumentError
        For a shape other than rectangle, right_isosceles and equilateral.

    Examples
    --------
    >>> lattice_drum("equilateral").rest
    -3*E**3*a/(4*sqrt(pi)*sqrt(t))
    """
    if shape not in LATTICE_DRUMS:
        allowed = ", ".join(LATTICE_DRUMS)
        raise ArgumentError("shape", shape, f"must be one of {allowed}", "name one")
    return LATTICE_DRUMS[shape]()


@register(
    reference=Reference(PAPER, "", "ours"),
    names=LATTICE_NAMES,
    sizes=tuple({"shape": shape} for shape in LATTICE_DRUMS),
)
def lattice_heat_trace(shape: str) -> Identity:
    """Z(t) = A/(4 pi t) - P/(8 sqrt(pi t)) + sum over corners (pi^2 - w^2)/(24 pi w) + O(E).

    Exact up to the stated power of E = exp(-unit/t); no other power of t occurs. Left, Poisson's sum of the
    spectrum; right, the polygon. The first power of E is exp(-l^2/(4t)), l the shortest closed path of
    a ray: 2a in a rectangle a <= b, sqrt(2) L in the right isosceles, 3a/2 in the equilateral triangle.
    """
    drum = lattice_drum(shape)
    corners = [corner_constant().subs(ANGLE, angle) for angle in drum.angles]
    polygon = {AREA: drum.area, PERIMETER: drum.perimeter, CONSTANT: sympy.Add(*corners)}
    return Identity(
        name=f"heat trace of the {shape}",
        left=drum.trace,
        right=heat_expansion().subs(polygon) + drum.rest,
        variable=SMALL,
        order=drum.order,
        given=(sympy.Le(SIDE_A, SIDE_B),) if shape == "rectangle" else (),
        derivation=(
            Step("Poisson's sum of the spectrum, E = exp(-unit/t)", drum.trace),
            Step("the unit", drum.unit),
            Step("the constant that its corners add up to", sympy.Add(*corners)),
            Step("the rest at its largest", drum.rest),
        ),
    )
