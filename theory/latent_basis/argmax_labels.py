"""The ideal label, argmax of l orthonormal coordinates: its class means and their singular values."""

import sympy
from sympy import ImmutableMatrix, Rational

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.latent_basis.normal import PAPER, density, distribution

T = sympy.Symbol("t", real=True)


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"labels": 2}, {"labels": 3}),
)
def greatest_of(labels: int = 2) -> Identity:
    """e_l = E max of l standard normals: 1/sqrt(pi) for l = 2, 3/(2 sqrt(pi)) for l = 3.

    By parts: the integral of t l phi Phi^(l-1) is that of l (l-1) phi^2 Phi^(l-2).

    Raises
    ------
    ArgumentError
        For other numbers of labels.
    """
    values = {2: 1 / sympy.sqrt(sympy.pi), 3: Rational(3, 2) / sympy.sqrt(sympy.pi)}
    if labels not in values:
        raise ArgumentError("labels", labels, "must be 2 or 3", "integrate numerically beyond")
    weight = labels * density(T) * distribution(T) ** (labels - 1)
    rest = labels * (labels - 1) * density(T) ** 2 * distribution(T) ** (labels - 2)
    printed = (T * distribution(T) - (labels - 1) * density(T)) * weight / distribution(T)
    return Identity(
        name=f"greatest of {labels} normals",
        left=ImmutableMatrix(
            [-sympy.diff(weight, T), sympy.integrate(sympy.expand(rest), (T, -sympy.oo, sympy.oo))]
        ),
        right=ImmutableMatrix([printed, values[labels]]),
        derivation=(
            Step("density of the greatest", weight),
            Step("left after integration by parts", rest),
        ),
    )


def other_coordinate(greatest: sympy.Expr, labels: sympy.Expr) -> sympy.Expr:
    """Return E[z_b | a], b != a, where the label is the place of the greatest of l normals.

    By symmetry it is one number for all b; the zero sum of the means settles it.
    """
    unknown = sympy.Dummy("c")
    return sympy.solve(greatest + (labels - 1) * unknown, unknown)[0]


@register(reference=Reference(PAPER, "", "ours"), names={"l": "labels", "e": "greatest"})
def argmax_means() -> Identity:
    """m_a = e l/(l-1) (u_a - ubar) and |m_a|^2 = e^2 l/(l-1) for labels argmax <u_a, z>, any l.

    e = e_l is the mean of the greatest of l normals, ubar the mean of the orthonormal u_a. Entries:
    <u_a, m_a>, <u_b, m_a> for b != a, |m_a|^2.
    """
    count = sympy.Symbol("l", integer=True, positive=True)
    greatest = sympy.Symbol("e", positive=True)
    other = other_coordinate(greatest, count)
    length = greatest * count / (count - 1)
    return Identity(
        name="means of argmax labels",
        left=ImmutableMatrix([greatest, other, greatest**2 + (count - 1) * other**2]),
        right=ImmutableMatrix([length * (1 - 1 / count), -length / count, greatest * length]),
        derivation=(
            Step("coordinate of the others, from the zero sum", other),
            Step("factor before u_a - ubar", length),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"labels": 2}, {"labels": 3}, {"labels": 5}),
)
def argmax_spectrum(labels: int = 3) -> Identity:
    """det(x - G) = x (x - (e l/(l-1))^2)^(l-1), G the Gram matrix of the means of argmax labels.

    So their matrix has l - 1 equal singular values e l/(l-1), and one that is 0.
    """
    if labels < 2:
        raise ArgumentError("labels", labels, "must be at least 2", "take more labels")
    greatest, x = sympy.Symbol("e", positive=True), sympy.Symbol("x", real=True)
    other = other_coordinate(greatest, sympy.Integer(labels))
    means = ImmutableMatrix(labels, labels, lambda a, b: greatest if a == b else other)
    value = greatest * Rational(labels, labels - 1)
    return Identity(
        name=f"spectrum of {labels} argmax means",
        left=(x * sympy.eye(labels) - means * means.T).det(method="berkowitz"),
        right=x * (x - value**2) ** (labels - 1),
        derivation=(Step("the means, a row each", means),),
    )
