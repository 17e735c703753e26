"""Claims: what they say when they are true, what they say when they are not, what they refuse."""

import subprocess
import sys
import textwrap
from xml.etree import ElementTree

import pytest
import sympy

from theory.claims import (
    Bound,
    Identity,
    Invariant,
    Origin,
    Reference,
    Step,
    System,
    check_claim,
    register,
    registered,
    registry,
)
from theory.claims.exact import reduce
from theory.claims.mutation import mutations
from theory.errors import ArgumentError

x, y, z = sympy.symbols("x y z", real=True)
x0, y0 = sympy.symbols("x0 y0", real=True)
s, w = sympy.symbols("s w", positive=True)
tau = sympy.Symbol("tau", real=True)
t = sympy.Symbol("t", integer=True, nonnegative=True)
HERE = Reference("nobody, nowhere", "7", "ours")


def decay(**changes) -> System:
    """dx/dtau = -2 x from x0: x = x0 exp(-2 tau)."""
    parts = {
        "law": {x: -2 * x},
        "initial": {x: x0},
        "closed_form": {x: x0 * sympy.exp(-2 * tau)},
        "time": tau,
    }
    return System(name="decay", **(parts | changes))


def rotation(**changes) -> System:
    """dx/dtau = w y, dy/dtau = -w x: conserves x^2 + y^2."""
    parts = {
        "law": {x: w * y, y: -w * x},
        "invariants": (Invariant("radius", x**2 + y**2),),
    }
    return System(name="rotation", time=tau, **(parts | changes))


def binomial(**changes) -> Identity:
    parts = {"left": (x + y) ** 2, "right": x**2 + 2 * x * y + y**2}
    return Identity(name="binomial", **(parts | changes))


def means(**changes) -> Bound:
    parts = {
        "left": 2 * x * y,
        "right": x**2 + y**2,
        "certificate": (x - y) ** 2,
        "attained": {x: y},
    }
    return Bound(name="means", **(parts | changes))


# --- exact.reduce


@pytest.mark.parametrize(
    "expression",
    [
        (x + 1) ** 2 - x**2 - 2 * x - 1,
        1 / (1 + sympy.exp(-x)) - sympy.exp(x) / (1 + sympy.exp(x)),
        1 / (x - 1) - 1 / (x + 1) - 2 / (x**2 - 1),
        sympy.exp(x + y) - sympy.exp(x) * sympy.exp(y),
        sympy.log(s * w) - sympy.log(s) - sympy.log(w),
        sympy.log((s**2 - w**2) / (s + w)) - sympy.log(s - w),
        x * (sympy.sqrt(3) * sympy.I / 2 - sympy.Rational(1, 2)) ** 3 - x,
        2**t * 2 - 2 ** (t + 1),
        1 / (sympy.sqrt(2) - 1) - sympy.sqrt(2) - 1,
        sympy.sin(x + y) * sympy.sin(x - y) - sympy.sin(x) ** 2 + sympy.sin(y) ** 2,
        sympy.sin(3 * x) / sympy.sin(x) - 2 * sympy.cos(2 * x) - 1,
        sympy.tan(2 * x) * (1 - sympy.tan(x) ** 2) - 2 * sympy.tan(x),
        sympy.sin(sympy.pi * t / 2) ** 2 - (1 - (-1) ** t) / 2,
        sympy.cos(2 * sympy.asin(s * w)) - 1 + 2 * s**2 * w**2,
        sympy.cos((t + 1) * sympy.asin(s))
        + sympy.cos((t - 1) * sympy.asin(s))
        - 2 * sympy.sqrt(1 - s**2) * sympy.cos(t * sympy.asin(s)),
    ],
)
def test_zero_shows_as_zero(expression):
    """Each expression is zero for all values of its symbols; `reduce` gives exactly 0."""
    assert expression != 0
    assert reduce(expression) == 0


