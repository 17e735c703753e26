"""The oscillators' steps as one node of autograd, and the plain loop that it replaces.

Kick, then drift, the damping explicit (n = 0..T-1, z_0 = 0)::

    z_{n+1} = z_n + dt (tanh(W * y_n) - omega y_n - alpha z_n)
    y_{n+1} = y_n + dt z_{n+1}
"""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd.function import once_differentiable
from torch.nn.functional import conv2d, pad

from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.stencil import stencil_of
from theory.errors import ArgumentError


def wave_history(
    fields: Fields, kernel: torch.Tensor, time_step: float, steps: int
) -> torch.Tensor:
    """Return the positions y_0..y_T, (T + 1, B, C, H, W), as one node of autograd.

    It saves the history and tanh(W * y_n), 2 T states, where `plain_history` saves 4 T; its memory
    runs over the batch first, and its gradient can't be differentiated again. Under autocast it
    computes in the kernel's precision.

    Parameters
    ----------
    fields : Fields
        y_0, omega and alpha, each (B, C, H, W).
    kernel : tensor (C, C, s, s), s odd
        W, a cross-correlation; the canvas is a torus.
    time_step : float
        dt.
    steps : int
        T.

    Raises
    ------
    ArgumentError
        For a time step that is not positive, T < 1, fields that differ in shape, a kernel of another
        shape or an even one, or a canvas smaller than the kernel's radius.

    Source: "Traveling Waves Integrate Spatial Information Through Time", Eq 9, as released.
    """
    _require(fields, kernel, time_step, steps)
    position, stiffness, damping = (field.to(kernel.dtype) for field in fields)
    needed = any(x.requires_grad for x in (position, stiffness, damping, kernel))
    is_kept = needed and torch.is_grad_enabled()
    return _Waves.apply(position, stiffness, damping, kernel, time_step, steps, is_kept)


class _Waves(torch.autograd.Function):
    """Both directions in units in which a step has no factors: v = z / dt, d = 1 - dt alpha.

    ``v_{n+1} = tanh(W * y_n) + d v_n - omega y_n,  y_{n+1} = y_n + dt^2 v_{n+1}``
    """

    @staticmethod
    def forward(
        ctx: Any,
        position: torch.Tensor,
        stiffness: torch.Tensor,
        damping: torch.Tensor,
        kernel: torch.Tensor,
        time_step: float,
        steps: int,
        is_kept: bool,
    ) -> torch.Tensor:
        with torch.autocast(position.device.type, enabled=False):
            omega, kept = _batch_last(stiffness), 1 - time_step * _batch_last(damping)
            history = position.new_empty(steps + 1, *omega.shape)
            forces = position.new_empty(steps if is_kept else 1, *omega.shape)
            history[0].copy_(position.movedim(0, -1))
            _run(history, forces, omega, kept, kernel, time_step)
        positions = _batch_first(history)
        if is_kept:
            ctx.save_for_backward(positions, forces, omega, kept, kernel)
        ctx.time_step = time_step
        return positions

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        positions, forces, omega, kept, kernel = ctx.saved_tensors
        with torch.autocast(gradient.device.type, enabled=False):
            direct = gradient.movedim(-4, -1)  # read step by step: a copy of the whole is slower
            back = _Back(_batch_last(positions), forces, omega, kept, kernel, ctx.time_step)
            for n in reversed(range(len(forces))):
                back.step(n, direct[n + 1])
            return *back.gradients(direct[0]), None, None, None


def _run(
    history: torch.Tensor,
    forces: torch.Tensor,
    omega: torch.Tensor,
    kept: torch.Tensor,
    kernel: torch.Tensor,
    time_step: float,
) -> None:
    """Fill history (T + 1, C, H, W, B) from its first state, and forces as far as they are kept."""
    stencil = stencil_of(kernel, omega.shape)
    y, v = stencil.field, torch.zeros_like(omega)
    y.copy_(history[0])
    for n, position in enumerate(history[1:].unbind()):
        force = forces[n % len(forces)]
        stencil.spread()
        stencil.write_to(force.view(len(force), -1))
        force.tanh_()
        torch.addcmul(force, kept, v, out=v)
        v.addcmul_(omega, y, value=-1)
        y.add_(v, alpha=time_step**2)
        position.copy_(y)


