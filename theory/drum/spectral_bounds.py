"""What a drum's eigenvalues cannot do: inequalities, each with the drums that it speaks of.

`BOUNDS` holds the theorems with their assumptions and sources. Those that a short derivation reaches
are claims too (Li and Yau's sum, Polya's upper bound, the isoperimetric inequality); for the others
there is where they are attained. A is the area, P the perimeter, lambda_k the eigenvalues, S_k the sum
of the first k; j01 and j11 are the first zeros of the Bessel functions J_0 and J_1.
"""

import dataclasses

import sympy
from sympy.simplify.fu import TR8

from theory.claims import Bound, Identity, Reference, Step, register
from theory.drum.heat_trace import AREA, EIGENVALUE, PERIMETER
from theory.drum.shapes import DISTANCE, RADIUS, THETA, ZERO, polar_mode, round_mode
from theory.errors import ArgumentError
from theory.lattice import PAPER

J01, J11 = sympy.symbols("j01 j11", positive=True)
LOWEST, SECOND, SUM = sympy.symbols("lambda_1 lambda_2 S_k", positive=True)
NUMBER = sympy.Symbol("k", integer=True, positive=True)
DEPTH, INNER, WAVE_NUMBER, LEVEL = sympy.symbols("alpha eta kappa mu", positive=True)

BOUND_NAMES = {
    "A": "area",
    "P": "perimeter",
    "R": "radius",
    "lambda_1": "lowest_eigenvalue",
    "lambda_2": "second_eigenvalue",
    "k": "number",
    "lambda": "eigenvalue",
    "S_k": "sum_of_eigenvalues",
}


@dataclasses.dataclass(frozen=True)
class SpectralBound:
    """A theorem left <= right about some drums.

    Parameters
    ----------
    left, right : sympy.Expr
    assumption : str
        The drums that it is a theorem for.
    beyond : str
        What it is for all others: empty where there are none.
    source : str
    needs_multiplicities : bool
        Whether a list that misses an eigenvalue may break it.
    """

    left: sympy.Expr
    right: sympy.Expr
    assumption: str
    beyond: str
    source: str
    needs_multiplicities: bool

    def __repr__(self) -> str:
        return f"{self.left} <= {self.right} ({self.assumption}; {self.source})"


BOUNDS = {
    "faber_krahn": SpectralBound(
        left=sympy.pi * J01**2 / AREA,
        right=LOWEST,
        assumption="any domain of finite area",
        beyond="",
        source="Faber 1923; Krahn, Mathematische Annalen 94, 1925",
        needs_multiplicities=False,
    ),
    "ashbaugh_benguria": SpectralBound(
        left=SECOND / LOWEST,
        right=(J11 / J01) ** 2,
        assumption="any bounded domain",
        beyond="",
        source="Ashbaugh and Benguria, Annals of Mathematics 135, 1992",
        needs_multiplicities=True,
    ),
    "li_yau": SpectralBound(
        left=2 * sympy.pi * NUMBER**2 / AREA,
        right=SUM,
        assumption="any bounded domain",
        beyond="",
        source="Li and Yau, Communications in Mathematical Physics 88, 1983",
        needs_multiplicities=True,
    ),
    "polya": SpectralBound(
        left=4 * sympy.pi * NUMBER / AREA,
        right=EIGENVALUE,
        assumption="domains whose copies tile the plane, disks, sectors and annuli",
        beyond="a conjecture",
        source="Polya, Proceedings of the London Mathematical Society 11, 1961; Filonov, Levitin, "
        "Polterovich and Sher, Inventiones Mathematicae 234, 2023, and arXiv 2505.21737, 2025",
        needs_multiplicities=True,
    ),
    "polya_upper": SpectralBound(
        left=LOWEST,
        right=sympy.pi**2 * PERIMETER**2 / (4 * AREA**2),
        assumption="simply connected domains",
        beyond="unknown here",
        source="Polya, Journal of the Indian Mathematical Society 24, 1960",
        needs_multiplicities=False,
    ),
    "isoperimetric": SpectralBound(
        left=4 * sympy.pi * AREA,
        right=PERIMETER**2,
        assumption="any domain of finite perimeter",
        beyond="",
        source="Hurwitz, Comptes Rendus 132, 1901",
        needs_multiplicities=False,
    ),
}


