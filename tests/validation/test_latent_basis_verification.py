"""The verification rows of latent_basis: complete, holding, and each able to fail where a law is changed."""

import dataclasses
import functools
import types

import numpy as np
import pytest

from validation.experiment import Work
from validation.latent_basis import Config, LatentBasisExperiment
from validation.latent_basis.check_table import CHECKS
from validation.latent_basis.exactness import control_findings
from validation.latent_basis.verification import FUNCTIONS, basis, control, laws, operators

ROWS = {check.id: check for check in CHECKS if check.kind == "verification"}
WITHOUT_DATA = dict(FUNCTIONS)
OF_CONTROL = control.FUNCTIONS
ALL = WITHOUT_DATA | OF_CONTROL


def holds(name):
    found = ALL[name]()
    return bool(np.isfinite(found)) and ROWS[name].holds(found)


def test_every_row_has_its_function():
    """Those of the linear control run first, the others without data: together the table's rows."""
    assert set(ALL) == set(ROWS)
    assert not set(WITHOUT_DATA) & set(OF_CONTROL)
    assert LatentBasisExperiment().verifications() == WITHOUT_DATA
    assert {name for name in ROWS if name.startswith("LB20")} == set(OF_CONTROL)


@pytest.mark.parametrize("name", ALL)
def test_rows_hold(name):
    """Each by itself, of its own seed."""
    assert holds(name)


def test_what_is_slow_declares_itself():
    """2,000,000 draws and the copies of all means belong to the standard preset, all else to quick."""
    slow = {name for name, check in ROWS.items() if check.preset == "standard"}
    assert slow == {"LB13", "LB13b", "LB15", "LB15b"}
    assert {check.preset for check in ROWS.values()} == {"quick", "standard"}


@pytest.mark.parametrize(
    ("name", "value", "digits"),
    [
        ("LB03b", 0.97, 0.1),  # classical Gram-Schmidt has lost all of it
        ("LB13", 2.0e-3, 1e-4),
        ("LB15", 1.8e-3, 1e-4),
        ("LB15b", 0.030, 1e-3),
        ("LB20a", 2.95, 0.01),
        ("LB20i", 2, 0),
    ],
)
def test_sizes(name, value, digits):
    """How far from their bars the rows are, noise of one seed."""
    assert ALL[name]() == pytest.approx(value, abs=digits)


def test_the_control_is_tried_once_a_run(tmp_path, monkeypatch):
    """What it found is kept in the run's store: a run that goes on reads it from there."""
    told = []
    work = Work(tmp_path, lambda *stage: told.append(stage))
    found = control_findings(work)
    assert set(found) == set(OF_CONTROL)
    assert told == [("linear control", n, len(found)) for n in range(1, len(found) + 1)]
    monkeypatch.setattr(control, "FUNCTIONS", {})
    assert control_findings(work) == found


def test_the_control_runs_first(tmp_path, monkeypatch):
    """Before any network is made or read."""
    order = []
    case = LatentBasisExperiment().case(Config(preset="quick", head="linear"))
    monkeypatch.setattr(
        "validation.latent_basis.case.control_findings", lambda work: order.append("control")
    )

    def stop(*_):
        order.append("networks")
        raise KeyboardInterrupt

    monkeypatch.setattr(type(case.setting.source), "material", stop)
    with pytest.raises(KeyboardInterrupt):
        case.prepare(Work(tmp_path))
    assert order == ["control", "networks"]


# --- each row fails where its law is changed ------------------------------------------------------


def changed(room, name, change):
    """A mutation: a function of a room returns what `change` makes of its result."""

    def mutate(patch):
        function = getattr(room, name)
        patch.setattr(room, name, lambda *a, **more: change(function(*a, **more)))

    return mutate


def replaced(room, name, other):
    """A mutation: something else in a function's place."""
    return lambda patch: patch.setattr(room, name, other)


def larger(factor):
    return lambda value: value * factor


def stretched(found):
    """A basis whose vectors are too long by a part in 1e9."""
    return dataclasses.replace(found, vectors=found.vectors * (1 + 1e-9))


def flipped(found):
    """A basis with one vector turned round, as QR may return it."""
    signs = np.ones((len(found.vectors), 1))
    signs[3] = -1
    return dataclasses.replace(found, vectors=found.vectors * signs)


def by_classical(means, *_):
    return types.SimpleNamespace(unit_vectors=basis.classical(means.means))


def always_sequential(means, method="qr", **more):
    return REAL["basis_of"](means, "qr", **more)


def the_other(means, method="qr", **more):
    return REAL["basis_of"](means, "symmetric" if method == "qr" else "qr", **more)


def one_fewer(given, latents, kept):
    return REAL["truncated"](given, latents, max(kept - 1, 1) if kept > 1 else 2)


def naive_rotation(latents, u, v):
    """1 + K + K^2/(1 + u.v), which loses digits where u.v is near -1."""
    once = np.outer(latents @ u, v) - np.outer(latents @ v, u)
    twice = np.outer(once @ u, v) - np.outer(once @ v, u)
    return latents + once + twice / (1 + u @ v)


