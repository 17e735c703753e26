"""Deep convolutional networks, linear and nonlinear (App. K): what trains, and what is seen of it.

Four convolutions of 3 x 3 pixels with zeros around, two fully connected layers, biases. The nonlinear
network has ReLU after each convolution and after the first fully connected layer, and takes the maximum
over 2 x 2 pixels after the second and the fourth convolution. The outputs of both are linear.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import nn

from numerics.singular_modes import Samples, SingularModes, effective_singular_values
from theory.errors import ArgumentError

CONVOLUTIONS, KERNEL_SIDE, HIDDEN = 4, 3, 16
POOLED_AFTER = (2, 4)  # convolutions, counted from 1
SMALLEST_POOLED = 2 ** len(POOLED_AFTER)
CHUNK = 1000  # images that are looked at together


def deep_network(
    side: int, channels: int, classes: int, *, nonlinear: bool, seed: int, kernels: int = 16
) -> nn.Sequential:
    """Return a network in float32 with torch's default start; images are (sample, C, n, n).

    Parameters
    ----------
    side, channels, classes : int
        n, C and p.
    seed : int
        Of the start weights. torch's own random numbers go on as if none had been drawn.
    kernels : int
        Channels of each convolution.

    Raises
    ------
    ArgumentError
        For images of which the second maximum would leave nothing.
    """
    if nonlinear and side < SMALLEST_POOLED:
        raise ArgumentError(
            "side",
            side,
            f"the nonlinear network halves images twice: {SMALLEST_POOLED} pixels a side at least",
            "use larger images, or the linear network",
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # a layer's default start takes no generator of one's own
        layers: list[nn.Module] = []
        for number in range(1, CONVOLUTIONS + 1):
            layers.append(nn.Conv2d(channels, kernels, KERNEL_SIDE, padding=KERNEL_SIDE // 2))
            channels = kernels
            if nonlinear:
                layers.append(nn.ReLU())
                if number in POOLED_AFTER:
                    layers.append(nn.MaxPool2d(2))
                    side //= 2
        layers += [nn.Flatten(), nn.Linear(kernels * side**2, HIDDEN)]
        if nonlinear:
            layers.append(nn.ReLU())
        layers.append(nn.Linear(HIDDEN, classes))
        return nn.Sequential(*layers)


class DeepDescent:
    """Plain stochastic gradient descent on the mean squared error; a `numerics.training.Learner`.

    Parameters
    ----------
    network : torch module
        From images (sample, C, n, n) to outputs (sample, p); trained in place.
    modes : SingularModes
        Of the images learnt from; strengths and the loss are observed on all of them.
    learning_rate : float
    samples : ndarray of int, (update, batch)
        Which images each update sees.
    test : Samples, optional
        On which the loss is observed too; no weight ever sees them.
    chunk : int
        How many images are looked at together when something is observed.
    """

    def __init__(
        self,
        network: nn.Module,
        modes: SingularModes,
        learning_rate: float,
        samples: np.ndarray,
        test: Samples | None = None,
        chunk: int = CHUNK,
    ):
        self.network = network
        self.modes = modes
        self.learning_rate = learning_rate
        self._test = test
        self._chunk = chunk
        self._samples = torch.from_numpy(samples)
        self._parameters = list(network.parameters())
        self._images = self._on_device(squares(modes))
        self._targets = self._on_device(modes.targets)
        self._test_images = None if test is None else self._on_device(squares(test))

    def _on_device(self, values: np.ndarray) -> torch.Tensor:
        return torch.tensor(values).to(self._parameters[0])

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self.learning_rate

    def update(self, index: int) -> None:
        """Make one update by autograd on the batch of that number."""
        batch = self._samples[index].to(self._targets.device)
        with _exact_convolutions():
            loss = nn.functional.mse_loss(self.network(self._images[batch]), self._targets[batch])
            gradients = torch.autograd.grad(loss, self._parameters)
        with torch.no_grad():
            for parameter, gradient in zip(self._parameters, gradients, strict=True):
                parameter.sub_(gradient, alpha=self.learning_rate)

    def observe(self) -> dict[str, np.ndarray]:
        """Return strengths A, (r, r), and mean squared errors, in float64 from float32 outputs."""
        outputs = self.outputs()
        seen = {
            "strengths": effective_singular_values(self.modes, [(self.modes.inputs, outputs)]),
            "train_loss": mean_squared_error(outputs, self.modes.targets),
        }
        if self._test is not None and self._test_images is not None:
            seen["test_loss"] = mean_squared_error(
                self._seen(self._test_images), self._test.targets
            )
        return seen

    def outputs(self) -> np.ndarray:
        """Return what the network makes of the images learnt from, (M, p), in float64."""
        return self._seen(self._images)

    def _seen(self, images: torch.Tensor) -> np.ndarray:
        with torch.no_grad(), _exact_convolutions():
            parts = [self.network(part).double() for part in images.split(self._chunk)]
        return torch.cat(parts).cpu().numpy()

    def state(self) -> dict[str, np.ndarray]:
        """Return the parameters."""
        return {n: p.detach().cpu().numpy().copy() for n, p in self.network.named_parameters()}

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up parameters."""
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                parameter.copy_(torch.from_numpy(state[name]))


def _exact_convolutions() -> AbstractContextManager:
    """On a GPU: float32 in full and sums in one order, so that a run can be repeated bit for bit."""
    return torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )


def squares(samples: Samples) -> np.ndarray:
    """Return images as (sample, C, n, n)."""
    images = samples.images
    side = round(images.shape[2] ** 0.5)
    return images.reshape(len(images), samples.channels, side, side)


def mean_squared_error(outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the mean over samples and outputs, as ``MSELoss(reduction="mean")`` has it."""
    return np.square(outputs - targets).mean()
