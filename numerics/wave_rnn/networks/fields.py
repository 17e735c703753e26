"""What the image gives the oscillators: where each starts, how stiff and how damped it is."""

from __future__ import annotations

from typing import NamedTuple

import torch


class Fields(NamedTuple):
    """Three fields, each (B, C, H, W).

    Parameters
    ----------
    position : tensor
        y_0.
    stiffness : tensor
        omega, per unit time squared: the local angular frequency is its root.
    damping : tensor
        alpha, per unit time.
    """

    position: torch.Tensor
    stiffness: torch.Tensor
    damping: torch.Tensor
