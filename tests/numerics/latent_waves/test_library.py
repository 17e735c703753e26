"""PySINDy's libraries: their columns by structure, and what they hold."""

import numpy as np
import pysindy
import pytest

from numerics.latent_waves.field import Field
from numerics.latent_waves.identification import coefficients_of, pysindy_model
from numerics.latent_waves.known_films import known_film
from numerics.latent_waves.library import design, library_terms, pde_library
from theory.errors import ArgumentError
from theory.latent_waves.equations import Term


def fitted(library, values):
    model = pysindy.SINDy(feature_library=library, optimizer=pysindy.STLSQ(threshold=0.0))
    return model.fit(values[:, :, None], t=0.1).feature_library


def name(term):
    """A term as PySINDy names it: x0x0_11 for u u_xx."""
    power = {0: "", 1: "x0"}.get(term.power, f"x0^{term.power}")
    derivative = f"x0_{'1' * term.order}" if term.order else ""
    return power + derivative or "1"


def grid(positions, times):
    return np.stack(np.meshgrid(positions, times, indexing="ij"), axis=-1)


def libraries():
    x, t = np.linspace(0, 1, 30), np.linspace(0, 1, 40)
    powers = pysindy.PolynomialLibrary
    yield pde_library(x)
    yield pde_library(x, degree=3, order=4)
    yield pysindy.PDELibrary(powers(degree=2), derivative_order=2, spatial_grid=x)
    yield pysindy.PDELibrary(
        powers(degree=2, include_bias=False),
        derivative_order=3,
        spatial_grid=x,
        include_interaction=False,
    )
    yield pysindy.PDELibrary(
        powers(degree=3, include_bias=False), spatial_grid=x, derivative_order=1, include_bias=True
    )
    yield pysindy.WeakPDELibrary(
        powers(degree=2, include_bias=False),
        derivative_order=3,
        spatiotemporal_grid=grid(x, t),
        K=20,
        include_bias=True,
    )


@pytest.mark.parametrize("library", list(libraries()), ids=lambda x: type(x).__name__)
def test_terms_agree_with_the_names(library):
    """Powers and orders of the columns, read from the structure, give the names PySINDy prints."""
    values = np.random.default_rng(0).random((30, 40))
    found = library_terms(fitted(library, values))
    # the product of a bias and a derivative is named 1x0_1
    printed = [n[1:] if n.startswith("1x") else n for n in library.get_feature_names()]
    assert [name(term) for term in found] == printed


def test_twelve_columns_of_the_paper():
    """1, u, u^2, u_x, u_xx, u_xxx, then u and u^2 times each derivative."""
    library = fitted(pde_library(np.linspace(0, 1, 30)), np.random.default_rng(0).random((30, 40)))
    pure = [Term(0, 0), Term(1, 0), Term(2, 0), Term(0, 1), Term(0, 2), Term(0, 3)]
    mixed = [Term(power, order) for order in (1, 2, 3) for power in (1, 2)]
    assert list(library_terms(library)) == pure + mixed


def test_columns_are_the_terms():
    """On u = x^2 + 3 t differences of second order are exact, and so is u_t = 3."""
    x, t = np.linspace(0, 1, 12), np.linspace(0, 2, 9)
    u = x[:, None] ** 2 + 3 * t
    found = design(Field(u, x, t))
    jets = (u, np.broadcast_to(2 * x[:, None], u.shape), np.full(u.shape, 2.0), np.zeros(u.shape))
    np.testing.assert_allclose(found.rates, 3)
    for term, column in zip(found.terms, found.columns.T, strict=True):
        expected = u**term.power * (jets[term.order] if term.order else 1)
        np.testing.assert_allclose(column, expected.ravel(), atol=1e-9)


def test_rates_are_taken_along_time():
    """A field that changes along x alone has no rate: differences along x would find u_x."""
    x, t = np.linspace(0, 1, 12), np.linspace(0, 2, 9)
    still = np.repeat(np.sin(x)[:, None], len(t), axis=1)
    assert np.abs(design(Field(still, x, t)).rates).max() < 1e-12


def test_model_of_pysindy_is_read():
    """A thin film of advection: the fitted model comes back as the terms that it prints."""
    field = known_film("advection").field
    model = pysindy_model(field, 10.0)
    found = coefficients_of(model)
    assert set(found) == {Term(0, 1)}
    assert found[Term(0, 1)] == pytest.approx(-0.7, rel=1e-2)


def test_weak_library_of_pysindy_is_read():
    """PySINDy's weak form finds u_t = -0.7 u_x to four digits."""
    film = known_film("advection").field
    np.random.seed(0)  # noqa: NPY002 - the library draws its windows from the global generator
    library = pysindy.WeakPDELibrary(
        pysindy.PolynomialLibrary(degree=2, include_bias=False),
        derivative_order=3,
        spatiotemporal_grid=grid(film.positions, film.times),
        K=200,
    )
    optimizer = pysindy.STLSQ(threshold=0.1, alpha=1e-5, normalize_columns=True)
    model = pysindy.SINDy(feature_library=library, optimizer=optimizer)
    found = coefficients_of(model.fit(film.values[:, :, None], t=film.time_step))
    assert set(found) == {Term(0, 1)}
    assert found[Term(0, 1)] == pytest.approx(-0.7, abs=5e-5)


@pytest.mark.parametrize(
    ("library", "values", "message"),
    [
        (
            pysindy.PDELibrary(
                pysindy.CustomLibrary([lambda u: np.sin(u)]),
                derivative_order=1,
                spatial_grid=np.linspace(0, 1, 30),
            ),
            np.random.default_rng(0).random((30, 40, 1)),
            "library: got CustomLibrary; its functions must be powers of one field",
        ),
        (
            pde_library(np.linspace(0, 1, 30)),
            np.random.default_rng(0).random((30, 40, 2)),
            "library: got PolynomialLibrary; its functions must be powers of one field",
        ),
    ],
)
def test_other_libraries_are_refused(library, values, message):
    """Sines, and polynomials of two fields."""
    model = pysindy.SINDy(feature_library=library, optimizer=pysindy.STLSQ(threshold=0.0))
    model.fit(values, t=0.1)
    with pytest.raises(ArgumentError, match=message):
        library_terms(model.feature_library)
