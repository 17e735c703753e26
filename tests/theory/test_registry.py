"""Every claim of theory holds, and every fault put into it shows."""

import pytest

from theory.claims import System, check_claim, registered

# more than five seconds with mutation: slow; unmarked, they are checked without faults
HEAVY = {
    "drum.grid_mode",
    "linear_cnn.aligned_mode_in_network",
    "linear_cnn.coupled_flow",
    "linear_cnn.mode_flow",
    "linear_cnn.network_flow",
}

# more than twenty seconds as they are: a study
LONG = {
    "linear_cnn.coupled_flow(n=2,p=1,widths=(1, 2, 1))",
    "linear_cnn.network_flow(n=2,p=1,widths=(1, 2, 1))",
}


def cases(*, slow: bool):
    for entry in registered():
        for size in entry.slow_sizes if slow else entry.sizes:
            label = ",".join(f"{name}={value}" for name, value in size.items())
            yield entry, size, f"{entry.name}({label})"


def parameters(*, slow: bool, skip: frozenset | set = frozenset()):
    return [
        pytest.param(entry, size, id=label, marks=[pytest.mark.study] if label in LONG else [])
        for entry, size, label in cases(slow=slow)
        if entry.name not in skip
    ]


def heavy_parameters():
    return [
        pytest.param(entry, size, id=label)
        for entry, size, label in cases(slow=False)
        if entry.name in HEAVY
    ]


def held(entry, size, record_property, *, mutate: bool):
    report = check_claim(entry.factory(**size), mutate=mutate)
    record_property("seconds", round(report.seconds, 2))
    record_property("mutants", report.mutants)
    assert report.failures == ()
    return report


@pytest.mark.parametrize(("entry", "size"), parameters(slow=False, skip=HEAVY))
def test_claim(entry, size, record_property):
    """Residual exactly zero; both sides equal at rational points; no fault survives."""
    assert held(entry, size, record_property, mutate=True).mutants > 0


@pytest.mark.parametrize(("entry", "size"), heavy_parameters())
def test_heavy_claim_without_faults(entry, size, record_property):
    """Residual exactly zero; both sides equal at rational points."""
    held(entry, size, record_property, mutate=False)


@pytest.mark.slow
@pytest.mark.parametrize(("entry", "size"), heavy_parameters())
def test_heavy_claim(entry, size, record_property):
    """Residual exactly zero; both sides equal at rational points; no fault survives."""
    assert held(entry, size, record_property, mutate=True).mutants > 0


@pytest.mark.slow
@pytest.mark.parametrize(("entry", "size"), parameters(slow=True))
def test_claim_at_slow_size(entry, size, record_property):
    """Residual exactly zero; both sides equal at rational points."""
    held(entry, size, record_property, mutate=False)


def test_heavy_names_exist():
    """The lists of exceptions speak of registered claims, and of their sizes."""
    assert {entry.name for entry in registered()} >= HEAVY
    assert {label for _, _, label in cases(slow=True)} >= LONG


def with_origin():
    return [
        pytest.param(entry, size, id=label)
        for entry, size, label in cases(slow=False)
        if "System" in str(entry.factory.__annotations__.get("return"))
    ]


@pytest.mark.parametrize(("entry", "size"), with_origin())
def test_ancestors_hold(entry, size):
    """A law that comes from another is worth no more than that: each of its origins holds too."""
    claim = entry.factory(**size)
    assert isinstance(claim, System)
    while claim.origin is not None:
        claim = claim.origin.parent
        assert claim.residual() == 0, claim.name


@pytest.mark.parametrize(("entry", "size"), parameters(slow=False))
def test_source_and_statement(entry, size):
    """Each claim names its paper, and shows its law in LaTeX and MathML."""
    claim = entry.factory(**size)
    assert claim.reference.paper
    assert claim.name
    assert (claim.reference.equation == "") <= (claim.reference.status == "ours")
    if len(claim.equations()) <= 20:
        assert claim._repr_latex_().startswith(r"$\displaystyle ")
        assert claim.mathml().startswith("<m")
