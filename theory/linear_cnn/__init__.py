"""The two-layer linear CNN: one image-size circular kernel, then a fully connected layer.

`network_flow` differentiates the loss of an explicit network; `coupled_flow` is the same law in
Fourier variables, `mode_flow` in the basis of the data's singular modes; `aligned_flow` is what is
left of it when no two modes share a frequency (`aligned_mode_in_network` ties it to an explicit
network), `clock` says that it has one degree of freedom a
mode, and `mode_law` that a mode of a single frequency follows a sigmoid; `descent_map` is the same
for gradient descent with finite steps.
"""

from theory.linear_cnn.flow import (
    coupled_flow,
    mode_flow,
    network_flow,
    prediction,
)
from theory.linear_cnn.invariants import (
    balanced_increment,
    gain_above_one,
    gain_below_side,
    invariant_increment,
)
from theory.linear_cnn.modes import (
    aligned_flow,
    aligned_mode_in_network,
    clock,
    descent_map,
    discovery_time,
    early_growth,
    mode_law,
)

__all__ = [
    "aligned_flow",
    "aligned_mode_in_network",
    "balanced_increment",
    "clock",
    "coupled_flow",
    "descent_map",
    "discovery_time",
    "early_growth",
    "gain_above_one",
    "gain_below_side",
    "invariant_increment",
    "mode_flow",
    "mode_law",
    "network_flow",
    "prediction",
]
