"""Numbers in the text of the page on latent bases that are laws: each computed here."""

import math
from pathlib import Path

import numpy as np
import pytest
import scipy.optimize
import scipy.stats


def page():
    """The page in one line."""
    file = Path(__file__).parents[2] / "docs/systems/latent_basis.md"
    return " ".join(file.read_text().split())


def largest_mean():
    from numerics.latent_basis.label_means import mean_square_bound

    return float(mean_square_bound(0.1))


def simplex(what):
    import sympy

    from theory.latent_basis import residual_square, symmetric_cosine

    if what == "symmetric":
        return float(symmetric_cosine(sympy.Integer(10), -sympy.Rational(1, 9)))
    squares = [residual_square(sympy.Integer(k), -sympy.Rational(1, 9)) for k in range(1, 10)]
    return (1 + sum(math.sqrt(square) for square in squares)) / 10


def kept_of_noise():
    from numerics.latent_basis.kept_energy import kept_energy_of_noise

    return 100 * kept_energy_of_noise(100, 4)


def separation_of_92_percent():
    from numerics.latent_basis.one_parameter import hit_rate

    def missed(rho):
        return float(hit_rate(rho, 99, absolute=True)) - 0.92

    return scipy.optimize.brentq(missed, 3, 6)


def one_rule_in():
    """How seldom s/sigma of 20 normal trials leaves LB39's bar: (T - 1) s^2/sigma^2 is chi^2."""
    from validation.latent_basis.check_table import CHECKS

    (bar,) = (check.asked for check in CHECKS if check.id == "LB39")
    law = scipy.stats.chi2(19)
    return round(1 / (law.cdf(19 * bar[0] ** 2) + law.sf(19 * bar[1] ** 2)), -2)


def one_network_of_mnist_in():
    """Vectors from k = 19 on above 1 + 5 sqrt(2/(M - k)) of noise whose square is chi^2_(M - k)."""
    from numerics.latent_basis.leverage import DEVIATIONS

    freedom = 100 - np.arange(19, 100)
    law = scipy.stats.chi2(freedom)
    return 1 / law.sf(freedom + DEVIATIONS * np.sqrt(2 * freedom)).sum()


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("`|m|^2 <= {:.2f}`", largest_mean),
        ("at most `2 l - 1` directions, {:.0f} for ten digits", lambda: 2 * 10 - 1),
        ("is {:.3f} for each label in the symmetric set", lambda: simplex("symmetric")),
        ("Gram-Schmidt has {:.3f} on average and 0 for the last", lambda: simplex("qr")),
        ("keep {:.0f} % of its energy", kept_of_noise),
        ("{:.2f} is what unrelated images have", lambda: math.sqrt(3)),
        ("92 % would need `rho = {:.2f}`", separation_of_92_percent),
        ("tell a scatter to {:.0f} % and no better", lambda: 100 / math.sqrt(2 * 19)),
        ("alone breaks it for one rule in {:.0f}", one_rule_in),
        ("for one network of MNIST in {:.0f}", one_network_of_mnist_in),
        # an error is won by one of 99 others, 90 of which lie outside the first set
        ("would win in {:.0f} % of cases only", lambda: 100 * (1 - 0.08 * 90 / 99)),
    ],
)
def test_numbers_of_the_laws(said, value):
    """Each number in the text is the law's."""
    assert said.format(value()) in page()


def test_the_last_of_means_that_sum_to_zero_leaves_nothing():
    """R_kk^2 = 0 at k = 9 for ten means at r = -1/9: the page's "0 for the last"."""
    import sympy

    from theory.latent_basis import residual_square

    assert residual_square(sympy.Integer(9), -sympy.Rational(1, 9)) == 0


def test_algorithm_1_ends_where_the_page_says():
    """Targets (2r - 1) pi/3 of the printed steps: 60, 180, 300 degrees; the last is (0.5, -0.866)."""
    from numerics.latent_basis.basis import Basis
    from numerics.latent_basis.rank_one import algorithm_1

    nothing = np.full(3, np.nan)
    basis = Basis(math.sqrt(3) * np.eye(3), 3.0, 2, "qr", nothing, nothing)
    ends = algorithm_1(basis, np.array([[2.0, 0.5, 1.0]]), 0, 1)[:, 0, :2] / math.sqrt(3)
    # an output is known up to the sign of what went in: angles of lines, modulo 180 degrees
    angles = np.degrees(np.arctan2(ends[:, 1], ends[:, 0])) % 180
    assert angles == pytest.approx([60 % 180, 180 % 180, 300 % 180])
    assert "aims at 60, 180 and 300 degrees and ends at (0.5, -0.866)" in page()
    last = ends[-1] * np.sign(ends[-1, 0])
    assert last == pytest.approx([0.5, -0.866], abs=5e-4)
