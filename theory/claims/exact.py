"""Deciding exactly whether an expression is zero."""

import sympy


def reduce(expression: sympy.Expr) -> sympy.Expr:
    """Bring an expression to a form in which zero shows as zero.

    Expansion decides polynomials with algebraic coefficients such as the roots of unity of order 2,
    3, 4, 6 and 8 (those of order 5 keep nested roots);
    what is left is rational in its generators (symbols, exponentials, logarithms) and is decided
    by bringing it over one denominator. Logarithms of rational functions are split into those of
    their irreducible factors, up to the branch, which a numeric point decides.
    `sympy.simplify` is not used: it guesses and may hang.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> reduce((x + 1) ** 2 - x**2 - 2 * x - 1)
    0
    >>> reduce(1 / (1 + sympy.exp(-x)) - sympy.exp(x) / (1 + sympy.exp(x)))
    0
    """
    if expression.has(sympy.log):
        expression = expression.replace(sympy.log, _split_logarithm)
    expanded = sympy.expand(expression)
    if expanded == 0 or not expanded.free_symbols:
        return sympy.radsimp(expanded)
    numerator, denominator = sympy.fraction(sympy.together(expanded))
    numerator = sympy.expand(numerator)
    if numerator == 0:
        return sympy.S.Zero
    return sympy.cancel(numerator / denominator)


def _split_logarithm(argument: sympy.Expr) -> sympy.Expr:
    if not argument.is_rational_function(*argument.free_symbols):
        return sympy.log(argument)
    total = sympy.S.Zero
    for sign, side in zip((1, -1), sympy.fraction(sympy.together(argument)), strict=True):
        constant, factors = sympy.factor_list(side)
        parts = [(constant, 1), *factors]
        total += sign * sum((power * sympy.log(factor) for factor, power in parts), sympy.S.Zero)
    return total