@pytest.mark.parametrize(
    ("expression", "left_over"),
    [
        ((x + 1) ** 2 - x**2 - 1, 2 * x),
        (1 / (x - 1) - 1 / x, 1 / (x**2 - x)),
        (sympy.log(s**2) - sympy.log(s), sympy.log(s)),
        (sympy.Rational(1, 3) + x - x, sympy.Rational(1, 3)),
        (sympy.sin(2 * sympy.asin(s)) - 2 * s * sympy.sqrt(1 - s**2) + w, w),
        (sympy.cos(x) ** 2 + sympy.sin(x) ** 2 - w, 1 - w),
    ],
)
def test_what_is_left_shows(expression, left_over):
    """Not zero: the simplified remainder comes back."""
    assert sympy.expand(reduce(expression) - left_over) == 0


def test_branch_of_a_logarithm_is_decided_by_a_point():
    """log(3 x^2) = log 3 + 2 log x is false for x < 0 (2 pi i apart); algebra alone misses it."""
    claim = Identity(name="branch", left=sympy.log(3 * x**2), right=sympy.log(3) + 2 * sympy.log(x))
    assert claim.residual() == 0
    failures = check_claim(claim, points=6, mutate=False).failures
    assert len(failures) == 1
    assert "the sides differ" in failures[0]


# --- Identity


def test_equal_sides_are_refused():
    """An identity x = x says nothing: refused, with what to do."""
    with pytest.raises(ArgumentError) as refusal:
        Identity(name="empty", left=x, right=x)
    assert str(refusal.value) == (
        "right: got x; the sides of an identity must be reached by different roads, "
        "these are the same; derive one side"
    )


def test_shapes_have_to_agree():
    """A 2 x 1 matrix is no 1 x 2 matrix."""
    with pytest.raises(ArgumentError, match=r"right: got \(1, 2\); must have the shape \(2, 1\)"):
        Identity(name="shapes", left=sympy.Matrix([x, y]), right=sympy.Matrix([[x, y]]))


def test_true_identity():
    """(x + y)^2 = x^2 + 2xy + y^2: residual 0, every fault seen."""
    report = check_claim(binomial())
    assert report.failures == ()
    assert report.residual == 0
    assert report.mutants > 5


def test_false_identity():
    """(x + y)^2 - (x^2 + 3xy + y^2) = -xy: the residual is what is left, and a failure names it."""
    claim = binomial(right=x**2 + 3 * x * y + y**2)
    assert claim.residual() == -x * y
    first, second = check_claim(claim, mutate=False).failures
    assert first == "binomial: residual -x*y"
    assert second.startswith("binomial: the sides differ by")


def test_matrix_identity_entry_by_entry():
    """R R^T = 1 for a rotation, entry by entry; a wrong entry is the residual."""
    turn = sympy.Matrix([[3, -4], [4, 3]]) / 5
    left = turn * turn.T * sympy.Matrix([x + y, x - y])
    claim = Identity(name="turn", left=left * (x + 1), right=sympy.Matrix([
        x**2 + x * y + x + y, x**2 - x * y + x - y]))  # fmt: skip
    assert len(claim.equations()) == 2
    assert check_claim(claim).failures == ()
    wrong = Identity(name="turn", left=left, right=sympy.Matrix([x + y, x + y]))
    assert wrong.residual() == -2 * y


def test_two_wrong_entries_come_back_as_a_tuple():
    """(x, y) against (y, x): both remainders, x - y and y - x."""
    claim = Identity(name="swap", left=sympy.Matrix([x, y]), right=sympy.Matrix([y, x]))
    assert claim.residual() == sympy.Tuple(x - y, y - x)


def test_an_expansion_says_what_it_leaves_out():
    """(1 + x)^3 = 1 + 3x is not true as it stands; with + O(x^2) it is."""
    shown = Identity(name="power", left=(1 + x) ** 3, right=1 + 3 * x, variable=x, order=1)
    assert repr(shown) == "(x + 1)**3 = 3*x + 1 + O(x**2)"
    assert shown.latex().endswith(r"= 3 x + 1 + O\left(x^{2}\right)")
    assert shown.mathml().count("<mi>O</mi>") == 1


