"""The wave network: a recurrent network whose convolution is the wave equation's Laplacian.

Hidden state q and its velocity v on a grid, one neuron a node; the recurrent kernel is the
five-point stencil, and a mask clamps the walls (Jacobs et al. 2025).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from numerics.drum.drums import Drum, require_one_each
from numerics.drum.forms import Form, require_form
from numerics.drum.stepping import listening_nodes, require_finite, require_time_steps

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
        One of `numerics.drum.forms.FORMS`.
    dtype : torch.dtype
    device : torch.device

    Raises
    ------
    ArgumentError
        For an unknown form, sequences whose lengths differ, or a time step that is not positive.
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
        require_form(form)
        require_time_steps(drums, time_steps)
        self.form: Form = form
        self.drums, self.time_steps = list(drums), list(time_steps)
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
        """Return displacement and velocity at rest, each (drum, 1, x, y), from fields (x, y).

        Raises
        ------
        ArgumentError
            Unless there is a field for each drum, of its shape and finite.
        """
        require_one_each(self.drums, displacements=displacements)
        fields = [
            drum.require_field("displacements", field)
            for drum, field in zip(self.drums, displacements, strict=True)
        ]
        start = self._batch(fields).to(self.free)
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

        Raises
        ------
        ArgumentError
            As `numerics.drum.stepping.Stepper.listen`, and as `state`.
        """
        listening_nodes(self.drums, nodes, samples)
        struck = StruckNetwork(self, displacements, nodes)
        heard = torch.empty((samples, len(nodes)), dtype=self.free.dtype, device=self.free.device)
        heard[0] = struck.heard()
        for n in range(1, samples):
            struck.update(n)
            heard[n] = struck.heard()
            if progress is not None and n % 1000 == 0:
                progress(n, samples)
        found = heard.cpu().numpy()
        require_finite(found, self.time_steps)
        return found.T.copy()


class StruckNetwork:
    """A wave network after a strike, heard at one node a drum; a `numerics.training.Learner`.

    Each update is one step, each observation what is heard, (drum,).

    Parameters
    ----------
    network : WaveNetwork
    displacements : sequence of ndarray, each (x, y)
        The drums start at rest.
    nodes : sequence of node pairs, one a drum

    Raises
    ------
    ArgumentError
        As `WaveNetwork.listen`.
    """

    def __init__(
        self,
        network: WaveNetwork,
        displacements: Sequence[np.ndarray],
        nodes: Sequence[tuple[int, int]],
    ):
        self.network = network
        places = listening_nodes(network.drums, nodes, 1)
        device = network.free.device
        self._entry = torch.arange(len(places), device=device)
        self._x, self._y = (torch.tensor(side, device=device) for side in zip(*places, strict=True))
        self._displacement, self._velocity = network.state(displacements)

    @property
    def step_size(self) -> tuple[str, float]:
        """The largest time step, by its name."""
        return "time_step", max(self.network.time_steps)

    @torch.no_grad()
    def update(self, index: int) -> None:
        """Take one step."""
        self._displacement, self._velocity = self.network(self._displacement, self._velocity)

    def heard(self) -> torch.Tensor:
        """Return what is heard now, (drum,)."""
        return self._displacement[self._entry, 0, self._x, self._y]

    def observe(self) -> np.ndarray:
        """Return what is heard now, (drum,)."""
        return self.heard().cpu().numpy().copy()

    def state(self) -> dict[str, np.ndarray]:
        """Return displacement and velocity, each (drum, 1, x, y)."""
        return {
            "displacement": self._displacement.cpu().numpy(),
            "velocity": self._velocity.cpu().numpy(),
        }

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up displacement and velocity."""
        fields = (torch.from_numpy(state[name]) for name in ("displacement", "velocity"))
        self._displacement, self._velocity = (field.to(self.network.free) for field in fields)