def smallest_area(theorem: str) -> sympy.Expr:
    """Return the smallest area that eigenvalues allow, by a theorem whose left side falls with A.

    Parameters
    ----------
    theorem : {"faber_krahn", "li_yau", "polya"}

    Raises
    ------
    ArgumentError
        For a theorem that says nothing of the area.

    Examples
    --------
    >>> [smallest_area(theorem) for theorem in ("faber_krahn", "li_yau", "polya")]
    [pi*j01**2/lambda_1, 2*pi*k**2/S_k, 4*pi*k/lambda]
    """
    speaking = [name for name, bound in BOUNDS.items() if bound.left.has(AREA)]
    if theorem not in speaking:
        raise ArgumentError("theorem", theorem, f"must be one of {', '.join(speaking)}", "name one")
    quoted = BOUNDS[theorem]
    (area,) = sympy.solve(quoted.left - quoted.right, AREA)
    return area


@register(reference=Reference(PAPER, "", "ours"), names=BOUND_NAMES)
def faber_krahn_disk() -> Identity:
    """-Laplacian(phi)/phi = pi s^2/A for the disk's modes, A its area, s a zero of J_n; j01 the least.

    So the disk attains Faber and Krahn's bound. Its next s is j11, twice: it attains Ashbaugh and
    Benguria's too.
    """
    area = sympy.integrate(DISTANCE, (DISTANCE, 0, RADIUS), (THETA, 0, 2 * sympy.pi))
    mode = polar_mode("disk")
    return Identity(
        name="the disk attains Faber and Krahn's bound",
        left=mode.left / round_mode("disk"),
        right=BOUNDS["faber_krahn"].left.subs({J01: ZERO, AREA: area}),
        derivation=(*mode.derivation, Step("area of the disk", area)),
    )


