r"""
Reading a frequency off a short signal
======================================

The paper listens to its drums for 40,000 steps and takes the nearest bin of a Fourier transform.
Between the bins there is more to be read: the same drum, heard for 2000 steps, gives its note to
seven digits.
"""

import matplotlib.pyplot as plt
import numpy as np

from numerics.drum.estimators.one_line import ESTIMATORS
from numerics.drum.square_modes import square_lines

# %%
# A square drum of 17 spacings, struck at its middle node, c dt/h = 0.5. What is heard is a sum of
# lines, so the signal of any length comes without a step, and the true frequency is known.

TIME_STEP = 0.5
lines = square_lines(17, TIME_STEP)
true = lines.angles[0] / (2 * np.pi * TIME_STEP)
lengths = np.array([500, 1000, 2000, 4000, 10_000, 20_000, 40_000])
signal = lines.signal(int(lengths[-1]))

errors = {
    name: np.array([abs(estimate(signal[:n], TIME_STEP) / true - 1) for n in lengths])
    for name, estimate in ESTIMATORS.items()
}
for name, row in errors.items():
    print(f"{name:18}", "  ".join(f"{x:.0e}" for x in row))

# %%
# The bin's error falls as one over the length, Hann's two points' as its fourth power and faster.

at_2000 = {name: float(row[lengths == 2000][0]) for name, row in errors.items()}


def visualize():
    """Draw the error of each estimator against the number of samples."""
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for (name, row), marker in zip(errors.items(), "os^DvP", strict=True):
        axes.loglog(lengths, row, marker + "-", label=name.replace("_", " "))
    axes.set(xlabel="samples", ylabel="relative error of the pitch")
    axes.legend(fontsize="small", ncols=2)
    return figure


if __name__ == "__main__":
    visualize()
