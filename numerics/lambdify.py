"""SymPy expressions to numbers: NumPy arrays, or torch tensors through which gradients flow."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal

import sympy

from theory.errors import ArgumentError

Backend = Literal["numpy", "torch"]


def lambdify(
    expression: sympy.Basic | sympy.MatrixBase,
    arguments: Sequence[sympy.Symbol],
    backend: Backend = "numpy",
) -> Callable[..., Any]:
    """Turn an expression into a function of arrays.

    Parameters
    ----------
    expression : sympy.Expr or sympy matrix
        A matrix becomes an array with two trailing axes, rows and columns.
    arguments : sequence of sympy.Symbol
        Every free symbol of the expression, in the order of the function's arguments.
    backend : {"numpy", "torch"}
        With torch, gradients flow through every argument.

    Raises
    ------
    ArgumentError
        For another backend, or a free symbol that is not among the arguments.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> float(lambdify(1 / (1 + sympy.exp(-x)), (x,))(0.0))
    0.5
    """
    missing = sympy.sympify(expression).free_symbols - set(arguments)
    if missing:
        raise ArgumentError(
            "arguments",
            ", ".join(map(str, arguments)),
            f"the expression has the free symbols {', '.join(sorted(map(str, missing)))} too",
            "add them",
        )
    if backend not in ("numpy", "torch"):
        raise ArgumentError("backend", backend, "must be numpy or torch", "choose one of them")
    if backend == "torch":
        modules = [_torch_functions(), "torch"]
    else:  # NumPy has no error function; SciPy takes a moment to load
        modules = ["scipy", "numpy"] if expression.has(sympy.erf, sympy.erfc) else ["numpy"]
    if not isinstance(expression, sympy.MatrixBase):
        return sympy.lambdify(tuple(arguments), expression, modules=modules, cse=True)
    entries = sympy.lambdify(tuple(arguments), list(expression), modules=modules, cse=True)
    return functools.partial(_stacked, entries, expression.shape, backend)


@functools.cache
def lambdified(
    expression: Callable[[], sympy.Basic | sympy.MatrixBase], *arguments: sympy.Symbol
) -> Callable[..., Any]:
    """Return what `lambdify` makes of a law that a function derives, once for every caller.

    Examples
    --------
    >>> from theory.drum.heat_trace import ANGLE, corner_constant
    >>> 16 * float(lambdified(corner_constant, ANGLE)(1.5707963267948966))
    1.0
    """
    return lambdify(expression(), arguments)


def _stacked(
    entries: Callable[..., list], shape: tuple[int, int], backend: Backend, *values: Any
) -> Any:
    # entries that are constants have to take the shape of the others
    if backend == "numpy":
        import numpy as np

        columns = np.broadcast_arrays(*entries(*values))
        return np.stack(columns, axis=-1).reshape(*columns[0].shape, *shape)
    import torch

    tensors = [_tensor(entry) for entry in entries(*values)]
    kind = sum(tensors).dtype
    columns = torch.broadcast_tensors(*(t.to(kind) for t in tensors))
    return torch.stack(columns, dim=-1).reshape(*columns[0].shape, *shape)


def _tensor(value: Any) -> Any:
    # torch would round a plain number to float32; as a double it does not widen float32 tensors
    import torch

    if torch.is_tensor(value):
        return value
    kind = torch.complex128 if isinstance(value, complex) else torch.float64
    return torch.tensor(value, dtype=kind)


@functools.cache
def _torch_functions() -> dict[str, Callable]:
    """Torch's functions refuse plain numbers, and SymPy prints Max and Min as Python's."""
    import torch

    def lifted(function: Callable) -> Callable:
        return lambda x: function(_tensor(x))

    def pairwise(function: Callable) -> Callable:
        return lambda *xs: functools.reduce(function, map(_tensor, xs))

    names = [
        "exp",
        "log",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "asin",
        "acos",
        "atan",
        "real",
        "imag",
    ]
    functions = {name: lifted(getattr(torch, name)) for name in names}
    return functions | {
        "conj": lifted(torch.conj),
        "conjugate": lifted(torch.conj),
        "max": pairwise(torch.maximum),
        "min": pairwise(torch.minimum),
    }