class _Back:
    """The adjoint of the steps, from the last to the first.

    With Y and V, what the loss gains by y_{n+1} and v_{n+1}, and G_n what it gains by y_n directly::

        V <- V + dt^2 Y,  q = V (1 - f_n^2),  f_n = tanh(W * y_n)
        gW += corr(q, y_n),  gomega -= y_n V,  gd += v_n V,  v_n = (y_n - y_{n-1}) / dt^2
        Y <- G_n + Y + W^T * q - omega V,  V <- d V
    """

    def __init__(
        self,
        history: torch.Tensor,
        forces: torch.Tensor,
        omega: torch.Tensor,
        kept: torch.Tensor,
        kernel: torch.Tensor,
        time_step: float,
    ):
        self._history, self._forces = history.unbind(), forces.unbind()
        self._omega, self._kept, self._time_step = omega, kept, time_step
        self._stencil = stencil_of(_turned(kernel), omega.shape)
        self._y, self._v, self._change = (torch.zeros_like(omega) for _ in range(3))
        self._of_omega, self._of_kept = torch.zeros_like(omega), torch.zeros_like(omega)

    def step(self, n: int, direct: torch.Tensor) -> None:
        """Go back over step n; `direct` is what the loss gains by y_{n+1} itself."""
        y, v, position, q = self._y, self._v, self._history[n], self._stencil.field
        y.add_(direct)
        v.add_(y, alpha=self._time_step**2)
        torch.mul(self._forces[n], self._forces[n], out=q)
        torch.addcmul(v, v, q, value=-1, out=q)
        self._stencil.spread()
        self._stencil.take(position.view(len(position), -1))
        self._of_omega.addcmul_(position, v, value=-1)
        if n:
            torch.sub(position, self._history[n - 1], out=self._change)
            self._of_kept.addcmul_(self._change, v)
        self._stencil.add_to(y.view(len(y), -1))
        y.addcmul_(self._omega, v, value=-1)
        v.mul_(self._kept)

    def gradients(self, direct: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return those of position, stiffness, damping and kernel; `direct` belongs to y_0."""
        of_damping = self._of_kept.mul_(-1 / self._time_step)
        fields = (self._y.add_(direct), self._of_omega, of_damping)
        return *(_batch_first(field) for field in fields), _turned(self._stencil.taken())


def _turned(kernel: torch.Tensor) -> torch.Tensor:
    """Return W^T: its channels swapped, its taps reversed."""
    return kernel.transpose(0, 1).flip(2, 3)


def _batch_last(field: torch.Tensor) -> torch.Tensor:
    """Return (..., B, C, H, W) as (..., C, H, W, B) in one piece of memory."""
    return field.movedim(-4, -1).contiguous()


def _batch_first(field: torch.Tensor) -> torch.Tensor:
    return field.movedim(-1, -4)


def plain_history(
    fields: Fields,
    kernel: torch.Tensor,
    time_step: float,
    steps: int,
    *,
    nonlinear: bool = True,
) -> torch.Tensor:
    """Return the positions y_0..y_T, (T + 1, B, C, H, W), by torch operations one after another.

    Parameters
    ----------
    fields, kernel, time_step, steps
        As in `wave_history`.
    nonlinear : bool
        False drops the tanh.
    """
    _require(fields, kernel, time_step, steps)
    y, stiffness, damping = fields
    z = torch.zeros_like(y)
    positions = [y]
    for _ in range(steps):
        force = conv2d(_wrapped(y, kernel), kernel)
        force = torch.tanh(force) if nonlinear else force
        z = z + time_step * (force - stiffness * y - damping * z)
        y = y + time_step * z
        positions.append(y)
    return torch.stack(positions)


def _wrapped(field: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Return the field with a rim of what lies on the other side."""
    radius = kernel.shape[-1] // 2
    return pad(field, [radius] * 4, mode="circular")


def _require(fields: Fields, kernel: torch.Tensor, time_step: float, steps: int) -> None:
    if not 0 < time_step < float("inf"):
        raise ArgumentError("time_step", time_step, "must be positive and finite", "pass 0.1, say")
    if steps < 1:
        raise ArgumentError("steps", steps, "must be at least 1", "take more steps")
    shapes = [tuple(field.shape) for field in fields]
    if len(set(shapes)) > 1 or len(shapes[0]) != 4:
        raise ArgumentError("fields", shapes, "must be three of one shape (B, C, H, W)", "expand")
    _require_kernel(kernel, shapes[0])


def _require_kernel(kernel: torch.Tensor, shape: tuple[int, ...]) -> None:
    channels, side = shape[1], kernel.shape[-1]
    if tuple(kernel.shape) != (channels, channels, side, side) or side % 2 == 0:
        what = f"must be ({channels}, {channels}, s, s) with s odd"
        raise ArgumentError("kernel", tuple(kernel.shape), what, "pass one of that shape")
    if min(shape[2:]) < side // 2:
        what = f"sides must be at least the kernel's radius {side // 2}"
        raise ArgumentError("fields", shape, what, "take a larger canvas")
