"""Labels that are half spaces, blurred or not: a class mean is a mean gradient, and half spaces are longest.

One direction t of latent space; a label P(t) of the share p = E P has the mean m = E[t P]/p along it.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Bound, Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.latent_basis.normal import PAPER, density, distribution, over_line

T, TAU = sympy.symbols("t tau", real=True)
SOFTNESS = sympy.Symbol("s", positive=True)


def soft_label(t: sympy.Expr = T) -> sympy.Expr:
    """Return P(t) = Phi((t - tau)/s): a threshold tau along one direction, blurred by s."""
    return distribution((t - TAU) / SOFTNESS)


@register(reference=Reference(PAPER, "", "ours"))
def integration_by_parts() -> Identity:
    """-(P phi)' = t P phi - P' phi: integrated over the line, E[t P] = E[P'], Stein's identity.

    So p_a m_a = E[grad P_a]: a class mean is the mean gradient of its probability. Here for a
    blurred threshold; P phi vanishes at both ends for every soft label.
    """
    label = soft_label()
    return Identity(
        name="integration by parts",
        left=-sympy.diff(label * density(T), T),
        right=(T * label - sympy.diff(label, T)) * density(T),
        derivation=(
            Step("soft label", label),
            Step("the density is its own mean: -phi'", -sympy.diff(density(T), T)),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"))
def soft_half_space() -> Identity:
    """E[grad P] = p m = phi(tau/c)/c, c = sqrt(1 + s^2), for the soft label P(t) = Phi((t - tau)/s).

    With a normal n of its own, the label is the half space t - s n > tau of the plane (t, n), at the
    distance tau/c; its mean lies along (1, -s)/c and has the length phi(tau/c), of which t sees 1/c.
    Hard labels are s = 0: p m = phi(tau).
    """
    slope = sympy.diff(soft_label(), T)
    exponent = -(T**2) / 2 - ((T - TAU) / SOFTNESS) ** 2 / 2
    blur = sympy.sqrt(1 + SOFTNESS**2)
    return Identity(
        name="mean of a soft half space",
        left=over_line(1 / (2 * sympy.pi * SOFTNESS), exponent, T),
        right=density(TAU / blur) / blur,
        derivation=(
            Step("gradient of the label", slope),
            Step("exponent of P' phi, a quadratic in t", exponent),
            Step("distance of the half space in the plane (t, n)", TAU / blur),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"))
def half_space_mean() -> Identity:
    """The label t > tau: p = Phi(-tau), p m = phi(tau), E[t^2; t > tau] = p + tau phi(tau).

    So |m| = phi(tau)/p with tau = -Phi^-1(p): the longest mean that a share p allows.
    """
    tails = [sympy.integrate(T**k * density(T), (T, TAU, sympy.oo)) for k in range(3)]
    share = distribution(-TAU)
    return Identity(
        name="half space",
        left=ImmutableMatrix([tail.rewrite(sympy.erf) for tail in tails]),
        right=ImmutableMatrix([share, density(TAU), share + TAU * density(TAU)]),
        derivation=(
            Step(
                "what is integrated over t > tau",
                sympy.Tuple(*(T**k * density(T) for k in range(3))),
            ),
            Step("the mean: t phi is the derivative of -phi", -sympy.diff(density(T), T)),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"points": 3, "kept": 1}, {"points": 4, "kept": 2}),
)
def half_space_bound(points: int = 4, kept: int = 2) -> Bound:
    """E[t P] <= E[t 1(t > tau)] for labels P of the same share: |m| <= phi(Phi^-1(p))/p.

    Points t_0 >= t_1 >= ... of one direction, from the least one upwards by gaps d_k. A label that is
    not the half space of the first points has moved shares s_ij from them to later ones, which costs
    t_i - t_j each. Attained by the half space alone; its value is phi(tau)/p (claim `half_space_mean`).
    """
    if not 1 <= kept < points:
        raise ArgumentError("kept", kept, f"must be 1 to {points - 1}", "leave a point out")
    gaps = [sympy.Symbol(f"d_{k}", nonnegative=True) for k in range(points)]
    least = sympy.Symbol("t_min", real=True)
    places = [least + sympy.Add(*gaps[k + 1 :]) for k in range(points)]
    moved = {
        (i, j): sympy.Symbol(f"s_{i}{j}", nonnegative=True)
        for i in range(kept)
        for j in range(kept, points)
    }
    label = [1 - sympy.Add(*(s for (i, _), s in moved.items() if i == k)) for k in range(kept)]
    label += [sympy.Add(*(s for (_, j), s in moved.items() if j == k)) for k in range(kept, points)]
    costs = {pair: sympy.Add(*gaps[pair[0] + 1 : pair[1] + 1]) for pair in moved}
    return Bound(
        name=f"longest mean of {kept} of {points} points",
        left=sympy.Add(*(t * share for t, share in zip(places, label, strict=True))),
        right=sympy.Add(*places[:kept]),
        certificate=sympy.Add(*(s * costs[pair] for pair, s in moved.items())),
        attained=dict.fromkeys(moved.values(), sympy.S.Zero),
        derivation=(
            Step("the label, point by point", sympy.Tuple(*label)),
            Step("what a moved share costs", sympy.Tuple(*costs.values())),
        ),
    )
