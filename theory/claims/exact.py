"""Deciding exactly whether an expression is zero."""

import sympy
from sympy.functions.elementary.trigonometric import TrigonometricFunction


def reduce(expression: sympy.Expr) -> sympy.Expr:
    """Bring an expression to a form in which zero shows as zero.

    Expansion decides polynomials with algebraic coefficients such as the roots of unity of order 2,
    3, 4, 6 and 8 (those of order 5 keep nested roots);
    what is left is rational in its generators (symbols, exponentials, logarithms) and is decided
    by bringing it over one denominator. Logarithms of rational functions are split into those of
    their irreducible factors, up to the branch, which a numeric point decides.
    Sines and cosines of symbols become exponentials; the arc sine of a product is taken as the
    variable, and one factor of the product expressed in it.
    `sympy.simplify` is not used: it guesses and may hang.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> reduce((x + 1) ** 2 - x**2 - 2 * x - 1)
    0
    >>> reduce(1 / (1 + sympy.exp(-x)) - sympy.exp(x) / (1 + sympy.exp(x)))
    0
    >>> reduce(sympy.cos(2 * sympy.asin(x)) - 1 + 2 * x**2)
    0
    """
    if expression.has(sympy.log):
        expression = expression.replace(sympy.log, _split_logarithm)
    if expression.has(sympy.asin):
        expression = _by_angles(expression)
    expanded = _expanded(_exponential(expression))
    if expanded == 0 or not expanded.free_symbols:
        return sympy.radsimp(expanded)
    numerator, denominator = sympy.fraction(sympy.together(expanded))
    numerator = _expanded(numerator)
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


def _by_angles(expression: sympy.Expr) -> sympy.Expr:
    """Write an expression in arc sines as one in their angles: asin(r s) = phi, s = sin(phi)/r."""
    for arc in sorted(expression.atoms(sympy.asin), key=sympy.default_sort_key):
        (argument,) = arc.args
        factors = [s for s in sympy.Mul.make_args(argument) if s.is_Symbol]
        if not factors or (argument / factors[0]).has(factors[0]):
            continue
        angle = sympy.Dummy("phi", real=True)
        solved = {factors[0]: sympy.sin(angle) * factors[0] / argument}
        expression = _cosine_from_root(expression.xreplace({arc: angle}).xreplace(solved), angle)
    return expression


def _cosine_from_root(expression: sympy.Expr, angle: sympy.Symbol) -> sympy.Expr:
    """Replace sqrt(1 - sin^2) by the cosine, which an arc sine's angle makes not negative."""
    square = 1 - sympy.sin(angle) ** 2
    return expression.replace(
        lambda e: e.is_Pow and e.base == square, lambda e: sympy.cos(angle) ** (2 * e.exp)
    )


def _exponential(expression: sympy.Expr) -> sympy.Expr:
    """Write trigonometric functions of symbols, and signs (-1)^m, as exponentials."""
    expression = expression.replace(
        lambda e: isinstance(e, TrigonometricFunction) and e.free_symbols,
        lambda e: e.rewrite(sympy.exp),
    )
    return expression.replace(
        lambda e: e.is_Pow and e.base == -1 and e.exp.free_symbols,
        lambda e: sympy.exp(sympy.I * sympy.pi * e.exp),
    )


def _expanded(expression: sympy.Expr) -> sympy.Expr:
    """Expand; then exp(i pi k m) with integers k and m depends on k mod 2 alone."""
    expanded = sympy.expand(expression)
    turn = sympy.I * sympy.pi
    reduced = {}
    for exponential in expanded.atoms(sympy.exp):
        count, rest = (exponential.args[0] / turn).as_coeff_Mul()
        if count.is_Integer and rest.is_integer:
            reduced[exponential] = sympy.exp(turn * (count % 2) * rest)
    return sympy.expand(expanded.xreplace(reduced)) if reduced else expanded
