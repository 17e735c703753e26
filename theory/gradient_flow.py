"""Gradient flow of any loss, and gradient descent as its discrete form."""

from collections.abc import Sequence

import sympy

from theory.claims import Invariant, Step, System

TAU = sympy.Symbol("tau", real=True)
UPDATE = sympy.Symbol("t", integer=True, nonnegative=True)


def gradient_flow(
    loss: sympy.Expr,
    parameters: Sequence[sympy.Symbol],
    *,
    name: str = "gradient flow",
    invariants: Sequence[Invariant] = (),
) -> System:
    """Differentiate a loss to the law of motion of its parameters, d theta/d tau = -d loss/d theta.

    Parameters
    ----------
    loss : sympy.Expr
    parameters : sequence of sympy.Symbol
        The state, in this order.
    invariants : sequence of Invariant
        Quantities whose drift the residual has to check.

    Examples
    --------
    >>> x, y = sympy.symbols("x y", real=True)
    >>> gradient_flow((x * y - 1) ** 2 / 2, (x, y))
    dx/dtau = -y*(x*y - 1)
    dy/dtau = -x*(x*y - 1)
    """
    law = {p: -sympy.diff(loss, p) for p in parameters}
    return System(
        name=name,
        law=law,
        time=TAU,
        potential=loss,
        invariants=tuple(invariants),
        derivation=(
            Step("the loss", loss),
            Step("minus its gradient is the law", sympy.Tuple(*law.values())),
        ),
    )


def averaged_loss(
    prediction: sympy.Matrix, output_input: sympy.Matrix, input_input: sympy.Matrix
) -> sympy.Expr:
    """Half the squared error of a linear map, averaged over the data, up to a constant.

    ``<||y - P x||^2>/2 = tr(P Sxx P^T)/2 - tr(P Syx^T) + <||y||^2>/2``; the last is left out.

    Parameters
    ----------
    prediction : sympy matrix, p x N
    output_input, input_input : sympy matrices, p x N and N x N
        The averages Syx = <y x^T> and Sxx = <x x^T>.
    """
    quadratic = (prediction * input_input * prediction.T).trace() / 2
    return quadratic - (prediction * output_input.T).trace()


def descent_of(flow: System, step: sympy.Symbol, invariants: Sequence[Invariant] = ()) -> System:
    """Replace the rate of a flow by a step of size `step`: x' = x + step f(x).

    Raises
    ------
    ArgumentError
        If no invariant is given: there would be nothing to judge the map by.
    """
    return System(
        name=f"descent on {flow.name}",
        law={x: x + step * rate for x, rate in flow.law.items()},
        time=UPDATE,
        is_map=True,
        invariants=tuple(invariants),
        given=flow.given,
        derivation=(*flow.derivation, Step("take steps of finite size", step)),
    )
