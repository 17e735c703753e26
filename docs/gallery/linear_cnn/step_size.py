r"""
What a finite step does
=======================

Gradient flow is the limit of small steps. A real step makes every mode late, by a number of
*updates* that does not depend on the learning rate; in the flow's own time the error is first order
in the step. Both are known beforehand: ``theory.linear_network`` derives the discovery time of
gradient descent to third order.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from numerics import evaluate, integrate
from numerics.laws import evaluate_expression
from theory import linear_network
from theory.logistic import A0, A, S

# %%
# One mode, S = 1, which starts at 1e-4; five steps, each half of the one before.

steps = xr.DataArray(0.05 / 2.0 ** np.arange(5), dims="step", name="step")
parameters = xr.Dataset({"singular_value": 1.0, "initial_strength": 1e-4, "step_size": steps})
update = np.arange(4000)
update = xr.DataArray(update, dims="update", coords={"update": update})

flow = evaluate(linear_network.mode_law(), parameters, update * steps)
descent = integrate(linear_network.descent_map(), parameters, update)
error = flow - descent

# %%
# The forecast knows the flow alone: flow minus descent, to first order in the step and to second.

first, second = linear_network.step_errors()
strength = flow.clip(max=1 - 1e-9)  # the logarithm of S - A ends where rounding has eaten it
known = {A: strength, A0: 1e-4, S: 1.0, linear_network.STEP: steps}
one_order, two_orders = (evaluate_expression(e, known) for e in (first, first + second))

sizes = abs(error).max("update")
left_by_one = abs(error - one_order).max("update")
left_by_two = abs(error - two_orders).max("update")
for name, size in (
    ("flow - descent", sizes),
    ("first order leaves", left_by_one),
    ("second", left_by_two),
):
    print(f"{name:20}", "  ".join(f"{x:.1e}" for x in size.values))

# %%
# Halving the step halves the error, divides what the first order leaves by four, and what the
# second leaves by eight.

orders = {
    name: float(np.log2(size[-2] / size[-1]))
    for name, size in (("error", sizes), ("one order", left_by_one), ("two orders", left_by_two))
}
print(orders)


def visualize():
    """Draw the error of the largest step with its forecasts, and all sizes against the step."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    shown = slice(0, 350)
    for line, values, label in (
        ("k-", error, "flow minus descent"),
        ("--", one_order, "forecast, first order"),
        (":", two_orders, "forecast, second order"),
    ):
        left.plot(update[shown], values.isel(step=0).transpose("update")[shown], line, label=label)
    left.set(xlabel="updates", ylabel="difference (S)", title=f"step a S = {float(steps[0]):g}")
    left.legend(fontsize="small")
    for marker, size, label in (
        ("o-", sizes, "flow minus descent"),
        ("s--", left_by_one, "first order leaves"),
        ("^:", left_by_two, "second order leaves"),
    ):
        right.loglog(steps, size, marker, label=label)
    right.minorticks_off()
    right.set_xticks(steps, [f"{step:.3g}" for step in steps.values])
    right.set(xlabel="step a S", ylabel="largest difference (S)")
    right.legend(fontsize="small")
    return figure


if __name__ == "__main__":
    visualize()