def test_expansion_holds_up_to_its_order():
    """(1 + x)^5 = 1 + 5x + 10x^2: true to order 2, false to order 3 (10 x^3 is missing)."""
    parts = {"left": (1 + x) ** 5, "right": 1 + 5 * x + 10 * x**2, "variable": x}
    assert check_claim(Identity(name="power", order=2, **parts)).failures == ()
    assert Identity(name="power", order=3, **parts).residual() == 10


@pytest.mark.parametrize(
    ("left", "right"),
    [(sympy.exp(x), sympy.sin(x)), (1 / x + 1, 2 / x + 1)],
    ids=["functions", "poles"],
)
def test_expansion_does_not_overlook_what_is_no_polynomial(left, right):
    """exp(x) and sin(x) differ at order 0, 1/x and 2/x at order -1: refused, or not zero."""

    try:
        left_over = Identity(name="series", left=left, right=right, variable=x, order=3).residual()
    except ArgumentError:
        left_over = None
    assert left_over != 0


def test_order_needs_its_variable():
    """Both or neither: an order without a variable is refused by name."""
    with pytest.raises(ArgumentError, match="order"):
        Identity(name="lost", left=(1 + x) ** 2, right=1 + 2 * x, order=1).residual()


# --- System


def test_true_system():
    """The law x' = -2 x with its solution: law and initial value, two equations."""
    claim = decay()
    assert [e.label for e in claim.equations()] == ["law of x", "initial value of x"]
    assert check_claim(claim).failures == ()


def test_nothing_to_judge_by_is_refused():
    """A law alone cannot be wrong: refused."""
    with pytest.raises(ArgumentError) as refusal:
        System(name="bare", law={x: -x}, time=tau)
    assert str(refusal.value) == (
        "law: got {x: -x}; a system needs a closed form, an origin, a potential or an invariant "
        "to be judged by; state one of them"
    )


def test_empty_origin_is_nothing_to_judge_by():
    """An origin that relates no variable to the finer law says nothing: refused."""
    with pytest.raises(ArgumentError):
        System(name="bare", law={x: -x}, time=tau, origin=Origin(decay(), {}))


def test_closed_form_needs_initial_values():
    """A solution without the symbol of its start: refused, naming `initial`."""
    with pytest.raises(ArgumentError, match="initial"):
        decay(initial={}).residual()


@pytest.mark.parametrize(
    ("changes", "left_over"),
    [
        ({"law": {x: 2 * x}}, -4 * x0 * sympy.exp(-2 * tau)),
        ({"law": {x: -3 * x}}, x0 * sympy.exp(-2 * tau)),
        ({"closed_form": {x: 2 * x0 * sympy.exp(-2 * tau)}}, x0),
    ],
    ids=["sign", "factor", "start"],
)
def test_wrong_sign_factor_or_start(changes, left_over):
    """Each fault leaves what it says: -4x, x, and x0 at the start."""
    assert sympy.expand(decay(**changes).residual() - left_over) == 0


def test_sigmoid_with_a_wrong_start_is_caught():
    """S/(1 + exp(-2 S tau)) solves dA/dtau = 2A(S - A), but starts at S/2, not at A0."""
    a, a0 = sympy.symbols("A A0", positive=True)
    claim = System(
        name="sigmoid",
        law={a: 2 * a * (s - a)},
        time=tau,
        initial={a: a0},
        closed_form={a: s / (1 + sympy.exp(-2 * s * tau))},
    )
    assert sympy.expand(claim.residual() - (s / 2 - a0)) == 0
    law, start = claim.equations()
    assert law.residual() == 0
    assert (start.label, start.residual() == 0) == ("initial value of A", False)
    assert "sigmoid: residual" in check_claim(claim, mutate=False).failures[0]


