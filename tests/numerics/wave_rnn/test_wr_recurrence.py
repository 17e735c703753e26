"""The oscillators' steps as one node: against the plain loop, closed forms, finite differences."""

import warnings

import numpy as np
import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks

from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.nwm import laplacian_kernel
from numerics.wave_rnn.networks.recurrence import plain_history, wave_history
from theory.errors import ArgumentError


def problem(batch=2, channels=2, sides=(5, 6), radius=1, dtype=torch.float64, seed=0):
    """Random fields and a coupled, asymmetric kernel, all with gradients."""
    draws = torch.Generator().manual_seed(seed)

    def drawn(*shape):
        return torch.rand(*shape, generator=draws, dtype=torch.float64)

    shape = (batch, channels, *sides)
    noise = drawn(channels, channels, 2 * radius + 1, 2 * radius + 1) - 0.5
    kernel = laplacian_kernel(channels, radius) + 0.4 * noise
    values = (2 * drawn(*shape) - 1, 2 * drawn(*shape), 0.5 * drawn(*shape), kernel)
    *fields, kernel = (value.to(dtype).requires_grad_() for value in values)
    return Fields(*fields), kernel


def both(fields, kernel, time_step, steps, seed=1):
    """History and gradients by the node and by the loop, for one random sum over the history."""
    inputs = (*fields, kernel)
    found = []
    for road in (wave_history, plain_history):
        history = road(fields, kernel, time_step, steps)
        draws = torch.Generator().manual_seed(seed)
        weight = torch.randn(history.shape, generator=draws).to(history)
        found.append((history, *torch.autograd.grad(history, inputs, weight)))
    return found


def relative(found, wanted):
    return ((found - wanted).abs().max() / wanted.abs().max()).item()


@pytest.mark.parametrize(("channels", "radius"), [(2, 1), (1, 2)])
def test_gradients_are_finite_differences(channels, radius):
    """W17: 5 x 6, T = 6, dt = .3, float64, all four inputs."""
    fields, kernel = problem(1, channels, radius=radius)
    assert torch.autograd.gradcheck(
        lambda y, omega, alpha, w: wave_history(Fields(y, omega, alpha), w, 0.3, 6),
        (*fields, kernel),
    )


@pytest.mark.parametrize(
    ("sides", "channels", "radius", "steps"),
    [((18, 18), 2, 1, 16), ((9, 14), 2, 1, 100), ((12, 7), 16, 1, 30), ((11, 8), 2, 3, 20)],
)
def test_node_and_loop_agree_in_single_precision(sides, channels, radius, steps):
    """W18: history and all gradients within 1e-4 of their largest value; measured below 1e-5."""
    fields, kernel = problem(4, channels, sides, radius, torch.float32)
    for node, loop in zip(*both(fields, kernel, 0.1, steps), strict=True):
        assert node.shape == loop.shape
        assert node.dtype == torch.float32
        assert relative(node, loop) < 1e-4


@pytest.mark.parametrize(
    ("sides", "radius"), [((1, 1), 1), ((1, 5), 1), ((2, 2), 1), ((2, 3), 2), ((3, 2), 2)]
)
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_node_and_loop_agree_on_the_smallest_canvases(sides, radius, steps):
    """A torus no wider than the kernel, where both neighbours coincide, and T = 1: to rounding."""
    fields, kernel = problem(3, 2, sides, radius)
    for node, loop in zip(*both(fields, kernel, 0.3, steps), strict=True):
        torch.testing.assert_close(node, loop, rtol=1e-12, atol=1e-13)


def saved_bytes(road, fields, kernel, steps):
    """What is saved for the gradient, each piece of memory counted once."""
    kept = []
    with saved_tensors_hooks(lambda x: kept.append(x.detach()) or x, lambda x: x):
        history = road(fields, kernel, 0.1, steps)
    pieces = {x.untyped_storage().data_ptr(): x.untyped_storage().nbytes() for x in kept}
    assert history.shape == (steps + 1, *fields.position.shape)
    return sum(pieces.values())


def test_half_the_memory_is_saved():
    """W20: the node saves two states a step, the loop four and a rim; at most .55 of its bytes."""
    fields, kernel = problem(2, 2, (56, 56), 1, torch.float32)
    steps = 100
    node, loop = (
        saved_bytes(road, fields, kernel, steps) for road in (wave_history, plain_history)
    )
    state = fields.position.numel() * 4
    assert 2 * steps * state < node < 2.05 * steps * state
    assert 4 * steps * state < loop < 4.2 * steps * state
    assert node <= 0.55 * loop


