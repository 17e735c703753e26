"""Figures of `drum`, from the tree alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import sympy
import xarray as xr

from numerics.drum.lines import angles
from numerics.drum.square_modes import square_eigenvalues
from numerics.lambdify import lambdify
from theory.drum.membrane import OMEGA
from theory.drum.stencil import PHASE_X, PHASE_Y, SPACING, stencil_symbol
from theory.drum.steps import DT, angle
from validation import plots, results
from validation.drum.deviations import stack
from validation.drum.film import colour_limit
from validation.drum.fundamental import FUNDAMENTAL, NETWORK, STEPPED
from validation.drum.square import film as films
from validation.drum.square.exhibits import LISTENERS, SPEED_SIDE
from validation.drum.square.forecasting import FORMULA
from validation.ladder import Ladder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_COLUMNS = 4
LABELLED = 8  # lines of the spectrum that are named
COURANTS = {"0.1": 0.1, "0.5": 0.5, "1/√2": 2**-0.5}


def fundamental(result: xr.DataTree) -> Figure:
    """Fig 2 of the paper for each time step: frequency of every side, and its deviation in parts."""
    from matplotlib import pyplot

    ladder = results.ladder(result, FUNDAMENTAL)
    steps = ladder.rung(NETWORK)["time_step"].values
    if len(steps) > MOST_COLUMNS:
        steps = steps[np.linspace(0, len(steps) - 1, MOST_COLUMNS).round().astype(int)]
    figure, axes = pyplot.subplots(
        2,
        len(steps),
        figsize=(1.5 + 4 * len(steps), 8),
        layout="constrained",
        sharex=True,
        sharey="row",
        squeeze=False,
    )
    estimates = results.array(result, "observed/runs", "estimate").sel(
        estimator="hann_two_point", window="all samples"
    )
    for column, step in zip(axes.T, steps, strict=True):
        _frequencies(ladder, estimates, float(step), column[0])
        side = ladder.rung(FORMULA)["side"].values
        stack(ladder, {"time_step": float(step)}, side, column[1])
        column[1].set_xlabel("side of the drum L (spacings)")
    axes[0, 0].set_ylabel("frequency of the fundamental (cycles / time)")
    axes[1, 0].set_ylabel("deviation, 100 ln(f / formula)")
    shown: dict[str, Any] = {}
    for ax in axes[:, 0]:
        shown |= dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    figure.legend(
        list(shown.values()), list(shown), loc="outside lower center", ncols=5, fontsize="small"
    )
    return figure


def _frequencies(ladder: Ladder, estimates: xr.DataArray, step: float, ax: Any) -> None:
    side = ladder.rung(FORMULA)["side"].values
    at = {"time_step": step}
    formula, grid, measured = (ladder.rung(n).sel(at) for n in (FORMULA, STEPPED, NETWORK))
    ax.plot(side, formula, color=plots.COLOURS[0], label="formula c/(√2 L)")
    ax.plot(side, grid, color=plots.COLOURS[2], ls="--", label="forecast: grid in time steps")
    ax.plot(
        side, measured, "o", mfc="white", color=plots.COLOURS[1], ms=7, label="network: FFT bin"
    )
    ax.plot(side, estimates.sel(at), "x", color=plots.COLOURS[3], label="network: Hann two-point")
    ax.set_title(f"time step {step:.4g}")
    ax.tick_params(labelbottom=True)


def spectrum(result: xr.DataTree) -> Figure:
    """The spectrum at the struck node of the first drum: network, closed form, and its lines."""
    from matplotlib import pyplot

    setup = results.dataset(result, "setup")
    measured = results.array(result, "observed/spectrum", "magnitude")
    closed = results.array(result, "forecast/spectrum", "magnitude")
    lines = results.dataset(result, "forecast/spectrum")["line_frequency"].values
    figure, axes = pyplot.subplots(2, 1, figsize=(11, 9), layout="constrained")
    frequency = measured["frequency"].values
    highest = float(closed.max())
    for ax, last in zip(
        axes, (1.08 * lines[-1], lines[min(LABELLED, len(lines) - 1)]), strict=True
    ):
        shown = frequency <= last
        ax.semilogy(frequency[shown], measured[shown] / highest, color=plots.COLOURS[5], lw=2.5,
                    label="network")  # fmt: skip
        ax.semilogy(frequency[shown], closed[shown] / highest, color="black", lw=0.6,
                    label="closed form, leakage of every line")  # fmt: skip
        ax.set_ylabel("magnitude, of the loudest")
        ax.set_xlabel("frequency (cycles / time)")
        ax.set_xlim(0, last)
        ax.set_ylim(top=3)
    nu = float(setup["speed"] * setup["time_step"][0] / setup["spacing"])
    common = np.arcsin(nu) / (np.pi * float(setup["time_step"][0]))
    axes[0].axvline(
        common, color=plots.COLOURS[2], ls="--", label="m + n = M: the same for every L"
    )
    share = float(setup["share"][0])
    axes[0].axhline(share, color=plots.COLOURS[7], ls=":", label=f"{share:.2g}: heard from here on")
    for value, label in _line_labels(setup)[:LABELLED]:
        if value <= axes[1].get_xlim()[1]:
            axes[1].axvline(value, color=plots.COLOURS[2], lw=0.6, ls="--")
            axes[1].text(
                value, 0.98, f" {label}", transform=axes[1].get_xaxis_transform(), va="top"
            )
    loudest = float(frequency[measured.values.argmax()])
    says = ": the loudest line says nothing about the drum, the lowest does"
    axes[0].set_title(
        f"drum of side {int(setup['side'][0])} at time step {float(setup['time_step'][0]):.4g}"
        + (says if abs(loudest - common) < 2 * frequency[1] and len(lines) > 1 else "")
    )
    axes[0].legend(loc="lower right", fontsize="small")
    return figure


def _line_labels(setup: xr.Dataset) -> list[tuple[float, str]]:
    """Return frequency and name (m, n) of the lowest modes of the first drum, m <= n."""
    spacings, step = int(setup["spacings"][0]), float(setup["time_step"][0])
    nu = float(setup["speed"]) * step / float(setup["spacing"])
    turned = angles(square_eigenvalues(spacings), nu) / (2 * np.pi * step)
    pairs = [(m, n) for m in range(1, spacings) for n in range(m, spacings)]
    found = [(float(turned[m - 1, n - 1]), f"({m}, {n})") for m, n in pairs]
    return sorted(found)[: 2 * LABELLED]


def dispersion() -> Figure:
    """Frequency of grid and step over that of the continuum: along axis and diagonal, and everywhere."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(14, 4.6), layout="constrained")
    along = np.linspace(1e-3, np.pi - 1e-6, 300)  # at the corner rounding passes the magic step
    for ax, (title, ky) in zip(axes, {"axis": 0 * along, "diagonal": along}.items(), strict=False):
        for number, (name, nu) in enumerate(COURANTS.items()):
            ax.plot(
                along / np.pi,
                _ratio(along, ky, nu),
                **plots.line_style(number),
                label=f"ν = {name}",
            )
        ax.set_title(f"along the {title}")
        ax.set_xlabel("wave number $k_x h/π$")
        ax.set_ylabel("frequency of grid and step / c |k|")
        ax.axhline(1, color=plots.COLOURS[7], lw=0.6)
        ax.legend(fontsize="small")
    kx, ky = np.meshgrid(along, along, indexing="ij")
    ratio = _ratio(kx, ky, COURANTS["1/√2"])
    drawn = axes[2].contourf(along / np.pi, along / np.pi, ratio.T, levels=15, cmap="cividis")
    figure.colorbar(drawn, ax=axes[2], label="frequency of grid and step / c |k|")
    axes[2].set(
        title="everywhere at ν = 1/√2:\nexact along the diagonal",
        xlabel="wave number $k_x h/π$",
        ylabel="wave number $k_y h/π$",
        aspect="equal",
    )
    return figure