def test_map_with_its_solution():
    """The map x' = 2 x + 1 from x0: x_t = 2^t (x0 + 1) - 1."""
    claim = System(
        name="doubling",
        law={x: 2 * x + 1},
        time=t,
        is_map=True,
        initial={x: x0},
        closed_form={x: 2**t * (x0 + 1) - 1},
    )
    assert check_claim(claim).failures == ()
    assert claim.parameters == (x0,)


def test_invariant_with_a_known_increment():
    """Euler's step of the rotation: x^2 + y^2 grows by h^2 w^2 (x^2 + y^2)."""
    h = sympy.Symbol("h", positive=True)
    growth = Invariant("radius", x**2 + y**2, (h * w) ** 2 * (x**2 + y**2))
    stepped = rotation(law={x: x + h * w * y, y: y - h * w * x}, is_map=True, invariants=(growth,))
    assert check_claim(stepped, mutate=False).failures == ()
    # a law that turns the other way grows alike: the increment does not see it, and says so
    assert all("sign of" in what for what in check_claim(stepped).survivors)
    conserved = rotation(law=stepped.law, is_map=True)
    assert sympy.expand(conserved.residual() - growth.change) == 0


def test_sign_of_a_conserved_quantity_is_free():
    """x^2 + y^2 and -(x^2 + y^2) are conserved alike: that fault is not put in, others are."""
    described = [what for what, _ in rotation().mutants() if what.startswith("invariant")]
    assert "invariant radius: sign of x**2 + y**2" not in described
    assert "invariant radius: sign of x**2" in described
    assert check_claim(rotation()).failures == ()


def test_weak_claim_shows_in_its_survivors():
    """x^2 + y^2 does not see the third variable: faults in its law survive, and only those."""
    claim = rotation(law={x: w * y, y: -w * x, z: 3 * z})
    assert claim.residual() == 0
    survivors = check_claim(claim).survivors
    assert "law of z: number 3 raised" in survivors
    assert all(what.startswith("law of z: ") for what in survivors)
    assert len(check_claim(claim).failures) == len(survivors)


def test_a_constant_judges_nothing():
    """The invariant 1 is conserved by any law: every fault in the law survives."""
    claim = System(name="idle", law={x: -2 * x}, time=tau, invariants=(Invariant("one", w),))
    assert claim.residual() == 0
    assert set(check_claim(claim).survivors) >= {"law of x: number -2 raised"}


def test_potential():
    """The law has to be minus the gradient of (x y - 1)^2/2; a wrong sign leaves -2y(xy - 1)."""
    loss = (x * y - 1) ** 2 / 2
    law = {x: -y * (x * y - 1), y: -x * (x * y - 1)}
    claim = System(name="product", law=law, time=tau, potential=loss)
    assert check_claim(claim).failures == ()
    wrong = System(name="product", law=law | {x: -law[x]}, time=tau, potential=loss)
    assert sympy.expand(wrong.residual() - 2 * law[x]) == 0


def test_origin_as_a_reduction():
    """The product u = x y under dx = w x, dy = 2 w y obeys du = 3 w u, not 2 w u."""
    u = sympy.Symbol("u", real=True)
    fine = System(
        name="pair",
        law={x: w * x, y: 2 * w * y},
        time=tau,
        invariants=(Invariant("y/x^2", y / x**2),),
    )
    assert check_claim(fine).failures == ()
    coarse = System(name="product", law={u: 3 * w * u}, time=tau, origin=Origin(fine, {u: x * y}))
    assert check_claim(coarse).failures == ()
    wrong = System(name="product", law={u: 2 * w * u}, time=tau, origin=Origin(fine, {u: x * y}))
    assert wrong.residual() == w * x * y


