"""The linear control: a generator, an encoder and a classifier for which every number is known.

G(z) = A z + b with orthonormal columns of A, E(x) = A^T (x - b) without noise, latents z | a ~
N(rho u_a, I) with orthonormal u_a, and the classifier argmax_a <u_a, E(x)>.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, System, register
from theory.fourier import symbols_of
from theory.latent_basis.bases import dot, mirror_basis, square
from theory.latent_basis.normal import PAPER, density, distribution, expectation

RHO = sympy.Symbol("rho", positive=True)


@register(reference=Reference(PAPER, "", "ours"))
def perfect_encoding() -> Identity:
    """E(G(z)) = z and |G(z) - G(z')|^2 = |z - z'|^2: image errors are latent errors. Three pixels, M = 2.

    Entries: the encoded image, then the squared distance of two images.
    """
    columns = mirror_basis(3)[:, 1:]
    offset, latent, other = symbols_of("b", 3), symbols_of("z", 2), symbols_of("w", 2)
    image = columns * latent + offset
    return Identity(
        name="perfect encoding",
        left=ImmutableMatrix(
            [*(columns.T * (image - offset)), square(image - columns * other - offset)]
        ),
        right=ImmutableMatrix([*latent, square(latent - other)]),
        derivation=(Step("the image", image),),
    )


@register(reference=Reference(PAPER, "", "ours"), names={"rho": "separation"})
def energy_share() -> Identity:
    """E|z|^2 = M + rho^2, of which l + rho^2 in the l label directions. M = 3, l = 2, any directions."""
    directions, labels = 3, 2
    basis = mirror_basis(directions)
    noise = sympy.symbols(f"epsilon_:{directions}", real=True)
    latent = RHO * basis[0, :] + sympy.Matrix([noise])
    energies = [dot(basis[k, :], latent) ** 2 for k in range(directions)]
    return Identity(
        name="energy of the linear control",
        left=ImmutableMatrix(
            [expectation(square(latent), noise), expectation(sympy.Add(*energies[:labels]), noise)]
        ),
        right=ImmutableMatrix([directions + RHO**2, labels + RHO**2]),
        derivation=(Step("amplitude of the label", dot(basis[0, :], latent)),),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"rho": "separation", "M": "dimension", "v": "inverse_samples"},
)
def cosine_of_the_mean() -> Identity:
    """E cos^2(eta, u) = 1 - (M-1) v/rho^2 + (M-1)(M-2) v^2/rho^4 + ..., v = 1/V, eta a mean of V latents.

    cos^2 = 1/(1 + s/(rho + x)^2), x the noise along u, of variance v, and s that across it, v times a
    chi^2 of M - 1 degrees of freedom. rho^2/(rho^2 + (M-1)/V), the ratio of expectations, has (M-1)^2 in the
    last term, so it is too high by (M-1) v^2/rho^4.
    """
    count = sympy.Symbol("M", integer=True, positive=True)
    variance = sympy.Symbol("v", positive=True)
    along, across, scale = sympy.symbols("x s epsilon")
    # noise of size epsilon: s is of second order, x of first
    cosine = sympy.series(
        1 / (1 + scale**2 * across / (RHO + scale * along) ** 2), scale, 0, 5
    ).removeO()
    noisy = sympy.Poly(sympy.expand(cosine.subs(scale, 1)), along, across)
    squares = (1, count - 1, (count - 1) * (count + 1))
    mean = sympy.Add(
        *(
            coefficient
            * expectation(along**i, [along])
            * squares[j]
            * variance ** (sympy.Integer(i) / 2 + j)
            for (i, j), coefficient in noisy.terms()
            if i % 2 == 0
        )
    )
    return Identity(
        name="cosine of a class mean",
        left=mean,
        right=1
        - (count - 1) * variance / RHO**2
        + (count - 1) * (count - 2) * variance**2 / RHO**4,
        variable=variance,
        order=2,
        derivation=(
            Step("cos^2 to fourth order in the noise", noisy.as_expr()),
            Step("moments of s over v^j", sympy.Tuple(*squares)),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names={"rho": "separation"})
def turned_class() -> Identity:
    """The density of a class turned by theta is that of the class with the turned mean: N(rho R u_a, I).

    R the rotation in the plane of u_a and u_c. So a quarter turn makes one class the other and the signed
    accuracy is kept; the mean shift rho (u_c - u_a) does the same. In the plane, up to the factor 1/(2 pi).
    """
    angle = sympy.Symbol("theta", real=True)
    a, c = sympy.symbols("a c", real=True)
    cosine, sine = sympy.cos(angle), sympy.sin(angle)
    before = (cosine * a + sine * c, cosine * c - sine * a)
    return Identity(
        name="a turned class",
        left=sympy.expand((before[0] - RHO) ** 2 + before[1] ** 2),
        right=(a - RHO * cosine) ** 2 + (c - RHO * sine) ** 2,
        derivation=(
            Step("where (a, c) was before the turn", sympy.Tuple(*before)),
            Step(
                "density of the class there",
                sympy.exp(-((before[0] - RHO) ** 2 + before[1] ** 2) / 2),
            ),
        ),
    )


@register(reference=Reference(PAPER, "11", "refuted"), names={"rho": "separation", "P": "success"})
def rank_one_success() -> System:
    """P = Phi(rho): the share of a class that the rank-one operator sends to the right side.

    Rescaled, its output is u(theta + d) or minus that, by the sign of t = <u_a, z> ~ N(rho, 1). P grows
    with rho by the density at the border t = 0.
    """
    t = sympy.Symbol("t", real=True)
    separation = sympy.Symbol("rho", real=True)
    chance = sympy.Symbol("P", positive=True)
    change = sympy.diff(density(t - separation), separation)
    slope = sympy.expand(sympy.integrate(sympy.expand(change), (t, 0, sympy.oo)).rewrite(sympy.erf))
    return System(
        name="success of the rank-one operator",
        law={chance: slope},
        time=separation,
        initial={chance: sympy.S.Half},
        closed_form={chance: distribution(separation)},
        derivation=(
            Step("change of the density of t with rho", change),
            Step("integrated over t > 0", slope),
        ),
    )
