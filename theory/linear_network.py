"""The fully connected linear network with one hidden layer: the baseline of `linear_cnn`.

P = W2 W1 with W1 (H x N) and W2 (p x H), no biases; half the squared error, averaged.
"""

import sympy
from sympy import ImmutableMatrix, Rational

from theory.claims import Identity, Invariant, Origin, Reference, Step, System, register
from theory.fourier import PAPER, symbols_of
from theory.gradient_flow import averaged_loss, gradient_flow
from theory.logistic import (
    A0,
    A1,
    NAMES,
    A,
    S,
    balanced_mode,
    definite_integral,
    logistic_descent,
    logistic_law,
)

STEP = sympy.Symbol("a", positive=True)


def symmetric_symbols(name: str, size: int) -> ImmutableMatrix:
    """Return a symmetric matrix of real symbols."""
    return ImmutableMatrix(
        size, size, lambda i, j: sympy.Symbol(f"{name}_{min(i, j)}_{max(i, j)}", real=True)
    )


def rotation(cosine: sympy.Rational, sine: sympy.Rational) -> ImmutableMatrix:
    """Return a 2 x 2 rotation with rational entries, such as (3/5, 4/5): exact and not aligned."""
    return ImmutableMatrix([[cosine, -sine], [sine, cosine]])


@register(reference=Reference(PAPER, "9-12", "reproduced"))
def error_average() -> Identity:
    """The squared error averaged over two samples is the form with Sxx and Syx."""
    x, y, p = symbols_of("x", 2, 2), symbols_of("y", 2, 2), symbols_of("P", 2, 2)  # rows: samples
    errors = y - x * p.T
    squares = sum((e**2 for e in errors), sympy.S.Zero) / 4
    constant = sum((e**2 for e in y), sympy.S.Zero) / 4
    return Identity(
        name="averaged squared error",
        left=squares,
        right=averaged_loss(p, y.T * x / 2, x.T * x / 2) + constant,
    )


@register(reference=Reference(PAPER, "17-20", "reproduced"), sizes=({"nodes": 2, "p": 2, "n": 2},))
def fully_connected_flow(nodes: int, p: int, n: int) -> System:
    """dW1/dtau = W2^T E, dW2/dtau = E W1^T, E = Syx - W2 W1 Sxx; n inputs, p outputs.

    Invariant: every entry of W1 W1^T - W2^T W2.
    """
    first, second = symbols_of("W1", nodes, n), symbols_of("W2", p, nodes)
    yx, xx = symbols_of("Syx", p, n), symmetric_symbols("Sxx", n)
    parameters = (*first, *second)
    derived = gradient_flow(averaged_loss(second * first, yx, xx), parameters)
    error = yx - second * first * xx
    printed = (*(second.T * error), *(error * first.T))
    difference = first * first.T - second.T * second
    return System(
        name=f"fully connected flow, {n}-{nodes}-{p}",
        law=dict(zip(parameters, printed, strict=True)),
        time=derived.time,
        potential=derived.potential,
        invariants=tuple(
            Invariant(f"(W1 W1^T - W2^T W2)[{i}, {j}]", difference[i, j])
            for i in range(nodes)
            for j in range(i + 1)
        ),
        derivation=(
            *derived.derivation,
            Step("collected: W2^T E for W1, E W1^T for W2", sympy.Tuple(*printed)),
        ),
    )


def _aligned_symbols() -> tuple[sympy.Symbol, ...]:
    return sympy.symbols("g h lambda", positive=True)