def test_origin_as_an_invariant_manifold():
    """On x = r cos, y = r sin the rotation is d angle = -w, not +w."""
    angle, radius = sympy.symbols("phi r", positive=True)
    relation = {x: radius * sympy.cos(angle), y: radius * sympy.sin(angle)}
    parts = {"name": "angle", "time": tau, "origin": Origin(rotation(), relation)}
    assert check_claim(System(law={angle: -w}, **parts)).failures == ()
    assert System(law={angle: w}, **parts).residual() != 0


def test_origin_of_a_map():
    """The square u = x^2 under x' = 3x obeys u' = 9u."""
    u = sympy.Symbol("u", real=True)
    fine = System(
        name="tripling",
        law={x: 3 * x},
        time=t,
        is_map=True,
        initial={x: x0},
        closed_form={x: 3**t * x0},
    )
    coarse = System(
        name="square", law={u: 9 * u}, time=t, is_map=True, origin=Origin(fine, {u: x**2})
    )
    assert check_claim(coarse).failures == ()


# --- Bound


def test_true_bound():
    """2xy <= x^2 + y^2: the slack is (x - y)^2, zero at x = y."""
    claim = means()
    assert check_claim(claim).failures == ()
    assert sympy.expand(claim.slack() - (x - y) ** 2) == 0


def test_false_bound():
    """3xy <= x^2 + y^2 is false: the certificate is not the slack."""
    first, second = means(left=3 * x * y).residual()
    assert (sympy.expand(first), sympy.expand(second)) == (-x * y, -(y**2))


def test_bound_that_is_not_attained():
    """2xy <= x^2 + y^2 is strict at x = 2y: y^2 is left."""
    assert means(attained={x: 2 * y}).residual() == y**2


def test_certificate_must_be_visibly_nonnegative():
    """x^2 - 2xy + y^2 is a square, but does not show it: refused with the remedy."""
    with pytest.raises(ArgumentError) as refusal:
        means(certificate=sympy.expand((x - y) ** 2))
    assert str(refusal.value) == (
        "certificate: got x**2 - 2*x*y + y**2; must be non-negative by its symbols' assumptions; "
        "write it as a sum of squares of real symbols"
    )


def test_negative_certificate_is_refused():
    """-(x - y)^2 proves the opposite."""
    with pytest.raises(ArgumentError, match="certificate"):
        means(certificate=-((x - y) ** 2))


def test_bound_of_a_thing_by_itself_is_refused():
    """A bound x <= x says nothing."""
    with pytest.raises(ArgumentError):
        means(left=x, right=x, certificate=sympy.S.Zero, attained={})


# --- mutation


def test_faults_of_a_small_expression():
    """3 x y^2 + x: each factor, sign, term, number and exponent once."""
    faults = {str(changed) for _, changed in mutations(3 * x * y**2 + x)}
    assert faults == {
        "-3*x*y**2 - x",
        "x",
        "3*x*y**2",
        "-3*x*y**2 + x",
        "3*x*y**2 - x",
        "x*y**2 + x",
        "x + 3*y**2",
        "4*x",
        "4*x*y**2 + x",
        "3*x*y**3 + x",
    }


def test_faults_reach_into_functions():
    """exp(-2x): the number inside is changed too."""
    faults = {changed for _, changed in mutations(sympy.exp(-2 * x))}
    assert faults == {-sympy.exp(-2 * x), sympy.exp(x), sympy.exp(-x), sympy.exp(-2)}


def test_zero_has_no_faults():
    """There is nothing in 0 to change."""
    assert list(mutations(sympy.S.Zero)) == []


@pytest.mark.parametrize("claim", [binomial(), decay(), rotation(), means()], ids=lambda c: c.name)
def test_every_fault_changes_the_claim(claim):
    """No mutant equals the claim: a fault that is none would count as a survivor."""
    for what, mutant in claim.mutants():
        assert mutant.equations() != claim.equations(), what