def test_without_a_gradient_nothing_is_kept():
    """Under no_grad, and where no input asks for one: the history alone, and it is the same."""
    fields, kernel = problem()
    wanted = wave_history(fields, kernel, 0.3, 6)
    with torch.no_grad():
        assert saved_bytes(wave_history, fields, kernel, 6) == 0
        torch.testing.assert_close(wave_history(fields, kernel, 0.3, 6), wanted, rtol=0, atol=0)
    frozen = Fields(*(field.detach() for field in fields))
    assert not wave_history(frozen, kernel.detach(), 0.3, 6).requires_grad


def test_a_gradient_for_some_inputs():
    """The kernel frozen: the others as before."""
    fields, kernel = problem()
    wanted = torch.autograd.grad(wave_history(fields, kernel, 0.3, 6).square().sum(), fields)
    found = torch.autograd.grad(
        wave_history(fields, kernel.detach(), 0.3, 6).square().sum(), fields
    )
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_a_second_gradient_is_refused():
    """Its own derivative is not implemented: torch says so, no silent zero."""
    fields, kernel = problem()
    loss = wave_history(fields, kernel, 0.3, 3).square().sum()
    (gradient,) = torch.autograd.grad(loss, kernel, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


# --- exact answers --------------------------------------------------------------------------------


def test_a_mode_is_a_chebyshev_polynomial():
    """Eq 9 linear, alpha = 0, cos k x: y_n = V_n(1 - dt^2 s/2) y_0, V_n = cos((n+1/2) th)/cos(th/2)."""
    omega, dt, steps, side = 0.3, 0.1, 137, 16
    k = 2 * np.pi * 3 / side
    wave = torch.cos(k * torch.arange(side, dtype=torch.float64)).expand(1, 1, 4, side)
    fields = Fields(wave, torch.full_like(wave, omega), torch.zeros_like(wave))
    kernel = laplacian_kernel(1).double()
    found = plain_history(fields, kernel, dt, steps, nonlinear=False)
    theta = 2 * np.arcsin(dt / 2 * np.sqrt(omega + 4 * np.sin(k / 2) ** 2))
    n = torch.arange(steps + 1, dtype=torch.float64)[:, None, None, None, None]
    wanted = torch.cos((n + 0.5) * theta) / np.cos(theta / 2) * wave
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-12)


def test_the_node_is_linear_for_small_waves():
    """As tanh u = u + O(u^3): at 1e-6 of the amplitude node and linear loop agree to 1e-11."""
    fields, kernel = problem()
    small = fields._replace(position=1e-6 * fields.position)
    found = wave_history(small, kernel, 0.3, 20)
    wanted = plain_history(small, kernel, 0.3, 20, nonlinear=False)
    assert relative(found, wanted) < 1e-10
    assert relative(wave_history(fields, kernel, 0.3, 20), 1e6 * wanted) > 1e-3


@pytest.mark.parametrize(("steps", "largest"), [(100, 51.5), (500, 1253.5)])
def test_growth_bound_is_attained(steps, largest):
    """W11: W = 9 everywhere, y_0 = 1, omega = alpha = 0: y_n = 1 + dt^2 n (n + 1)/2, dt = .1."""
    one = torch.ones(1, 1, 4, 4, dtype=torch.float64)
    kernel = torch.full((1, 1, 3, 3), 9.0, dtype=torch.float64)
    history = wave_history(Fields(one, 0 * one, 0 * one), kernel, 0.1, steps)
    assert history[-1].max().item() == pytest.approx(largest, rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("radius", "full"), [(1, False), (1, True), (2, True)])
