"""The law of an accuracy: amplitudes of an image are Gaussian, so the chance of a right answer is known.

Given the image, z = mu + sigma eps. The label is right where its amplitude is the largest (signed rule), or
the largest in size (rule |.|), or among the r largest. rho is the mean of the label's amplitude in units of
its standard deviation where all M (or l) amplitudes scatter alike and the others have mean 0.
"""

import sympy
from sympy import ImmutableMatrix, Rational

from theory.claims import Identity, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.latent_basis.bases import dot, mirror_basis
from theory.latent_basis.normal import PAPER, density, distribution, expectation, over_line

T = sympy.Symbol("t", real=True)
RHO = sympy.Symbol("rho", real=True)


@register(
    reference=Reference(PAPER, "", "ours"), names={"sigma_0": "noise_0", "sigma_1": "noise_1"}
)
def amplitude_covariance() -> Identity:
    """Cov(a_k, a_k') = e_k^T diag(sigma^2) e_k': a basis turned by theta mixes two noises.

    Variances (sigma_0^2 + sigma_1^2 +- (sigma_0^2 - sigma_1^2) cos 2 theta)/2 and covariance
    (sigma_1^2 - sigma_0^2) sin(2 theta)/2, which vanishes for all theta only where the noises are equal.
    Entries: both means, both variances, the covariance.
    """
    angle = sympy.Symbol("theta", real=True)
    mean, noise = sympy.symbols("mu_:2", real=True), sympy.symbols("epsilon_:2", real=True)
    widths = sympy.symbols("sigma_:2", positive=True)
    latent = ImmutableMatrix([m + s * e for m, s, e in zip(mean, widths, noise, strict=True)])
    cosine, sine = sympy.cos(angle), sympy.sin(angle)
    basis = ImmutableMatrix([[cosine, sine], [-sine, cosine]])
    amplitudes = basis * latent
    means = [expectation(a, noise) for a in amplitudes]
    rest = [a - m for a, m in zip(amplitudes, means, strict=True)]
    both, apart = widths[0] ** 2 + widths[1] ** 2, widths[0] ** 2 - widths[1] ** 2
    return Identity(
        name="covariance of two amplitudes",
        left=ImmutableMatrix(
            [
                *means,
                *(expectation(d**2, noise) for d in rest),
                expectation(rest[0] * rest[1], noise),
            ]
        ),
        right=ImmutableMatrix(
            [
                *(basis * ImmutableMatrix(mean)),
                (both + apart * sympy.cos(2 * angle)) / 2,
                (both - apart * sympy.cos(2 * angle)) / 2,
                -apart * sympy.sin(2 * angle) / 2,
            ]
        ),
        derivation=(Step("amplitudes of the encoded image", amplitudes),),
    )


@register(reference=Reference(PAPER, "", "ours"), sizes=({"dimension": 2}, {"dimension": 3}))
def equal_noise(dimension: int = 3) -> Identity:
    """Cov(a_k, a_k') = sigma^2 delta_kk' where sigma is the same in all coordinates, for every basis.

    Jointly Gaussian and uncorrelated: the amplitudes are independent, and the law of the accuracy is exact.
    """
    basis = mirror_basis(dimension)
    width = sympy.Symbol("sigma", positive=True)
    noise = sympy.symbols(f"epsilon_:{dimension}", real=True)
    amplitudes = [width * dot(basis[k, :], sympy.Matrix(noise)) for k in range(dimension)]
    return Identity(
        name=f"equal noise in {dimension} dimensions",
        left=ImmutableMatrix(
            dimension, dimension, lambda i, j: expectation(amplitudes[i] * amplitudes[j], noise)
        ),
        right=ImmutableMatrix(width**2 * sympy.eye(dimension)),
        derivation=(Step("noise of the first amplitude", amplitudes[0]),),
    )