# --- what a reader sees


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (binomial(), "(x + y)**2 = x**2 + 2*x*y + y**2"),
        (decay(), "dx/dtau = -2*x"),
        (rotation(), "dx/dtau = w*y\ndy/dtau = -w*x"),
        (decay(is_map=True, time=t), "x' = -2*x"),
        (means(), "2*x*y <= x**2 + y**2"),
        (
            Identity(name="swap", left=sympy.Matrix([x, y]), right=sympy.Matrix([y, x])),
            "Identity swap: 2 x 1 entries",
        ),
    ],
)
def test_repr(claim, text):
    """Short, and the formula itself."""
    assert repr(claim) == text


def test_long_systems_are_cut():
    """Six variables: four lines and how many more."""
    state = sympy.symbols("q0:6", real=True)
    claim = System(
        name="free",
        law={q: -q for q in state},
        time=tau,
        invariants=(Invariant("ratio", state[0] / state[1]),),
    )
    assert repr(claim).splitlines()[-1] == "... and 2 more"
    assert len(repr(claim).splitlines()) == 5


@pytest.mark.parametrize(
    ("claim", "latex"),
    [
        (binomial(), r"\left(x + y\right)^{2} = x^{2} + 2 x y + y^{2}"),
        (decay(), r"\begin{aligned}\frac{d x}{d \tau} &= - 2 x\end{aligned}"),
        (decay(is_map=True, time=t), r"\begin{aligned}x_{t+1} &= - 2 x\end{aligned}"),
        (means(), r"2 x y \le x^{2} + y^{2}"),
    ],
)
def test_latex(claim, latex):
    """What a notebook shows, in dollar signs."""
    assert claim._repr_latex_() == rf"$\displaystyle {latex}$"


@pytest.mark.parametrize("claim", [binomial(), decay(), rotation(), means()], ids=lambda c: c.name)
def test_mathml_is_well_formed(claim):
    """What a page shows parses as XML and holds the symbols of the claim."""
    plain = claim.mathml().replace("&InvisibleTimes;", "")  # an entity of HTML, not of XML
    assert "x" in "".join(ElementTree.fromstring(plain).itertext())


def test_explain_prints_every_step():
    """Each step: its number, its text, its expression; in LaTeX too."""
    steps = (Step("start", x), Step("square", x**2))
    explanation = binomial(derivation=steps).explain()
    assert repr(explanation) == "1. start\n      x\n2. square\n      x**2"
    latex = explanation._repr_latex_()
    assert latex.startswith(r"$\displaystyle \begin{aligned}")
    assert all(part in latex for part in ("start", "square", "x^{2}"))


# --- registry


@pytest.fixture
def own_list(monkeypatch):
    """Register into a copy of the list."""
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))
    return registry._ENTRIES


def test_reference_and_names_come_from_the_registry(own_list):
    """The factory says what, the registry says where from and how symbols are called in data."""

    @register(reference=HERE, names={"x": "length"})
    def labelled() -> Identity:
        """(x + y)^2 expanded."""
        return binomial()

    claim = labelled()
    assert claim.reference is HERE
    assert str(claim.reference) == "derived here, beyond nobody, nowhere, eq. 7"
    assert claim.names == {"x": "length"}
    assert labelled.__doc__ == "(x + y)^2 expanded."
    assert own_list["test_claims.labelled"].sizes == ({},)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (("", "ours"), "derived here, beyond nobody, nowhere"),
        (("S.14", "reproduced"), "nobody, nowhere, eq. S.14 (reproduced)"),
        (("Fig. 2", "sharpened"), "nobody, nowhere, Fig. 2 (sharpened)"),
    ],
)
def test_what_a_reference_says(reference, said):
    """Ours is not said to be the paper's; a figure is no equation."""
    assert str(Reference("nobody, nowhere", *reference)) == said


def test_derived_once(own_list):
    """One object for power(2) and power(n=2), derived once; another for n = 3."""
    calls = []

    @register(reference=HERE, sizes=({"n": 2}, {"n": 3}))
    def power(n: int) -> Identity:
        calls.append(n)
        return Identity(name="power", left=(1 + x) ** n, right=sympy.expand((1 + x) ** n))

    assert calls == []
    assert power(2) is power(n=2) is power(2)
    assert power(3) is not power(2)
    assert calls == [2, 3]


