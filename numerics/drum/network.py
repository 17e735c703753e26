"""The wave network: a recurrent network whose convolution is the wave equation's Laplacian.

Hidden state q and its velocity v on a grid, one neuron a node; the recurrent kernel is the
five-point stencil, and a mask clamps the walls (Jacobs et al. 2025).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from numerics.drum.drums import Drum
from numerics.drum.stepping import FORMS, Form
from theory.errors import ArgumentError

STENCIL = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))


class WaveNetwork(torch.nn.Module):
    """Drums of any mask and wave speed, side by side in one batch.

    Parameters
    ----------
    drums : sequence of Drum
        Each is one entry of the batch; smaller ones are padded with clamped nodes.
    time_steps : sequence of float
        Of each drum.
    form : str
        One of `numerics.drum.stepping.FORMS`.
    dtype : torch.dtype
    device : torch.device

    Raises
    ------
    ArgumentError
        For an unknown form, or sequences whose lengths differ.
    """

    kernel: torch.Tensor
    free: torch.Tensor
    speed_squared: torch.Tensor
    time_step: torch.Tensor

    def __init__(
        self,
        drums: Sequence[Drum],
        time_steps: Sequence[float],
        form: Form = "velocity_verlet",
        dtype: torch.dtype = torch.float64,
        device: torch.device | str = "cpu",
    ):
        super().__init__()
        if form not in FORMS:
            raise ArgumentError("form", form, f"must be one of {', '.join(FORMS)}", "choose one")
        if not len(drums) == len(time_steps) > 0:
            raise ArgumentError(
                "time_steps", len(time_steps), f"must be as many as drums, {len(drums)}", "add some"
            )
        self.form: Form = form
        self.drums = list(drums)
        self._shape = tuple(np.max([drum.free.shape for drum in drums], axis=0))
        speed_squared = self._batch([d.speed_squared() / d.spacing**2 for d in drums])
        self.register_buffer("kernel", torch.tensor(STENCIL, dtype=dtype)[None, None])
        self.register_buffer("free", self._batch([d.free for d in drums]).to(dtype))
        self.register_buffer("speed_squared", speed_squared.to(dtype))  # of a spacing of 1
        steps = torch.tensor(np.asarray(time_steps, float), dtype=dtype)
        self.register_buffer("time_step", steps[:, None, None, None])
        self.to(device)

    def _batch(self, fields: Sequence[np.ndarray]) -> torch.Tensor:
        """Return fields of different sizes as one tensor, (drum, 1, x, y)."""
        together = np.zeros((len(fields), 1, *self._shape))
        for whole, field in zip(together, fields, strict=True):
            whole[0, : field.shape[0], : field.shape[1]] = field
        return torch.from_numpy(together)

    def state(self, displacements: Sequence[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return displacement and velocity at rest, each (drum, 1, x, y), from fields (x, y)."""
        start = self._batch(displacements).to(self.free) * self.free
        return start, torch.zeros_like(start)

    def _force(self, displacement: torch.Tensor) -> torch.Tensor:
        waves = torch.nn.functional.conv2d(displacement, self.kernel, padding=1)
        return self.speed_squared * waves  # zero on clamped nodes

    def forward(
        self, displacement: torch.Tensor, velocity: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the state one step later."""
        dt = self.time_step
        if self.form == "velocity_verlet":
            velocity = velocity + dt / 2 * self._force(displacement)
            displacement = displacement + dt * velocity
            velocity = velocity + dt / 2 * self._force(displacement)
        elif self.form == "position_verlet":
            displacement = displacement + dt / 2 * velocity
            velocity = velocity + dt * self._force(displacement)
            displacement = displacement + dt / 2 * velocity
        elif self.form == "kick_first":
            velocity = velocity + dt * self._force(displacement)
            displacement = displacement + dt * velocity
        else:
            displacement = displacement + dt * velocity
            velocity = velocity + dt * self._force(displacement)
        return displacement * self.free, velocity * self.free

    @torch.no_grad()
    def listen(
        self,
        displacements: Sequence[np.ndarray],
        nodes: Sequence[tuple[int, int]],
        samples: int,
        progress: Callable[[int, int], None] | None = None,
    ) -> np.ndarray:
        """Return what is heard at one node of each drum, (drum, sample); sample 0 is the start.

        Parameters
        ----------
        displacements : sequence of ndarray, each (x, y)
            The drums start at rest.
        progress : callable, optional
            Called with the number of samples heard and their total.
        """
        places = [d.require_free("nodes", node) for d, node in zip(self.drums, nodes, strict=True)]
        entry = torch.arange(len(places), device=self.free.device)
        x, y = (torch.tensor(side, device=self.free.device) for side in zip(*places, strict=True))
        displacement, velocity = self.state(displacements)
        heard = torch.empty((samples, len(places)), dtype=self.free.dtype, device=self.free.device)
        heard[0] = displacement[entry, 0, x, y]
        for n in range(1, samples):
            displacement, velocity = self(displacement, velocity)
            heard[n] = displacement[entry, 0, x, y]
            if progress is not None and n % 1000 == 0:
                progress(n, samples)
        return heard.T.cpu().numpy().copy()