@register(reference=Reference(PAPER, "17-20", "reproduced"))
def aligned_flow() -> System:
    """One mode of the aligned network: dg/dtau = h (S - A), dh/dtau = g (S - A), A = lambda g h.

    W1 = R diag(g) V^T, W2 = U diag(h) R^T with R orthogonal, Syx = U diag(S) V^T and
    Sxx = V diag(lambda) V^T: the modes do not touch each other. Checked on two inputs, two
    outputs and two hidden nodes, whose second mode is at rest at its own singular value.
    """
    g, h, lam = _aligned_symbols()
    parent = fully_connected_flow(nodes=2, p=2, n=2)
    u, v, r = (
        rotation(Rational(c, d), Rational(s, d))
        for c, s, d in ((3, 4, 5), (5, 12, 13), (8, 15, 17))
    )
    # the second mode has learnt its value, 2, with lambda = 1, g = 2, h = 1: it no longer moves
    relation = dict(
        zip(
            parent.state,
            (*(r * sympy.diag(g, 2) * v.T), *(u * sympy.diag(h, 1) * r.T)),
            strict=True,
        )
    )
    data = {
        **dict(zip(symbols_of("Syx", 2, 2), u * sympy.diag(S, 2) * v.T, strict=True)),
        **dict(zip(symmetric_symbols("Sxx", 2), v * sympy.diag(lam, 1) * v.T, strict=True)),
    }
    loss = sympy.sympify(parent.potential).subs(data, simultaneous=True)
    concrete = gradient_flow(loss, parent.state)
    strength = lam * g * h
    return System(
        name="aligned fully connected network",
        law={g: h * (S - strength), h: g * (S - strength)},
        time=parent.time,
        origin=Origin(concrete, relation),
        invariants=(Invariant("g^2 - h^2", g**2 - h**2),),
        derivation=(
            *parent.derivation,
            Step("insert W1 = R diag(g) V^T, W2 = U diag(h) R^T", sympy.Tuple(*relation.values())),
        ),
    )


@register(reference=Reference(PAPER, "17-20", "reproduced"), names=NAMES)
def mode_law() -> System:
    """dA/dtau = 2 A (S - A): the aligned, balanced mode, g = h."""
    g, h, lam = _aligned_symbols()
    origin = Origin(balanced_mode(aligned_flow(), (g, h)), {A: lam * g**2})
    return logistic_law(sympy.S.One, "mode of a fully connected network", origin)


@register(
    reference=Reference(PAPER, "17-20", "ours"),
    names=NAMES | {"a": "step_size"},
)
def descent_map() -> System:
    """A' = A (1 + a (S - A))^2: gradient descent, exactly; a = c times the learning rate (M)."""
    g, h, lam = _aligned_symbols()
    return logistic_descent(aligned_flow(), (g, h), lam * g**2, sympy.S.One, STEP)


def _lie_series(rates: dict[int, sympy.Expr], order: int) -> dict[int, sympy.Expr]:
    """Flow A by one unit of time along sum_k a^k f_k; return the coefficients of a^1 .. a^order."""
    field = sum((STEP**k * f for k, f in rates.items()), sympy.S.Zero)
    term, moved = A, A
    for k in range(1, order + 1):
        term = sympy.diff(term, A) * field / k
        moved += term
    expanded = sympy.expand(moved)
    return {k: expanded.coeff(STEP, k) for k in range(1, order + 1)}


def modified_rates(order: int = 3) -> dict[int, sympy.Expr]:
    """Return f_k of the modified equation dA/dt = sum_k a^k f_k whose flow passes the map.

    Matched order by order: the flow over one update must give A (1 + a (S - A))^2.
    """
    stepped = sympy.expand(A * (1 + STEP * (S - A)) ** 2)
    rates: dict[int, sympy.Expr] = {}
    for k in range(1, order + 1):
        so_far = _lie_series(rates, k)[k] if rates else sympy.S.Zero
        rates[k] = sympy.factor(stepped.coeff(STEP, k) - so_far)
    return rates


@register(reference=Reference(PAPER, "21", "ours"))
def modified_equation() -> Identity:
    """dA/dt = a f1 + a^2 f2 + a^3 f3 passes through the map (M) up to a^3.

    f1 = 2A(S-A), f2 = A(S-A)(3A-S), f3 = A(S-A)(21A^2 - 15AS + 2S^2)/3.
    """
    derived = modified_rates()
    gap = A * (S - A)
    printed = {1: 2 * gap, 2: gap * (3 * A - S), 3: gap * (21 * A**2 - 15 * A * S + 2 * S**2) / 3}
    return Identity(
        name="modified equation of gradient descent",
        left=sum((STEP**k * sympy.expand(f) for k, f in derived.items()), sympy.S.Zero),
        right=sum((STEP**k * f for k, f in printed.items()), sympy.S.Zero),
        variable=STEP,
        order=3,
        derivation=tuple(Step(f"order {k}: match one step", f) for k, f in derived.items()),
    )


