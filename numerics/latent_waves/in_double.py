"""A trained network in float64, on arrays: reconstructions, and what its last hidden layer does."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from theory.errors import ArgumentError

ROUNDING = 1e-9  # of outputs in float64, by far


class InDouble:
    """A trained network in float64, on arrays: what rounding hides of a rank is then small.

    Parameters
    ----------
    network : torch module
        Copied, not changed.
    shape : tuple of int, optional
        Of an image as the network takes it, such as (1, 28, 28); rows by default.
    last_hidden : str, optional
        Name of the last hidden layer as `named_modules` has it, after its activation; by default
        of a `Sequential` the layer before the last.

    Raises
    ------
    ArgumentError
        For a layer that the network does not have.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        shape: tuple[int, ...] | None = None,
        last_hidden: str | None = None,
    ):
        self._network = copy.deepcopy(network).cpu().double().eval()
        self._shape = shape
        self._hidden: torch.Tensor | None = None
        self._linear: nn.Linear | None = None
        for layer in self._network.modules():
            if isinstance(layer, nn.Linear):
                layer.register_forward_hook(self._called)
        self._layer(last_hidden).register_forward_hook(self._keep)

    def _layer(self, name: str | None) -> nn.Module:
        if name is None and isinstance(self._network, nn.Sequential) and len(self._network) > 1:
            return self._network[-2]
        layers = dict(self._network.named_modules())
        if name not in layers or name == "":
            raise ArgumentError(
                "last_hidden",
                name,
                f"must be among {', '.join(filter(None, layers))}",
                "name the layer after the activation",
            )
        return layers[name]

    def _keep(self, module: nn.Module, inputs: object, outputs: torch.Tensor) -> None:
        self._hidden = outputs.clone()  # a layer after it may work in place

    def _called(self, module: nn.Linear, inputs: object, outputs: object) -> None:
        self._linear = module

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return reconstructions of images as rows, (k, n)."""
        return self._run(images)[0]

    def hidden(self, images: np.ndarray) -> np.ndarray:
        """Return activations of the last hidden layer, (k, w)."""
        return self._run(images)[1]

    def every_hidden(self, images: np.ndarray) -> list[np.ndarray]:
        """Return activations after every `nn.ReLU`, the first one first, (k, w) each."""
        seen: list[np.ndarray] = []

        def keep(module: nn.Module, inputs: object, outputs: torch.Tensor) -> None:
            seen.append(outputs.numpy().reshape(len(images), -1))

        layers = [m for m in self._network.modules() if isinstance(m, nn.ReLU)]
        hooks = [layer.register_forward_hook(keep) for layer in layers]
        try:
            self(images)
        finally:
            for hook in hooks:
                hook.remove()
        return seen

    def _run(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        shape = images.shape[1:] if self._shape is None else self._shape
        with torch.no_grad():
            outputs = self._network(torch.tensor(images).double().reshape(len(images), *shape))
        assert self._hidden is not None
        hidden, self._hidden = self._hidden, None
        return outputs.numpy().reshape(images.shape), hidden.numpy().reshape(len(images), -1)

    def last_layer(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return W, (n, w), and b, (n,), of the last layer: x^ = W h + b, which is looked at here.

        Parameters
        ----------
        images : ndarray, (k, n)
            Some images as rows: the last layer is the last `nn.Linear` that they go through.

        Raises
        ------
        ArgumentError
            Where the network's outputs are not W h + b with the activations h of `hidden`.
        """
        self._linear = None
        outputs, hidden = self._run(images)
        if self._linear is None:
            raise _no_last_layer("no nn.Linear")
        matrix = self._linear.weight.detach().numpy()
        bias = np.zeros(len(matrix))
        if self._linear.bias is not None:
            bias = self._linear.bias.detach().numpy()
        if matrix.shape != (outputs.shape[1], hidden.shape[1]):
            raise _no_last_layer(
                f"nn.Linear from {matrix.shape[1]} to {len(matrix)}, {hidden.shape[1]} units and "
                f"{outputs.shape[1]} pixels"
            )
        missed = float(np.abs(hidden @ matrix.T + bias - outputs).max())
        if missed > ROUNDING * max(1.0, float(np.abs(outputs).max())):
            raise _no_last_layer(f"outputs that differ from W h + b by {missed:.3g}")
        return matrix, bias


def _no_last_layer(found: str) -> ArgumentError:
    return ArgumentError(
        "network",
        found,
        "must end in nn.Linear, x^ = W h + b with the activations h of the last hidden layer",
        "name that layer by last_hidden, and put nothing behind the last nn.Linear",
    )