def _ratio(kx: np.ndarray, ky: np.ndarray, nu: float) -> np.ndarray:
    """Return theta/(nu |k| h) for waves of k h = (kx, ky)."""
    law = angle().subs(OMEGA, sympy.sqrt(stencil_symbol())).subs({DT: nu, SPACING: 1})
    return lambdify(law, (PHASE_X, PHASE_Y))(kx, ky) / (nu * np.hypot(kx, ky))


def energies(result: xr.DataTree) -> Figure:
    """The true energy swings, and grows for explicit Euler; each form keeps its own to rounding."""
    from matplotlib import pyplot

    energy = results.dataset(result, "observed/energies")
    figure, axes = pyplot.subplots(1, 2, figsize=(12, 4.6), layout="constrained")
    for number, form in enumerate(energy["form"].values):
        style = plots.line_style(number) | {"lw": 1.2, "label": str(form).replace("_", " ")}
        axes[0].semilogy(energy["step"], energy["true"].sel(form=form), **style)
        axes[1].plot(energy["step"], 1e15 * (energy["shadow"].sel(form=form) - 1), **style)
    axes[0].set_ylim(0.2, 20)
    axes[0].set_title("true energy, over its start")
    axes[1].set_title("energy that the form keeps, minus its start")
    axes[1].set_ylabel("$10^{15}$ (energy / start − 1)")
    axes[0].set_ylabel("energy / start")
    for ax in axes:
        ax.set_xlabel("step")
    axes[0].legend(fontsize="small")
    return figure