@register(reference=Reference(PAPER, "", "ours"), names=BOUND_NAMES)
def li_yau_sum() -> Bound:
    """For any mu, k mu - A mu^2/(8 pi) <= 2 pi k^2/A, equal at mu = 4 pi k/A.

    Right is Li and Yau's bound of S_k. The squared Fourier transforms of k orthonormal modes sum to
    F <= A/(2 pi)^2 at each wave vector kappa (Bessel's inequality for exp(i kappa.x) on the drum); over
    all kappa, F integrates to k and kappa^2 F to the energy S_k. For any mu, (kappa^2 - mu) F is at
    least (kappa^2 - mu) A/(2 pi)^2 where kappa^2 < mu, and 0 elsewhere. So S_k is at least the left
    side, whatever mu.
    """
    share = AREA / (2 * sympy.pi) ** 2
    ring = 2 * sympy.pi * WAVE_NUMBER * share * (WAVE_NUMBER**2 - LEVEL)
    inside = sympy.integrate(sympy.expand(ring), (WAVE_NUMBER, 0, sympy.sqrt(LEVEL)))
    (best,) = sympy.solve(sympy.diff(NUMBER * LEVEL + inside, LEVEL), LEVEL)
    return Bound(
        name="Li and Yau's sum",
        left=NUMBER * LEVEL + inside,
        right=BOUNDS["li_yau"].left,
        certificate=AREA / (8 * sympy.pi) * (LEVEL - best) ** 2,
        attained={LEVEL: best},
        derivation=(
            Step("largest share of a wave vector", share),
            Step("least integral of (kappa^2 - mu) F", inside),
            Step("the mu that says most", best),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names=BOUND_NAMES)
def polya_upper() -> Identity:
    """On g = sin(pi alpha/(2A)), int P^2 g'^2 = pi^2 P^2/(4 A^2) int g^2 + P^2 g g'; g'(A) = 0.

    Both integrals from 0 to alpha. So lambda_1 <= pi^2 P^2/(4 A^2) for simply connected drums (Polya,
    Journal of the Indian Mathematical Society 24, 1960): let alpha(x) be the area between the wall
    and the curve at the distance of x from it. The field g(alpha(x)) is zero on the wall; alpha takes
    all values from 0 to A on equal areas, and its gradient is that curve's length, at most P (convex:
    the curve lies inside the wall; simply connected: Sz.-Nagy 1959). At alpha = A the quotient of the
    energy and the square, which is never below lambda_1, is at most the factor.
    """
    field = sympy.sin(sympy.pi * DEPTH / (2 * AREA))
    slope = sympy.diff(field, DEPTH)
    steep = PERIMETER**2 * slope**2
    energy, square = (
        sympy.integrate(part.subs(DEPTH, INNER), (INNER, 0, DEPTH)) for part in (steep, field**2)
    )
    return Identity(
        name="Polya's upper bound",
        left=energy,
        right=BOUNDS["polya_upper"].right * square + PERIMETER**2 * field * slope,
        derivation=(
            Step("a field that is zero on the wall", field),
            Step("the square of its gradient, at most", steep),
            Step("its integral", energy),
            Step("the integral of the field's square", square),
            Step("the rim term is zero at alpha = A", slope.subs(DEPTH, AREA)),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"waves": 1}, {"waves": 2}),
    slow_sizes=({"waves": 3},),
)
def isoperimetric(waves: int) -> Bound:
    """4 pi A <= P^2 for a closed curve of Fourier series with so many waves (Hurwitz 1901).

    Right is 2 pi times the integral of the squared velocity, P^2 where the curve is run through at
    constant speed; the slack is a sum of squares. Attained by the circle, x = p cos, y = p sin.
    """
    if waves < 1:
        raise ArgumentError("waves", waves, "must be at least 1", "pass 1 or more")
    p, q, u, v = (sympy.symbols(f"{name}1:{waves + 1}", real=True) for name in "pquv")
    x = _series(p, q)
    y = _series(u, v)
    area = _over_a_turn(x * sympy.diff(y, THETA))
    squared = _over_a_turn(sympy.diff(x, THETA) ** 2 + sympy.diff(y, THETA) ** 2)
    squares = [
        (k * p[i] - v[i]) ** 2 + (k * q[i] + u[i]) ** 2 + (k**2 - 1) * (u[i] ** 2 + v[i] ** 2)
        for i, k in enumerate(range(1, waves + 1))
    ]
    others = {symbol: sympy.S.Zero for symbol in (*p[1:], *q, *u, *v[1:])}
    return Bound(
        name=f"isoperimetric inequality, {waves} waves",
        left=4 * sympy.pi * area,
        right=2 * sympy.pi * squared,
        certificate=2 * sympy.pi**2 * sympy.Add(*squares),
        attained={**others, v[0]: p[0]},
        derivation=(
            Step("the curve", sympy.Tuple(x, y)),
            Step("area that it encloses", area),
            Step("integral of the squared velocity", squared),
        ),
    )


def _over_a_turn(wave: sympy.Expr) -> sympy.Expr:
    """Return the integral over theta from 0 to 2 pi: products become sums, of which waves vanish."""
    steady, _ = sympy.expand(TR8(sympy.expand(wave))).as_independent(THETA, as_Add=True)
    return 2 * sympy.pi * steady


def _series(cosines: tuple[sympy.Symbol, ...], sines: tuple[sympy.Symbol, ...]) -> sympy.Expr:
    return sum(
        (
            cosine * sympy.cos(k * THETA) + sine * sympy.sin(k * THETA)
            for k, (cosine, sine) in enumerate(zip(cosines, sines, strict=True), 1)
        ),
        sympy.S.Zero,
    )
