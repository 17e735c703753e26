"""Do laws, lattice, sums and fits do what is said of them? Rows that need no data of the user."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping

import numpy as np
import sympy

from numerics.images import streams
from numerics.images.stream import ImageStream
from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.field import Field
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.front import lattice_radius, rank_width, sampling_width
from numerics.latent_waves.identification import Regression
from numerics.latent_waves.known_films import KNOWN_FILMS, known_film
from numerics.latent_waves.lattice import count_within, radius, spiral
from numerics.latent_waves.moments import second_moments
from numerics.latent_waves.null_models import travelling_hump
from numerics.latent_waves.recovery import strong_errors, weak_errors
from numerics.latent_waves.travelling_wave import travelling_wave
from theory.claims import left_over
from theory.latent_waves import counting, known_equations, transport
from theory.latent_waves.equations import Equation, Term
from theory.latent_waves.gauge import scaled, shifted

BOX, LARGE = 512, 128
SPECIAL = {1: 2, 2: sympy.pi, sympy.oo: 4, sympy.Rational(1, 2): sympy.Rational(2, 3)}
SLOPE, SIDE = 3.0, 32
FRONT_IMAGES, WIDTH_IMAGES, WIDTH_FRAMES = 40_000, 5000, (200, 300)
NOISE = 0.05


def special_areas() -> float:
    """C_p of p = 1, 2, infinity and 1/2 that are not 2, pi, 4 and 2/3 exactly."""
    return sum(sympy.simplify(counting.disc_area(p) - area) != 0 for p, area in SPECIAL.items())


def disc_count() -> float:
    """Lattice points within a radius of 128 over pi R^2, minus 1."""
    return abs(count_within(radius((BOX, BOX), 2.0), LARGE) / (np.pi * LARGE**2) - 1)


def diamond_count() -> float:
    """Lattice points within integer radii for p = 1, against 2 R^2 + 2 R + 1; largest difference."""
    radii = radius((BOX, BOX), 1.0)
    sizes = (1, 8, 64, LARGE)
    return max(abs(count_within(radii, r) - (2 * r * r + 2 * r + 1)) for r in sizes)


def transport_claims() -> float:
    """Equations of the ideal front that are not exact."""
    return left_over(transport.transport(), transport.mode_transport())


def solutions() -> float:
    """Exact solutions that leave a residual."""
    wave_numbers = {"wave_numbers": (sympy.Integer(1), sympy.Rational(3, 5))}
    return left_over(
        known_equations.burgers(),
        known_equations.korteweg_de_vries(**wave_numbers),
        known_equations.modified_korteweg_de_vries(**wave_numbers),
    )


def wrong_equation() -> float:
    """Residuals of the two solitons in KdV with 5 u u_x that vanish."""
    solved = known_equations.korteweg_de_vries(
        wave_numbers=(sympy.Integer(1), sympy.Rational(3, 5))
    )
    other = Equation(solved.equation.coefficients | {Term(1, 1): -5})
    return float(dataclasses.replace(solved, equation=other).residual() == 0)


def _ensemble_film(count: int) -> np.ndarray:
    """E(k, j) of stationary Gaussian images, alpha = 3, p = 2."""
    images = streams.gaussian(count, image_side=SIDE, alpha=SLOPE, p=2.0, seed=0)
    eigen = eigenimages(second_moments(images))
    return spectral_energies(eigen.vectors, eigen.shape)


def stationary_front() -> float:
    """Mean radius of the film of 40,000 images against the sorted lattice without its centre, rms."""
    radii = radius((SIDE, SIDE), 2.0)
    film = _ensemble_film(FRONT_IMAGES)
    means = radii.ravel() @ film
    law = lattice_radius(radii, zero_last=True)
    inside = slice(21, int(np.ceil(0.95 * np.pi * (SIDE / 2) ** 2)))
    return float(np.sqrt(np.mean((means[inside] / law[inside] - 1) ** 2)))


def width() -> float:
    """Width of the film of 5000 images at j = 200 and 300 over 4 pi j^2/(alpha^2 m), minus 1."""
    film = _ensemble_film(WIDTH_IMAGES)
    order = spiral(radius((SIDE, SIDE), 2.0), zero_last=True)
    laws = sampling_width(np.array(WIDTH_FRAMES), SLOPE, WIDTH_IMAGES)
    return max(
        abs(rank_width(film, order, j) / law - 1) for j, law in zip(WIDTH_FRAMES, laws, strict=True)
    )


def _worst(errors: Callable, names: tuple[str, ...], noise: float) -> float:
    """Largest relative error of a coefficient over some films."""
    found = []
    for name in names:
        film = known_film(name)
        field = film.with_noise(noise, np.random.default_rng(0)) if noise else film.field
        found.append(np.abs(errors(film, field)).max())
    return float(max(found))


def scaled_gauge() -> float:
    """Coefficients of 12 terms fitted to 2 u(x/3, t/0.7), against the law of the coefficients."""
    field = travelling_hump()
    b, s, tau = 2.0, 3.0, 0.7
    other = Field(b * field.values, s * field.positions, tau * field.times)
    return _gauge_missed(other, scaled(_fitted(field), b=b, s=s, tau=tau))


def shifted_gauge() -> float:
    """Coefficients of 12 terms fitted to u + 0.5, against the law of the coefficients."""
    field = travelling_hump()
    other = Field(field.values + 0.5, field.positions, field.times)
    return _gauge_missed(other, shifted(_fitted(field), 0.5))


def _fitted(field: Field) -> Mapping[Term, float]:
    return Regression(field).dense().coefficients


def _gauge_missed(field: Field, law: Mapping[Term, float]) -> float:
    """Largest difference, of the largest coefficient with the same derivative: a shift mixes these."""
    found = _fitted(field)
    largest = {k: max(abs(law[t]) for t in law if t.order == k) for k in range(4)}
    return max(abs(found.get(term, 0.0) - law[term]) / largest[term.order] for term in law)


def positive_control() -> float:
    """R2 held out of 12 terms on a hump that travels and spreads: the instrument can say yes."""
    return Regression(travelling_hump()).dense().held_out


def blocks_and_orders() -> float:
    """Products of pixels of random bytes that change with blocks, or with the order of the images."""
    images = np.random.default_rng(0).integers(0, 256, (1000, 12, 12), dtype=np.uint8)
    orders = (np.arange(1000), np.random.default_rng(1).permutation(1000))
    products = [
        second_moments(_in_blocks(images[order], length)).products
        for order in orders
        for length in (1000, 259, 7)
    ]
    return float(max((other != products[0]).sum() for other in products[1:]))


def _in_blocks(images: np.ndarray, length: int) -> ImageStream:
    return ImageStream(
        name="bytes",
        shape=(images.shape[1], images.shape[2]),
        count=len(images),
        scale=1 / 255,
        blocks=lambda: (images[i : i + length] for i in range(0, len(images), length)),
        provenance={},
    )


def score(*names: str) -> list[float]:
    """Travelling-wave scores of films."""
    return [travelling_wave(known_film(name).field).score for name in names]


FUNCTIONS: Mapping[str, Callable[[], float]] = {
    "LW01": special_areas,
    "LW02": disc_count,
    "LW02b": diamond_count,
    "LW03": transport_claims,
    "LW39": solutions,
    "LW39b": wrong_equation,
    "LW06": stationary_front,
    "LW07": width,
    "LW14": scaled_gauge,
    "LW14b": shifted_gauge,
    "LW31c": positive_control,
    "LW21q": functools.partial(_worst, weak_errors, KNOWN_FILMS[2:], NOISE),
    "LW22q": functools.partial(_worst, weak_errors, KNOWN_FILMS[1:2], NOISE),
    "LW23": functools.partial(_worst, weak_errors, KNOWN_FILMS, 0.0),
    "LW24": functools.partial(_worst, strong_errors, KNOWN_FILMS[:3], 0.0),
    "LW28": blocks_and_orders,
    "LW36": lambda: min(score("advection")),
    "LW36b": lambda: max(score(*KNOWN_FILMS[1:])),
}
