"""Small faults put into a finished law, one at a time."""

from collections.abc import Iterator

import sympy


def mutations(expression: sympy.Expr) -> Iterator[tuple[str, sympy.Expr]]:
    """Yield the expression with one factor, sign or term changed or dropped, everywhere in it.

    Terms of a sum are dropped and their sign is turned; factors of a product are dropped, numbers
    in it (and a number that stands alone) are raised by one; numeric exponents are raised by one;
    the sign of the whole is turned.

    Examples
    --------
    >>> x, y = sympy.symbols("x y")
    >>> sorted(str(changed) for _, changed in mutations(x - 2 * y))
    ['-2*y', '-x + 2*y', '-x - 2*y', 'x', 'x + 2*y', 'x + y', 'x - 2', 'x - y']
    """
    if expression == 0:
        return
    yield f"sign of {expression}", -expression
    for what, changed in _inside(expression):
        if changed != expression:
            yield what, changed


def _inside(node: sympy.Expr) -> Iterator[tuple[str, sympy.Expr]]:
    arguments = node.args
    if isinstance(node, sympy.Add | sympy.Mul):
        for position, argument in enumerate(arguments):
            rest = arguments[:position] + arguments[position + 1 :]
            if isinstance(node, sympy.Add):
                yield f"term {argument} dropped", node.func(*rest)
                yield f"sign of {argument}", node.func(-argument, *rest)
            elif argument != -1:
                # dropping -1 is turning a sign, which the sum above, or the whole, has done
                yield f"factor {argument} dropped", node.func(*rest)
    elif node.is_Number and node not in (1, -1):
        yield f"number {node} raised", node + 1
    elif isinstance(node, sympy.Pow) and node.exp.is_Integer:
        yield f"exponent of {node} raised", node.base ** (node.exp + 1)
    for position, argument in enumerate(arguments):
        if isinstance(node, sympy.Pow) and position == 1 and argument.is_Number:
            continue
        for what, changed in _inside(argument):
            yield what, node.func(*arguments[:position], changed, *arguments[position + 1 :])
