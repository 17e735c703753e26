r"""
A sigmoid, and the network that follows it
==========================================

Four pure cosines, as in Fig 3 of Pinson, Lenaerts and Ginis (ICML 2023): every mode of the set has
a frequency of its own, so its strength :math:`A` obeys :math:`dA/d\tau = 2 n v A (S - A)` and grows
as a sigmoid. Gradient descent takes finite steps and follows an exact map instead. The forecast is
made before the network is trained.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

from validation import plots
from validation.experiment import Work
from validation.ladder import UNEXPLAINED
from validation.linear_cnn import EXPERIMENT, Config

config = Config(dataset="pure_cosines", trials=1, updates=3000, preset="quick")
case = EXPERIMENT().case(config)

# %%
# A case says all it can beforehand, here sigmoid and map; only then is the network trained, by
# torch's autograd.

with tempfile.TemporaryDirectory() as folder:
    work = Work(Path(folder))
    forecast = case.forecast(case.prepare(work), work)
    measured = case.measure(forecast, work)

ladder = forecast.ladders[0].completed(measured.ladders["CNN"])

# %%
# The sigmoid misses the network by up to 4 % of a mode. All but the rounding of it is the step
# size: the map and the network agree to the last digits.

sigmoid_minus_network = float(abs(ladder.whole()).max())
map_minus_network = ladder.largest(UNEXPLAINED)
print(f"sigmoid - network: at most {sigmoid_minus_network:.4f} S")
print(f"map - network:     at most {map_minus_network:.1e} S")


def visualize():
    """Draw the sigmoids as lines and the network as points, each mode in units of its S."""
    sigmoid, network = (
        (ladder.rung(name) / ladder.scale).isel(trial=0).assign_attrs(long_name="strength A/S")
        for name in ("sigmoid", "network")
    )
    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    plots.trajectories(sigmoid, axes, along="update")
    for number, mode in enumerate(network.mode.values):
        axes.plot(
            network["update"][::15],
            network.sel(mode=mode)[::15],
            plots.MARKERS[number],
            color=plots.COLOURS[number],
            markersize=3.5,
        )
    axes.set_title("lines: forecast, points: trained network")
    return figure


if __name__ == "__main__":
    visualize()