def shifted(latents, u, v):
    return latents + v - u


def of_law(**factors):
    """A mutation of the linear control: closed forms that are larger by factors."""

    def mutate(patch):
        bench = control.bench

        def other(rho):
            given = bench(rho)
            values = {name: getattr(given.law, name) * f for name, f in factors.items()}
            return given._replace(law=dataclasses.replace(given.law, **values))

        patch.setattr(control, "bench", other)

    return mutate


def by_magnitude(patch):
    """Labels by the largest magnitude of all where the signed rule is asked; fewer latents."""
    patch.setattr(control, "signed_rule", control.absolute_rule)
    patch.setattr(control, "COUNT", 2 * control.PART)
    patch.setattr(control, "_observed", functools.cache(control._observed.__wrapped__))


def shift_for_rank_one(patch):
    transport = control.transport
    patch.setattr(control, "transport", lambda name, *a: transport("mean shift", *a))


REAL = {"basis_of": basis.basis_of, "truncated": basis.truncated}
SWAPPED = operators.algorithm_1

MUTATIONS = {
    "LB01": [changed(basis, "basis_of", stretched)],
    "LB02": [changed(basis, "basis_of", flipped)],
    "LB03": [replaced(basis, "basis_of", by_classical)],
    "LB03b": [replaced(basis, "classical", basis.modified)],
    "LB04": [
        changed(basis, "residual_square", lambda x: x + 1e-11),
        changed(basis, "symmetric_cosine", lambda x: x + 1e-11),
    ],
    "LB05": [replaced(basis, "basis_of", always_sequential)],
    "LB05b": [replaced(basis, "basis_of", the_other)],
    "LB06": [changed(basis, "release_norm", larger(1 + 1e-9))],
    "LB06b": [changed(basis, "release_norm", larger(1 + 1e-6))],
    "LB07": [changed(operators, "_matrix_unit", larger(operators.SIZE))],
    "LB08": [changed(operators, "plane_rotation", larger(1 + 1e-9))],
    "LB08b": [changed(operators, "_turn", larger(-1))],
    "LB09": [
        replaced(operators, "chain", lambda b, z, stops: REAL_CHAIN(b, z, list(stops)[:-1])),
        replaced(operators, "chain", lambda b, z, stops: REAL_CHAIN(b, z, list(stops)[::-1])),
    ],
    "LB10": [replaced(operators, "rank_one", lambda b, latents, *_: latents)],
    "LB10b": [replaced(operators, "rank_one", lambda b, latents, *_: latents)],
    "LB11": [
        replaced(
            operators, "algorithm_1", lambda *a, corrected: SWAPPED(*a, corrected=not corrected)
        )
    ],
    "LB11b": [
        replaced(
            operators, "algorithm_1", lambda *a, corrected: SWAPPED(*a, corrected=not corrected)
        )
    ],
    "LB12": [
        changed(laws, "expected_largest", larger(1 + 1e-7)),
        changed(laws, "argmax_mean_square", larger(1 + 1e-7)),
    ],
    "LB13": [changed(laws, "argmax_mean_square", larger(1.01))],
    "LB13b": [changed(laws, "_drawn_label_means", lambda means: means + 0.05)],
    # the plain floor of noise, without what the means before it add
    "LB15": [
        replaced(
            laws,
            "squared_residuals",
            lambda t, v: (laws.SIZE - np.arange(laws.SIZE)) / laws.LATENTS,
        )
    ],
    "LB15b": [changed(laws, "expected_cosines", larger(1.2))],
    "LB16": [changed(laws, "hit_rate", lambda rate: rate - 0.01)],
    "LB17": [changed(laws, "kept_energy_of_noise", larger(1.02))],
    "LB18": [replaced(basis, "truncated", one_fewer)],
    "LB19": [replaced(basis, "absolute_rule", control.signed_rule)],
    "LB20a": [changed(control, "_laws", lambda pairs: [(name, x - 0.01) for name, x in pairs])],
    "LB20b": [of_law(first_set_share=1.02)],
    "LB20c": [of_law(energy=1.01)],
    "LB20d": [replaced(control.LinearControl, "squared_cosine", lambda self, count: 1.0)],
    "LB20e": [replaced(control.LinearControl, "squared_cosine", lambda self, count: 1.0)],
    "LB20f": [of_law(mean_square=1.02)],
    "LB20g": [replaced(control, "truncated", one_fewer)],
    "LB20h": [of_law(signed=0.99), of_law(rank_one=0.99)],
    "LB20i": [shift_for_rank_one],
    "LB20j": [by_magnitude],
    "LB21": [replaced(operators, "minimal_rotation", shifted)],
    "LB21b": [replaced(operators, "minimal_rotation", naive_rotation)],
}
REAL_CHAIN = operators.chain


def test_every_row_is_put_to_the_test():
    """No row without a law that can be changed."""
    assert set(MUTATIONS) == set(ROWS)


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, n) for name, several in MUTATIONS.items() for n in range(len(several))],
)
def test_another_law_shows(name, number, monkeypatch):
    """The row does not hold any more."""
    MUTATIONS[name][number](monkeypatch)
    assert not holds(name)