def test_a_name_is_taken_once(own_list):
    """Two factories of one name: the second is refused, the first stays."""

    def first() -> Identity:
        return binomial()

    def second() -> Identity:
        return Identity(name="other", left=x * (x + 1), right=x**2 + x)

    second.__name__ = first.__name__
    register(reference=HERE)(first)
    with pytest.raises(ArgumentError, match=r"test_claims\.first; is registered already"):
        register(reference=HERE)(second)
    assert own_list["test_claims.first"].factory().name == "binomial"


def test_too_many_arguments_are_refused(own_list):
    """A factory without arguments does not swallow one."""

    @register(reference=HERE)
    def plain() -> Identity:
        return binomial()

    with pytest.raises(TypeError):
        plain(3)


def test_names_on_the_list():
    """``system.factory``; each once; each with a docstring, a source and sizes."""
    entries = list(registered())
    names = [entry.name for entry in entries]
    assert len(set(names)) == len(names)
    assert {"linear_cnn.mode_law", "linear_network.descent_map", "circulant.product"} <= set(names)
    for entry in entries:
        assert entry.factory.__doc__, entry.name
        assert entry.sizes or entry.slow_sizes, entry.name


def test_nothing_is_derived_at_import():
    """A process in which no claim can be made, nor an equation solved, imports all of theory."""
    code = textwrap.dedent(
        """
        import sympy

        class Derived(Exception):
            pass

        def refuse(*arguments, **options):
            raise Derived

        from theory.claims import registered
        from theory.claims.claim import Claim

        Claim.__new__ = refuse
        for name in ("solve", "diff", "integrate", "apart", "expand", "cancel", "together"):
            setattr(sympy, name, refuse)
        import theory.linear_cnn
        entries = list(registered())
        assert len(entries) > 20
        try:
            theory.linear_cnn.mode_law()
        except Derived:
            print("derived when asked")
        """
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout == "derived when asked\n"


# --- check_claim


def test_conditions_hold_at_the_points():
    """log(s^2 - w^2) = log(s - w) + log(s + w) for w < s: the points are drawn there."""
    parts = {"left": sympy.log(s**2 - w**2), "right": sympy.log(s - w) + sympy.log(s + w)}
    assert check_claim(Identity(name="log", given=(w < s,), **parts)).failures == ()


def test_conditions_that_nothing_meets_are_refused():
    """No point has w < s and s < w: the error says so."""
    claim = binomial(given=(w < s, s < w))
    with pytest.raises(ArgumentError, match="no point of 1000 meets the conditions"):
        check_claim(claim)


def test_same_seed_same_points():
    """The difference of a false identity at the points is reproducible, and depends on the seed."""
    claim = binomial(right=x**2 + 3 * x * y + y**2)
    first, again, other = (
        check_claim(claim, seed=seed, mutate=False).worst_difference for seed in (1, 1, 2)
    )
    assert first == again != other


def test_report_without_mutation():
    """mutate=False: no fault put in, the residual is asked for all the same."""
    report = check_claim(binomial(), mutate=False)
    assert (report.mutants, report.survivors, report.residual) == (0, (), 0)


def test_functions_of_a_fault_are_evaluated():
    """dw/dtau = -k w^3 from any real start: a fault brings |w0| into the solution; none survives."""
    w, w0 = sympy.symbols("w w0", real=True)
    k = sympy.Symbol("k", positive=True)
    tau = sympy.Symbol("tau", positive=True)
    law = System(
        name="cubic friction",
        law={w: -k * w**3},
        time=tau,
        initial={w: w0},
        closed_form={w: w0 / sympy.sqrt(1 + 2 * k * w0**2 * tau)},
    )
    assert check_claim(law).failures == ()
