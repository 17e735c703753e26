"""SymPy's expressions as functions of arrays: NumPy, torch and SymPy's own numbers agree."""

import numpy as np
import pytest
import sympy
import torch

from numerics.lambdify import lambdify
from theory.errors import ArgumentError

x, y = sympy.symbols("x y", real=True)
z = sympy.Symbol("z")
POINTS = {x: [0.3, 0.7, 1.2], y: [0.5, 0.2, 2.0], z: [0.4 + 0.1j, -0.7 + 2j, 1.2 - 3j]}

EXPRESSIONS = {
    "sigmoid": 1 / (1 + sympy.exp(-x)),
    "rational": sympy.Rational(1, 3) * x**2 / (y + sympy.sqrt(2)),
    "constant functions": x * sympy.exp(2) + sympy.log(3) + sympy.pi,
    "trigonometric": sympy.sin(x) * sympy.tanh(y) + sympy.cos(x) / sympy.cosh(y),
    "Piecewise": sympy.Piecewise((x**2, x > y), (sympy.sin(y), True)),
    "Piecewise of constants": sympy.Piecewise((1, x > sympy.Rational(1, 2)), (0, True)) + 0 * x,
    "Max": sympy.Max(x, y, sympy.Rational(1, 2)),
    "Min": sympy.Min(x, sympy.Rational(2, 3)) * y,
    "complex": sympy.exp(sympy.I * x) * (y + 2 * sympy.I),
    "complex argument": sympy.conjugate(z) * z**2 + sympy.re(z) - sympy.I * sympy.im(z),
    "absolute value": sympy.Abs(z) + x,
    "matrix": sympy.Matrix([[x, 0], [1, x * y]]),
    "wide matrix": sympy.Matrix([[x, y, sympy.Integer(3)]]),
    "matrix of constants": sympy.Matrix([[sympy.sqrt(2), x], [sympy.Rational(1, 3), sympy.pi]]),
    "complex matrix": sympy.Matrix([[sympy.I, x], [sympy.exp(sympy.I * y), 0]]),
    "complex constants": sympy.Matrix([[sympy.I / 3, x]]),
    "matrix with Max": sympy.Matrix([[sympy.Max(x, y)], [sympy.Piecewise((x, x > y), (y, True))]]),
}


def arguments_of(expression):
    return sorted(expression.free_symbols, key=str)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_values_are_sympys(name, backend):
    """At three points together, each value is what SymPy computes at that point, to 1e-14."""
    expression = EXPRESSIONS[name]
    arguments = arguments_of(expression)
    values = [np.array(POINTS[s]) for s in arguments]
    given = values if backend == "numpy" else [torch.tensor(v) for v in values]
    found = np.asarray(lambdify(expression, arguments, backend)(*given))
    shape = expression.shape if isinstance(expression, sympy.MatrixBase) else ()
    assert found.shape == (3, *shape)
    for number in range(3):
        point = {s: sympy.sympify(POINTS[s][number]) for s in arguments}
        exact = expression.subs(point).evalf(30)
        expected = np.array(exact.tolist() if shape else exact, dtype=complex)
        np.testing.assert_allclose(found[number], expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize(
    ("expression", "expected"),
    [(sympy.Integer(3), 3.0), (sympy.pi, np.pi), (sympy.Matrix([[1, 2]]), [[1.0, 2.0]])],
)
def test_constants(expression, expected, backend):
    """An expression without symbols is its own value, whatever the arguments."""
    found = lambdify(expression, [x], backend)(torch.ones(2) if backend == "torch" else np.ones(2))
    np.testing.assert_array_equal(np.asarray(found), expected)


def test_arguments_broadcast():
    """Rows against columns: entries of a matrix take the common shape of all of them."""
    found = lambdify(sympy.Matrix([[x, y, 1]]), [x, y])(np.ones((4, 1)), np.zeros(5))
    assert found.shape == (4, 5, 1, 3)
    np.testing.assert_array_equal(found[2, 3], [[1, 0, 1]])


@pytest.mark.parametrize(
    "name",
    ["sigmoid", "rational", "trigonometric", "Piecewise", "Max", "Min", "matrix", "complex"],
)
def test_gradients_flow_through_torch(name):
    """Torch's derivative equals the finite difference in every argument (gradcheck)."""
    expression = EXPRESSIONS[name]
    arguments = arguments_of(expression)
    function = lambdify(expression, arguments, "torch")
    inputs = [torch.tensor(POINTS[s], dtype=torch.float64, requires_grad=True) for s in arguments]
    assert torch.autograd.gradcheck(function, inputs)


@pytest.mark.parametrize("name", ["matrix of constants", "Min", "Max", "sigmoid"])
def test_float32_stays_float32(name):
    """Constants of an expression do not widen the caller's tensors."""
    arguments = arguments_of(EXPRESSIONS[name])
    inputs = [torch.tensor(POINTS[s], dtype=torch.float32) for s in arguments]
    assert lambdify(EXPRESSIONS[name], arguments, "torch")(*inputs).dtype == torch.float32


def test_gradient_of_a_known_law():
    """d/dx sigmoid = sigmoid (1 - sigmoid): 1/4 at zero."""
    point = torch.zeros((), dtype=torch.float64, requires_grad=True)
    lambdify(EXPRESSIONS["sigmoid"], [x], "torch")(point).backward()
    assert point.grad.item() == pytest.approx(0.25, abs=1e-15)


def test_refuses_free_symbols():
    """A symbol without an argument is named."""
    with pytest.raises(ArgumentError, match=r"arguments: got x; .* free symbols y too; add them"):
        lambdify(x * y, [x])


def test_refuses_other_backends():
    """The two backends are named."""
    with pytest.raises(ArgumentError, match="backend: got jax; must be numpy or torch; choose"):
        lambdify(x, [x], "jax")
