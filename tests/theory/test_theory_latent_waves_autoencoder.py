"""Bounds of an autoencoder, against random networks, projections and least squares."""

import numpy as np
import pytest
import sympy

from theory import latent_waves
from theory.errors import ArgumentError


@pytest.mark.parametrize("width", [1, 3, 6])
def test_rank_of_a_random_network(width):
    """Linear layer over max(0, .) of width w, with bias, 40 images of 12 pixels: rank w + 1."""
    generator = np.random.default_rng(width)
    hidden = np.maximum(generator.standard_normal((40, width)), 0)
    weights, bias = generator.standard_normal((12, width)), generator.standard_normal(12)
    assert np.linalg.matrix_rank(hidden @ weights.T + bias) == width + 1


def test_rank_in_symbols():
    """Width 1: every 3 x 3 minor is 0, the 2 x 2 minor (H0 - H1) (W0 b1 - W1 b0)."""
    minors = latent_waves.rank_bound(1).left
    h0, h1, w0, w1 = (sympy.Symbol(f"{name}_{i}_0", real=True) for name in "HW" for i in (0, 1))
    b0, b1 = sympy.symbols("b_0 b_1", real=True)
    assert sympy.expand(minors[0]) == 0
    assert sympy.expand(minors[1] - (h0 - h1) * (w0 * b1 - w1 * b0)) == 0


@pytest.mark.parametrize("rank", [1, 2])
def test_captures_in_numbers(rank):
    """c_j at a point are those of the projector on the space of the same vectors; their sum is q."""
    shares = latent_waves.captured(rank)
    symbols = sorted({s for c in shares for s in c.free_symbols}, key=str)
    values = np.random.default_rng(1).uniform(0.1, 2, len(symbols))
    at = dict(zip(symbols, values, strict=True))
    frames = np.array(latent_waves.rotation(3).subs(at), dtype=float)
    space = np.array(latent_waves.projector(rank).subs(at), dtype=float)
    assert np.linalg.matrix_rank(space) == rank
    expected = np.linalg.norm(space @ frames, axis=0) ** 2
    assert [float(c.subs(at)) for c in shares] == pytest.approx(expected, rel=1e-12)
    assert expected.sum() == pytest.approx(rank, rel=1e-12)


@pytest.mark.parametrize(("images", "pixels", "rank"), [(20, 6, 2), (9, 5, 4)])
def test_loss_of_random_projections(images, pixels, rank):
    """||A - A P||^2 = sum s^2 (1 - c) >= sum_(j >= q) s^2, equal for P on the first q frames."""
    generator = np.random.default_rng(0)
    data = generator.standard_normal((images, pixels)) * np.arange(1, pixels + 1)
    _, values, frames = np.linalg.svd(data, full_matrices=False)
    least = (values[rank:] ** 2).sum()
    for start in (generator.standard_normal((pixels, rank)), frames[:rank].T):
        space = np.linalg.qr(start)[0]
        lost = np.linalg.norm(data - data @ space @ space.T) ** 2
        captures = np.linalg.norm(space.T @ frames.T, axis=0) ** 2
        assert captures.sum() == pytest.approx(rank, rel=1e-12)
        assert lost == pytest.approx((values**2 * (1 - captures)).sum(), rel=1e-12)
        assert lost >= least * (1 - 1e-12)
    assert lost == pytest.approx(least, rel=1e-10)


def test_linear_optimum_with_a_bias():
    """Centred components and the mean: rank d + 1, and no worse than d components without a bias."""
    generator = np.random.default_rng(2)
    data = generator.uniform(0, 1, (30, 8))
    mean = data.mean(axis=0)
    frames = np.linalg.svd(data - mean, full_matrices=False)[2][:3]
    best = (data - mean) @ frames.T @ frames + mean
    assert np.linalg.matrix_rank(best) == 4
    values = np.linalg.svd(data, compute_uv=False)
    assert np.linalg.norm(data - best) ** 2 < (values[3:] ** 2).sum()
    assert np.linalg.norm(data - best) ** 2 > (values[4:] ** 2).sum()


def test_bound_in_numbers():
    """Powers 4, 2, 1 and half of frame 0 moved to frame 2: the loss is 3 + 1.5 instead of 3."""
    bound = latent_waves.loss_bound(3, 1)
    at = {"P": 1, "d1": 2, "d2": 1, "t01": 0, "t02": sympy.Rational(1, 2)}
    values = {s: at[s.name] for s in bound.right.free_symbols}
    assert bound.left.subs(values) == 3
    assert bound.right.subs(values) == sympy.Rational(9, 2)


def test_another_bias_loses_more():
    """Two images, the first row as bias: twice the squared error of the mean row."""
    error = latent_waves.bias_is_the_mean(2).left
    rows = [[sympy.Symbol(f"R_{i}_{j}", real=True) for j in range(2)] for i in range(2)]
    bias = sympy.symbols("b_0 b_1", real=True)
    first, mean = (
        sympy.expand(error.subs(dict(zip(bias, row, strict=True))))
        for row in (rows[0], [(x + y) / 2 for x, y in zip(*rows, strict=True)])
    )
    assert sympy.expand(first - 2 * mean) == 0
    assert mean != 0


@pytest.mark.parametrize(
    ("factory", "arguments", "name"),
    [
        (latent_waves.rank_bound, (0,), "width"),
        (latent_waves.capture, (3,), "rank"),
        (latent_waves.loss_bound, (3, 3), "rank"),
        (latent_waves.bias_is_the_mean, (1,), "images"),
    ],
)
def test_bad_sizes_are_refused(factory, arguments, name):
    """A width of at least 1, a rank within the frames, two images: refused, by name."""
    with pytest.raises(ArgumentError, match=f"{name}: got {arguments[-1]}"):
        factory(*arguments)