@register(reference=Reference(PAPER, "", "ours"), names={"rho": "separation"})
def two_signed() -> System:
    """P = Phi(rho/sqrt(2)), right among two directions by the signed rule: int phi(t-rho) Phi(t) dt.

    By parts dP/drho is the integral of phi(t-rho) phi(t): a Gaussian. The slope at rho = 0 is e_2/2.
    """
    exponent = -((T - RHO) ** 2) / 2 - T**2 / 2
    slope = over_line(1 / (2 * sympy.pi), exponent, T)
    chance = sympy.Symbol("P", positive=True)
    return System(
        name="signed rule, two directions",
        law={chance: slope},
        time=RHO,
        initial={chance: Rational(1, 2)},
        closed_form={chance: distribution(RHO / sympy.sqrt(2))},
        derivation=(
            Step("integrand of P", density(T - RHO) * distribution(T)),
            Step("of dP/drho, after integration by parts", density(T - RHO) * density(T)),
            Step("integrated over t", slope),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"m": "amplitude", "s_0": "noise", "s_1": "noise_other"},
)
def two_with_noise() -> System:
    """P = Phi(m/sqrt(s_0^2 + s_1^2)) for two directions with noises of their own, m = m_0 - m_1.

    The conditional law of one image, signed rule: P = E Phi((t - m_1)/s_1) over t ~ N(m_0, s_0^2). Its change
    with m is the integral of a Gaussian. s_0 = s_1 = 1 is claim `two_signed`.
    """
    mean = sympy.Symbol("m", real=True)
    own, other = sympy.symbols("s_0 s_1", positive=True)
    exponent = -((T - mean) ** 2) / (2 * own**2) - T**2 / (2 * other**2)
    slope = over_line(1 / (2 * sympy.pi * own * other), exponent, T)
    chance = sympy.Symbol("P", positive=True)
    return System(
        name="signed rule, two noises",
        law={chance: slope},
        time=mean,
        initial={chance: Rational(1, 2)},
        closed_form={chance: distribution(mean / sympy.sqrt(own**2 + other**2))},
        derivation=(
            Step("integrand of P", density((T - mean) / own) / own * distribution(T / other)),
            Step("of dP/dm, after integration by parts: the exponent", exponent),
            Step("integrated over t", slope),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names={"rho": "separation"})
def two_in_size() -> System:
    """P = Phi^2 + (1-Phi)^2, Phi = Phi(rho/sqrt(2)), right among two directions by the rule |.|.

    |a| > |b| is (a-b)(a+b) > 0, and (a-b)/sqrt(2), (a+b)/sqrt(2) are independent with mean rho/sqrt(2).
    The law is the other road: P = int phi(t-rho) (2 Phi(|t|) - 1) dt, by parts. P is even in rho, so
    there is no first gain over chance.
    """
    integrand = 2 * density(T) * density(T - RHO)
    halves = [
        sympy.integrate(sympy.expand(integrand.subs(T, side * T)), (T, 0, sympy.oo))
        for side in (1, -1)
    ]
    slope = sympy.expand((halves[0] - halves[1]).rewrite(sympy.erf))
    chance = sympy.Symbol("P", positive=True)
    wins = distribution(RHO / sympy.sqrt(2))
    return System(
        name="rule of size, two directions",
        law={chance: slope},
        time=RHO,
        initial={chance: Rational(1, 2)},
        closed_form={chance: wins**2 + (1 - wins) ** 2},
        derivation=(
            Step("of dP/drho, after integration by parts, times the sign of t", integrand),
            Step("integrated over both half lines", slope),
            Step("chance that a - b > 0, and that a + b > 0", wins),
        ),
    )


def chance_integrand(
    t: sympy.Expr, rho: sympy.Expr, among: int, first: int = 1, *, signed: bool = False
) -> sympy.Expr:
    """Return phi(t-rho) P(fewer than r of the M - 1 others exceed t), whose integral over t is P(top r).

    Parameters
    ----------
    t, rho : sympy.Expr
        Amplitude of the label and its mean, in units of its standard deviation.
    among, first : int
        M and r.
    signed : bool
        Others exceed t, instead of |t| in size.
    """
    one_side = 1 - distribution(t if signed else sympy.Abs(t))
    larger = one_side if signed else 2 * one_side
    return density(t - rho) * sympy.Add(*(_binomial(among - 1, i, larger) for i in range(first)))


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"x": "exceedance"},
    sizes=({"among": 3, "first": 1}, {"among": 5, "first": 2}, {"among": 10, "first": 4}),
)
def chance_of_noise(among: int = 5, first: int = 2) -> Identity:
    """int_0^x BinomCdf(r-1; M-1, q) dq = (1/M) sum_(i=1..r) P(Bin(M, x) >= i); r/M at x = 1.

    The top-r law at rho = 0: q = P(|a_k| > |t|) is uniform on (0, 1), whatever the rule, so an amplitude
    that is noise like the others is among the r largest with the chance r/M.
    """
    if not 1 <= first < among:
        raise ArgumentError("first", first, f"must be 1 to {among - 1}", "leave a place out")
    q, x = sympy.Symbol("q", real=True), sympy.Symbol("x", positive=True)
    fewer = sympy.Add(*(_binomial(among - 1, i, q) for i in range(first)))
    tails = (
        sympy.Add(*(_binomial(among, i, x) for i in range(least, among + 1)))
        for least in range(1, first + 1)
    )
    return Identity(
        name=f"noise among the first {first} of {among}",
        left=sympy.integrate(sympy.expand(fewer), (q, 0, x)),
        right=sympy.Add(*tails) / among,
        derivation=(Step(f"chance that at most {first - 1} of the others are larger", fewer),),
    )


def _binomial(trials: int, successes: int, chance: sympy.Expr) -> sympy.Expr:
    weight = sympy.binomial(trials, successes)
    return weight * chance**successes * (1 - chance) ** (trials - successes)


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"rho": "separation"},
    sizes=({"directions": 2}, {"directions": 3}),
)
def slope_at_zero(directions: int = 2) -> Identity:
    """dP/drho = e_l/l at rho = 0 for the signed rule among l directions: the first gain over chance.

    d phi(t-rho)/drho = t phi(t) there, and l phi Phi^(l-1) is the density of the greatest, (Phi^l)'. Entries:
    l times the integrand of dP/drho; its integral, by parts (l-1) phi^2 Phi^(l-2), for l = 2 and 3.
    """
    slopes = {2: 1 / (2 * sympy.sqrt(sympy.pi)), 3: 1 / (2 * sympy.sqrt(sympy.pi))}
    if directions not in slopes:
        raise ArgumentError(
            "directions", directions, "must be 2 or 3", "integrate numerically beyond"
        )
    others = distribution(T) ** (directions - 1)
    slope = sympy.diff(density(T - RHO) * others, RHO).subs(RHO, 0)
    parts = density(T) * sympy.diff(others, T)
    return Identity(
        name=f"slope at chance among {directions}",
        left=ImmutableMatrix(
            [
                sympy.expand(directions * slope),
                sympy.integrate(sympy.expand(parts), (T, -sympy.oo, sympy.oo)),
            ]
        ),
        right=ImmutableMatrix(
            [T * sympy.diff(distribution(T) ** directions, T), slopes[directions]]
        ),
        derivation=(
            Step("integrand of dP/drho at 0", slope),
            Step("after integration by parts", parts),
        ),
    )