def speed_field(result: xr.DataTree) -> Figure:
    """A wave speed learnt from twelve listeners, and its gradient by two roads."""
    from matplotlib import pyplot

    fields = results.dataset(result, "observed/speed_field")
    figure, axes = pyplot.subplots(1, 4, figsize=(16, 4), layout="constrained")
    figure.suptitle(
        f"a drum of {SPEED_SIDE} spacings whose wave speed is learnt from {LISTENERS} listeners"
    )
    both = [fields["target"], fields["recovered"]]
    low, high = (float(f(xr.concat(both, "field"))) for f in (np.nanmin, np.nanmax))
    for ax, field in zip(axes, both, strict=False):
        _field(field, ax, (low, high), "cividis", field.attrs["long_name"])
    error = (fields["recovered"] - fields["target"]).assign_attrs(units="1")
    limit = float(abs(error).max())
    _field(error, axes[2], (-limit, limit), "RdBu_r", "recovered minus truth")
    gradient, reference = fields["gradient"].values.ravel(), fields["autograd"].values.ravel()
    axes[3].plot(reference, gradient, ".", color=plots.COLOURS[1])
    ends = [np.nanmin(reference), np.nanmax(reference)]
    axes[3].plot(ends, ends, color="black", lw=0.8)
    axes[3].set(
        xlabel="gradient by autograd",
        ylabel="reversible gradient",
        title=f"dJ/dc², largest difference {np.nanmax(abs(gradient - reference)):.1e}",
    )
    return figure


def film(result: xr.DataTree) -> Figure:
    """Six pictures of the film: the network, the jumps, and their difference."""
    from matplotlib import pyplot

    shown = results.array(result, "observed/film", "displacement")
    exact = shown.copy(data=films.exact())
    limit = colour_limit(shown.values)
    difference = (shown - exact).assign_attrs(shown.attrs)
    least = max(float(abs(difference).max()), 1e-17)
    chosen = np.linspace(0, shown.sizes["frame"] - 1, 6).round().astype(int)
    steps = films.steps_of_frames()
    figure, axes = pyplot.subplots(3, len(chosen), figsize=(15, 7.6), layout="constrained")
    figure.suptitle(
        f"a drum of {films.SIDE} spacings under a soft mallet, time step {films.TIME_STEP}"
    )
    rows = {"network": (shown, limit), "jump": (exact, limit), "difference": (difference, least)}
    for row, (name, (pictures, largest)) in zip(axes, rows.items(), strict=True):
        for ax, number in zip(row, chosen, strict=True):
            drawn = ax.imshow(
                pictures[number].values.T,
                origin="lower",
                cmap="RdBu_r",
                vmin=-largest,
                vmax=largest,
            )
            ax.set(xticks=[], yticks=[], title=f"step {steps[number]}" if name == "network" else "")
        row[0].set_ylabel(name)
        figure.colorbar(drawn, ax=row, label="displacement", shrink=0.8)
    return figure


def _field(field: xr.DataArray, ax: Any, limits: tuple[float, float], colours: str, title: str):
    drawn = ax.imshow(field.values.T, origin="lower", cmap=colours, vmin=limits[0], vmax=limits[1])
    ax.figure.colorbar(drawn, ax=ax, shrink=0.8)
    ax.set(title=title, xlabel="x (spacings)", ylabel="y (spacings)")
