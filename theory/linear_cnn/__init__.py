"""The linear CNN: circular convolutions with image-size kernels, then a fully connected layer.

`network_flow` differentiates the loss of an explicit network, of one kernel or of any `widths`;
`coupled_flow` is the same law in Fourier variables, `mode_flow` in the basis of the data's singular
modes; `aligned_flow` is what is left of it when no two modes share a frequency
(`aligned_mode_in_network` ties it to an explicit network), `clock` says that it has one degree of
freedom a mode, and `mode_law` that a mode of a single frequency follows a sigmoid; `descent_map` is
the same for gradient descent with finite steps.

Beyond one layer: `deep`. The frequencies of one mode against each other: `competition`. What the
weights cost: `minimal_norm`. When a mode is learnt, and which is first: `discovery`. What is
conserved, and what a finite step changes of it: `invariants`.
"""

from theory.linear_cnn.competition import (
    Inhibition,
    dominance,
    end_ratio,
    inhibition,
    inhibition_terms,
    norm_excess,
    ratio_slope,
    scaling_exponents,
)
from theory.linear_cnn.deep import (
    deep_clock,
    deep_descent_map,
    deep_discovery_time,
    deep_mode_law,
    deep_strength,
)
from theory.linear_cnn.discovery import (
    early_forecast,
    faster_mode_first,
    order_of_discovery,
    saturation_delay,
)
from theory.linear_cnn.flow import (
    coupled_flow,
    mode_flow,
    network_flow,
    prediction,
)
from theory.linear_cnn.invariants import (
    balance_ratio,
    balanced_increment,
    gain_above_one,
    gain_below_side,
    invariant_increment,
    layer_increment,
)
from theory.linear_cnn.minimal_norm import (
    active_frequency,
    multiplier_bound,
    norm_of_frequency,
    norm_of_mode,
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
    "Inhibition",
    "active_frequency",
    "aligned_flow",
    "aligned_mode_in_network",
    "balance_ratio",
    "balanced_increment",
    "clock",
    "coupled_flow",
    "deep_clock",
    "deep_descent_map",
    "deep_discovery_time",
    "deep_mode_law",
    "deep_strength",
    "descent_map",
    "discovery_time",
    "dominance",
    "early_forecast",
    "early_growth",
    "end_ratio",
    "faster_mode_first",
    "gain_above_one",
    "gain_below_side",
    "inhibition",
    "inhibition_terms",
    "invariant_increment",
    "layer_increment",
    "mode_flow",
    "mode_law",
    "multiplier_bound",
    "network_flow",
    "norm_excess",
    "norm_of_frequency",
    "norm_of_mode",
    "order_of_discovery",
    "prediction",
    "ratio_slope",
    "saturation_delay",
    "scaling_exponents",
]