@register(reference=Reference(PAPER, "22", "reproduced"), names=NAMES | {"A1": "target_strength"})
def discovery_time() -> Identity:
    """Times from A0 to A1: ln[A1 (S - A0)/(A0 (S - A1))]/(2 S), in units of tau times the rate (T1)."""
    _, integral = definite_integral(1 / (2 * A * (S - A)), A, A0)
    return Identity(
        name="discovery time",
        left=sympy.expand_log(integral.subs(A, A1)),
        right=sympy.expand_log(sympy.log(A1 * (S - A0) / (A0 * (S - A1)))) / (2 * S),
        given=(A0 < S, A1 < S),
        derivation=(
            Step("separate the variables", 1 / (2 * A * (S - A))),
            Step("integrate by partial fractions", integral),
        ),
    )


@register(reference=Reference(PAPER, "22", "ours"), names=NAMES)
def early_forecast() -> Identity:
    """ln(S/(2 A0))/(2 S): when exponential growth from A0 passes S/2, for the rate 1 (F0).

    Left: the integral of dA over the mode law's rate for A << S.
    """
    rate = A * sympy.diff(mode_law().law[A], A).subs(A, 0)
    _, integral = definite_integral(1 / rate, A, A0)
    return Identity(
        name="early forecast of a discovery",
        left=sympy.expand_log(integral.subs(A, S / 2)),
        right=sympy.log(S / (2 * A0)) / (2 * S),
        given=(2 * A0 < S,),
        derivation=(
            Step("the rate for A << S", rate),
            Step("integrate from A0 to A", integral),
        ),
    )


@register(reference=Reference(PAPER, "22", "ours"), names=NAMES)
def saturation_delay() -> Identity:
    """T1 - F0 = [ln 2 + ln(1 - A0/S)]/(2 S): what the sigmoid needs more than growth alone, to S/2."""
    time = discovery_time().right.subs(A1, S / 2)
    return Identity(
        name="delay of a discovery by saturation",
        left=time - early_forecast().right,
        right=(sympy.log(2) + sympy.log(1 - A0 / S)) / (2 * S),
        given=(2 * A0 < S,),
        derivation=(Step("the sigmoid's time to S/2", time),),
    )


def descent_time_terms() -> tuple[sympy.Expr, ...]:
    """Return the coefficients of a^-1, a^0, a^1 of the updates from A0 to A under the map (M).

    The integrand 1/(a f1 + a^2 f2 + a^3 f3) is expanded in a; each order is integrated by partial
    fractions.
    """
    f = modified_rates()
    second, third = sympy.cancel(f[2] / f[1]), sympy.cancel(f[3] / f[1])
    integrands = (1 / f[1], -second / f[1], (second**2 - third) / f[1])
    return tuple(definite_integral(integrand, A, A0)[1] for integrand in integrands)


@register(reference=Reference(PAPER, "22", "ours"), names=NAMES | {"a": "step_size"})
def descent_time() -> Identity:
    """Updates from A0 to A under gradient descent, to third order in the step (T3), times a.

    t = (l1 - l2)/(2 a S) + l1/4 + l2/2 + a [5/8 (A - A0) + S l2/6 - S l1/24], with
    l1 = ln(A/A0) and l2 = ln((S - A)/(S - A0)). The second term is a number of updates that does
    not depend on the learning rate.
    """
    derived = descent_time_terms()
    l1, l2 = sympy.log(A / A0), sympy.log((S - A) / (S - A0))
    printed = (
        (l1 - l2) / (2 * S),
        l1 / 4 + l2 / 2,
        Rational(5, 8) * (A - A0) + S * l2 / 6 - S * l1 / 24,
    )
    return Identity(
        name="discovery time of gradient descent",
        left=sum((STEP**k * term for k, term in enumerate(derived)), sympy.S.Zero),
        right=sum((STEP**k * term for k, term in enumerate(printed)), sympy.S.Zero),
        given=(A0 < S, A < S),
        derivation=tuple(
            Step(f"integrate the order a^{k - 1}", term) for k, term in enumerate(derived)
        ),
    )


def step_errors() -> tuple[sympy.Expr, sympy.Expr]:
    """Return flow minus descent at one time, first and second order in a, at the flow's strength A.

    Descent is later than the flow by d + a d2 updates, the second and third terms of T3. With the
    speed v = 2 a A (S - A) this is v d, then v a d2 - v v' d^2/2 - v^2 d d' (both expanded where the
    flow is, not where the descent is).
    """
    _, delay, next_delay = descent_time_terms()
    speed = 2 * STEP * A * (S - A)
    bend = speed * sympy.diff(speed, A) * delay**2 / 2 + speed**2 * delay * sympy.diff(delay, A)
    return speed * delay, speed * STEP * next_delay - bend