def test_zero_outside_the_hard_cone(radius, full, dtype):
    """W13: an impulse reaches r n cells after n steps, in L1 for the Laplacian; 0.0 outside, not at it."""
    side, steps = 41, 8
    impulse = torch.zeros(1, 1, side, side, dtype=dtype)
    impulse[..., side // 2, side // 2] = 1
    away = (torch.arange(side) - side // 2).abs()
    distance = torch.maximum(away[:, None], away) if full else away[:, None] + away
    kernel = torch.full((1, 1, 2 * radius + 1, 2 * radius + 1), 0.1, dtype=dtype)
    kernel = kernel if full else laplacian_kernel(1).to(dtype)
    stiffness, damping = torch.rand_like(impulse), torch.rand_like(impulse)
    history = wave_history(Fields(impulse, stiffness, damping), kernel, 0.3, steps)
    for n, state in enumerate(history):
        assert (state[0, 0, distance > radius * n] == 0.0).all()
        assert (state[0, 0, distance == radius * n] != 0.0).all()


def test_rolled_fields_roll_the_history():
    """The recurrence is circular: a shift by (2, 5) commutes with it."""
    fields, kernel = problem(sides=(9, 12))
    rolled = Fields(*(field.roll((2, 5), (2, 3)) for field in fields))
    found = wave_history(rolled, kernel, 0.3, 12)
    wanted = wave_history(fields, kernel, 0.3, 12).roll((2, 5), (3, 4))
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-13)


def test_turned_and_mirrored_fields():
    """The Laplacian knows no direction: a quarter turn and a mirror commute with it."""
    fields, _ = problem(sides=(7, 7))
    kernel = laplacian_kernel(2).double()
    history = wave_history(fields, kernel, 0.3, 12)
    for change in (lambda x: x.rot90(1, (-2, -1)), lambda x: x.flip(-1)):
        found = wave_history(Fields(*map(change, fields)), kernel, 0.3, 12)
        torch.testing.assert_close(found, change(history), rtol=1e-12, atol=1e-13)


def test_the_opposite_start_gives_the_opposite_history():
    """Since tanh is odd, so is every step."""
    fields, kernel = problem()
    opposite = wave_history(fields._replace(position=-fields.position), kernel, 0.3, 12)
    torch.testing.assert_close(opposite, -wave_history(fields, kernel, 0.3, 12))


# --- precisions and devices -----------------------------------------------------------------------


def test_autocast_leaves_the_steps_in_single_precision():
    """bfloat16 fields inside autocast: history and gradients as outside, from the rounded fields."""
    fields, kernel = problem(dtype=torch.float32)
    rounded = Fields(*(field.detach().bfloat16().requires_grad_() for field in fields))
    with torch.autocast("cpu", torch.bfloat16):
        found = wave_history(rounded, kernel, 0.3, 12)
        of_found = torch.autograd.grad(found.square().sum(), kernel)[0]
    wanted = wave_history(Fields(*(field.float() for field in rounded)), kernel, 0.3, 12)
    of_wanted = torch.autograd.grad(wanted.square().sum(), kernel)[0]
    assert found.dtype == of_found.dtype == torch.float32
    torch.testing.assert_close(found, wanted, rtol=0, atol=0)
    torch.testing.assert_close(of_found, of_wanted, rtol=0, atol=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is found here")
def test_the_same_on_a_gpu():
    """History and gradients on CUDA as on the CPU, within 1e-4."""
    fields, kernel = problem(4, 2, (18, 18), 1, torch.float32)
    wanted, _ = both(fields, kernel, 0.1, 16)
    there = [x.detach().cuda().requires_grad_() for x in (*fields, kernel)]
    found, _ = both(Fields(*there[:3]), there[3], 0.1, 16)
    for one, other in zip(found, wanted, strict=True):
        assert one.is_cuda
        assert relative(one.cpu(), other) < 1e-4


# --- refusals -------------------------------------------------------------------------------------

ONE = torch.ones(1, 2, 5, 5)
REFUSED = [
    (Fields(ONE, ONE, ONE), laplacian_kernel(2), 0.0, 5, r"time_step: got 0\.0; must be positive"),
    (Fields(ONE, ONE, ONE), laplacian_kernel(2), 0.1, 0, "steps: got 0; must be at least 1"),
    (Fields(ONE, ONE[:, :1], ONE), laplacian_kernel(2), 0.1, 5, "fields: .* three of one shape"),
    (Fields(ONE[0], ONE[0], ONE[0]), laplacian_kernel(2), 0.1, 5, r"one shape \(B, C, H, W\)"),
    (Fields(ONE, ONE, ONE), laplacian_kernel(3), 0.1, 5, r"must be \(2, 2, s, s\) with s odd"),
    (Fields(ONE, ONE, ONE), torch.zeros(2, 2, 4, 4), 0.1, 5, r"kernel: got \(2, 2, 4, 4\)"),
    (Fields(ONE, ONE, ONE), torch.zeros(2, 2, 3, 5), 0.1, 5, r"kernel: got \(2, 2, 3, 5\)"),
    (Fields(ONE, ONE, ONE), torch.zeros(2, 2), 0.1, 5, r"kernel: got \(2, 2\)"),
    (Fields(ONE, ONE, ONE), laplacian_kernel(2, 6), 0.1, 5, "at least the kernel's radius 6"),
]


@pytest.mark.parametrize(("fields", "kernel", "time_step", "steps", "told"), REFUSED)
@pytest.mark.parametrize("road", [wave_history, plain_history])
def test_what_is_refused(road, fields, kernel, time_step, steps, told):
    """By both roads, in one line, with the bound."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ArgumentError, match=told):
            road(fields, kernel, time_step, steps)
