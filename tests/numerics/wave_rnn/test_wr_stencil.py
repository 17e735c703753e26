"""Both ways to a circular correlation against sums over taps, and which one is taken."""

import pytest
import torch

from numerics.wave_rnn.networks.stencil import DilatedStencil, RowStencil, stencil_of

CANVASES = [((1, 1), 1), ((1, 5), 1), ((2, 3), 2), ((6, 4), 1), ((7, 5), 3), ((3, 4), 0)]


def problem(sides, radius, batch=3, channels=2):
    """A kernel, a field and another one, (C, H, W, B), in float64."""
    draws = torch.Generator().manual_seed(0)
    side = 2 * radius + 1
    shapes = [(channels, channels, side, side), *2 * [(channels, *sides, batch)]]
    return [torch.randn(*shape, generator=draws, dtype=torch.float64) for shape in shapes]


def shifted(field, radius):
    """What lies under tap (i, j), by (i, j): the field rolled by (radius - i, radius - j)."""
    taps = range(2 * radius + 1)
    return {(i, j): field.roll((radius - i, radius - j), (1, 2)) for i in taps for j in taps}


def correlated(kernel, field):
    """sum_ij W[a, b, i, j] y[b, x + i - r, y + j - r]."""
    under = shifted(field, kernel.shape[-1] // 2)
    return sum(torch.einsum("ab,b...->a...", kernel[..., i, j], y) for (i, j), y in under.items())


@pytest.mark.parametrize("made", [RowStencil, DilatedStencil])
@pytest.mark.parametrize(("sides", "radius"), CANVASES)
@pytest.mark.parametrize("batch", [1, 3])
def test_correlations_are_sums_over_taps(made, sides, radius, batch):
    """Written and added, and again for another field in the same memory: to rounding."""
    kernel, *fields = problem(sides, radius, batch)
    stencil = made(kernel, fields[0].shape)
    out = torch.ones(len(kernel), fields[0][0].numel(), dtype=torch.float64)
    for field in fields:
        stencil.field.copy_(field)
        stencil.spread()
        stencil.write_to(out)
        stencil.add_to(out)
        wanted = 2 * correlated(kernel, field).flatten(1)
        torch.testing.assert_close(out, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("made", [RowStencil, DilatedStencil])
@pytest.mark.parametrize(("sides", "radius"), CANVASES)
def test_taken_are_products_under_each_tap(made, sides, radius):
    """Twice the same: 2 sum_x o[a, x] y[b, x + tap], to rounding."""
    kernel, field, other = problem(sides, radius)
    stencil = made(kernel, field.shape)
    stencil.field.copy_(field)
    stencil.spread()
    for _ in range(2):
        stencil.take(other.flatten(1))
    assert stencil.taken().shape == kernel.shape
    for (i, j), under in shifted(field, radius).items():
        wanted = 2 * torch.einsum("axyn,bxyn->ab", other, under)
        found = stencil.taken()[..., i, j]
        torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="torch is without oneDNN here")
@pytest.mark.parametrize(
    ("channels", "dtype", "wanted"),
    [
        (2, torch.float32, RowStencil),
        (17, torch.float32, RowStencil),
        (16, torch.float64, RowStencil),
        (16, torch.float32, DilatedStencil),
        (32, torch.float32, DilatedStencil),
    ],
)
def test_the_faster_one_is_taken(channels, dtype, wanted):
    """Blocks of 16 channels in float32 go by oneDNN; all else goes by products."""
    kernel = torch.zeros(channels, channels, 3, 3, dtype=dtype)
    assert type(stencil_of(kernel, (channels, 5, 5, 2))) is wanted
