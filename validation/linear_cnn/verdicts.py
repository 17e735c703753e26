"""What the paper says and what a run found: each claim reproduced, sharpened, refuted or consistent.

Worked out from the run's own tree, as `validation.verdicts` has it.
"""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from numerics.images.pure_cosines import self_conjugate
from validation import results
from validation.ladder import UNEXPLAINED, Rung
from validation.linear_cnn.forecasting import DESCENT, STEP_SIZE
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED, discovery_times
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, SHARPENED, Row

ROUNDING = 1e-11
FITTED = 1e-3  # of the loss at the start: the run has reached its end
SMALL_START = 1e-2  # standard deviation of start weights that the paper's "small" may mean


# --- pure cosines -------------------------------------------------------------------------------


def of_cosines(result: xr.DataTree, layers: int) -> list[Row]:
    """Verdicts of a run on pure cosines."""
    rows = [_exact_law(result)]
    if layers == 1:  # with more layers n v is not the pace
        rows += [_magnitudes(result), _paces(result)]
    return rows


def _exact_law(result: xr.DataTree) -> Row:
    ladder = results.ladder(result, CNN)
    missed, step = ladder.largest(UNEXPLAINED), ladder.largest(STEP_SIZE)
    first, last = ladder.rungs[0].name, ladder.rungs[-2].name
    learnt = _learnt(result, ladder.rungs[-1])
    verdict = SHARPENED if missed <= ROUNDING < step else REFUTED
    return [
        "pure cosines are learnt by an exact law",
        verdict if learnt.any() else OPEN,
        f"the {first} is off by up to {step:.2g} S_m, as the step size says; the {last} by "
        f"{missed:.1g} S_m; {int(learnt.sum())} of {len(learnt)} modes were half learnt",
    ]


def _magnitudes(result: xr.DataTree) -> Row:
    """Hold v of each mode against 1/sqrt(2) for a pair and 1 for a self-conjugate frequency."""
    vectors = results.array(result, "setup", "right_singular_vector").isel(channel=0)
    found = results.array(result, "setup", "spectral_magnitude").values
    side = vectors.sizes["x"]
    power = np.abs(np.fft.fft2(vectors.values, norm="ortho"))
    places = [np.unravel_index(p.argmax(), p.shape) for p in power]
    alone = [self_conjugate((int(u), int(v)), side) for u, v in places]
    missed = np.abs(found - np.where(alone, 1.0, np.sqrt(0.5))).max()
    others = sum(a and (u, v) != (0, 0) for a, (u, v) in zip(alone, places, strict=True))
    said = f"v = {', '.join(f'{v:.4g}' for v in found)}"
    if missed > 1e-9:
        verdict = REFUTED
    elif others:
        verdict, said = SHARPENED, f"{said}; so is 1 for {others} Nyquist frequencies"
    else:
        verdict, said = REPRODUCED, f"{said}; for Nyquist frequencies, which count as zero: C39"
    return [
        "a pair of frequencies is slower by 1/sqrt(2), the zero frequency is not",
        verdict,
        said,
    ]


def _paces(result: xr.DataTree) -> Row:
    """Hold the ratio of the networks' measured paces against n v, mode by mode."""
    claim = "the CNN learns a mode n times its mismatch as fast as the fully connected network"
    rates = [result["/setup"].attrs[n] for n in ("learning_rate", "layer_learning_rate")]
    times = [
        _times(result, results.ladder(result, name).rungs[-1]) * rate
        for name, rate in zip((CNN, FULLY_CONNECTED), rates, strict=True)
    ]
    side = results.array(result, "setup", "initial_kernel").sizes["x"]
    gains = side * results.array(result, "setup", "spectral_magnitude").values
    ratio = times[1] / times[0]
    seen = np.isfinite(ratio)
    if not seen.any():
        return [claim, OPEN, "no mode was half learnt by both networks within the run"]
    missed = np.abs(ratio / gains - 1)[seen].max()
    found = ", ".join(f"{r:.4g} ({g:.4g})" for r, g in zip(ratio[seen], gains[seen], strict=True))
    said = f"ratio of flow times until half of a mode, mean of trials, and n v: {found}"
    return [claim, REPRODUCED if missed < 0.05 else REFUTED, said]


# --- image sets ---------------------------------------------------------------------------------


def of_images(result: xr.DataTree) -> list[Row]:
    """Verdicts of a full-batch run on an image set."""
    rows = [_averaged_flow(result), _diagonal(result), _order(result), *_cascade(result)]
    groups = result["/forecast"].children
    if "competition" in groups:
        rows += _competition(result)
    if "ending" in groups:
        rows.append(_ending(result))
    rows.append(_balance(result))
    return rows + _losses(result)


def _averaged_flow(result: xr.DataTree) -> Row:
    ladder = results.ladder(result, CNN)
    missed, step = ladder.largest(UNEXPLAINED, covered=0.0), ladder.largest(STEP_SIZE)
    left = float(abs(ladder.remainder(STEP_SIZE)).max())
    learnt = _learnt(result, ladder.rungs[-1])
    follows = missed <= ROUNDING and left < step / 2
    return [
        "averaged gradient descent follows the coupled flow",
        (REPRODUCED if follows else REFUTED) if learnt.any() else OPEN,
        f"flow and network differ by up to {step:.2g} S_m; {left:.1g} are left after the step size "
        f"that was predicted, {missed:.1g} after descent; {int(learnt.sum())} of {len(learnt)} modes "
        "were half learnt by the network",
    ]


def _diagonal(result: xr.DataTree) -> Row:
    ladder = results.ladder(result, CNN)
    seen = results.array(result, f"observed/{CNN}", "leakage").dropna("update")
    singular = results.array(result, "setup", "singular_value").values
    learnt = _learnt(result, ladder.rungs[-1])
    worst = float(seen.max()) / singular[0]
    last = float(seen.isel(update=-1).max()) / singular[0]
    verdict = OPEN
    if learnt.all():
        verdict = REPRODUCED if last < 0.05 else REFUTED
    return [
        "A becomes diagonal from a small random start, and stays so",
        verdict,
        f"off-diagonal at most {worst:.2g} S_1 on the way and {last:.1g} S_1 at the end; how the "
        "error goes with the start: C22, C23",
    ]


def _order(result: xr.DataTree) -> Row:
    """Hold the measured order against those by S, by S v, alone (F1) and by the coupled flow (F2)."""
    claim = "modes are discovered in the order of their singular values"
    measured, who = _discovered(result)
    if not np.isfinite(measured).all():
        return [claim, OPEN, "not every mode was discovered within the run"]
    singular = results.array(result, "setup", "singular_value").values
    pace = singular * results.array(result, "setup", "spectral_magnitude").values
    forecast = results.array(result, "forecast/discovery", "discovery_time").sel(network=CNN)
    alone, flow = (forecast.sel(forecast=n).mean("trial").values for n in ("F1", "F2"))
    by = {"S v": -pace, "F1, each mode alone": alone, "F2, the coupled flow": flow}
    orders = {name: _order_of(values) for name, values in by.items() if np.isfinite(values).all()}
    found = _order_of(measured)
    same = [name for name, order in orders.items() if order == found]
    said = f"{who}: {found}; the same by {' and by '.join(same) or 'no forecast'}"
    return [claim, CONSISTENT if (np.diff(measured) > 0).all() else REFUTED, said]


def _cascade(result: xr.DataTree) -> list[Row]:
    """Later modes against the time that they would need alone; where frequencies are shared."""
    if "competition" in result["/forecast"].children:
        return []
    forecast = results.array(result, "forecast/discovery", "discovery_time")
    alone = forecast.sel(network=CNN, forecast="F1").mean("trial").values
    measured, _ = _discovered(result)
    ratio = (measured / alone)[1:]
    ratio = ratio[np.isfinite(ratio)]
    if not len(ratio):
        return []
    return [
        [
            "a frequency grown by an earlier mode is an advantage for later ones",
            REPRODUCED if ratio.max() < 1 else REFUTED,
            f"later modes come at {ratio.min():.2g} to {ratio.max():.2g} of the time that they "
            "would need alone (F1)",
        ]
    ]


def _competition(result: xr.DataTree) -> list[Row]:
    """The spectrum at the end against the start's forecast; where a mode has several frequencies."""
    foreseen = results.dataset(result, "forecast/competition")
    if len(foreseen["frequency"]) == len(foreseen["mode"]):
        return []
    claim = "frequencies of a mode compete: a soft winner takes all"
    if _loss_left(result, CNN) > FITTED:
        return [[claim, OPEN, "the run ends before the modes are learnt"]]
    end = results.ladder(result, f"{CNN}, kernel spectrum").rungs[-1].value.isel(update=-1)
    missed = float((abs(end - foreseen["end_magnitude"]) / end.max("frequency")).max())
    share = foreseen["dominance_share"]
    return [
        [
            claim,
            SHARPENED if missed < 0.15 else REFUTED,
            f"one clock a mode gives every coefficient at the end from the start, within {missed:.2g} "
            f"of the largest; the dominant frequency's share is {float(share.min()):.3g} to "
            f"{float(share.max()):.3g}, and goes to 1 by a power of the start (C20, C21)",
        ]
    ]


def _ending(result: xr.DataTree) -> Row:
    claim = "from a small start training ends at weights of minimal norm"
    least = results.dataset(result, "forecast/ending")
    if least.attrs["reason"]:
        return [claim, OPEN, least.attrs["reason"]]
    seen = results.array(result, f"observed/{CNN}", "parameter_norm")
    excess = float(seen.isel(update=-1).mean("trial")) / float(least["minimal_norm"]) - 1
    left = _loss_left(result, CNN)
    said = (
        f"the minimum uses {float(least['active_frequencies']):.0f} frequencies; the network's norm "
        f"is {excess:.3g} above it (loss {left:.1g} of that at the start)"
    )
    small = float(result["/setup"].attrs["initial_scale"]) <= SMALL_START
    if left > FITTED or not small:
        verdict = OPEN
    elif excess > 0.1:
        verdict = REFUTED
    else:
        verdict = CONSISTENT
    return [claim, verdict, f"{said}; how it goes with the start: C33, C34"]


def _balance(result: xr.DataTree) -> Row:
    """|k|^2 - ||b||^2 of the strongest frequency along the run, and the ratio's way to 1."""
    seen = results.dataset(result, f"observed/{CNN}")
    kernel, outputs = (seen[n].dropna("update") for n in ("kernel_magnitude", "output_magnitude"))
    strongest = kernel.isel(update=-1, drop=True).argmax("frequency")
    kernel, outputs = (x.isel(frequency=strongest) for x in (kernel, outputs))
    balance = kernel**2 - outputs**2
    change = float(abs(balance - balance.isel(update=0)).max())
    grown = float((kernel.isel(update=-1) ** 2).min())
    ratio = outputs / kernel
    first, last = (float(abs(ratio - 1).isel(update=i).max()) for i in (0, -1))
    verdict = SHARPENED if last < 0.05 and change < 0.05 * grown else OPEN
    return [
        "kernel and outputs become balanced in stages",
        verdict,
        f"at the strongest frequency their ratio differs from 1 by {first:.2g} at the start and by "
        f"{last:.2g} at the end; the difference of their squares moved by {change / grown:.1g} of what "
        "they grew to",
    ]


def _losses(result: xr.DataTree) -> list[Row]:
    """Whether the test loss rises again, of each network by its exact descent over the whole run."""
    rows = []
    for network, overfits in ((CNN, False), (FULLY_CONNECTED, True)):
        foreseen = results.dataset(result, f"forecast/{network}/{DESCENT}")
        if "test_loss" not in foreseen:
            continue
        train, test = (foreseen[n].mean("trial") for n in ("train_loss", "test_loss"))
        last, best = float(test.isel(update=-1)), float(test.min())
        rises = last > 1.01 * best
        verdict = {
            (True, True): CONSISTENT,
            (True, False): REFUTED,
            (False, True): OPEN,
            (False, False): CONSISTENT,
        }[rises, overfits]
        rows.append(
            [
                f"the {network} network {'overfits' if overfits else 'does not overfit'}",
                verdict,
                f"by exact descent, within this run: test loss {best:.4g} at best, {last:.4g} at the "
                f"end, train loss {float(train.isel(update=-1)):.4g}, on {_data_of(result)}; longer: "
                "make study-cifar4",
            ]
        )
    return rows


# --- what they share ----------------------------------------------------------------------------


def _times(result: xr.DataTree, rung: Rung) -> np.ndarray:
    """Updates until half of each mode is learnt, mean of trials; nan where a trial does not get there."""
    return discovery_times(rung, results.array(result, "setup", "singular_value")).mean(axis=0)


def _learnt(result: xr.DataTree, rung: Rung) -> np.ndarray:
    return np.isfinite(_times(result, rung))


def _discovered(result: xr.DataTree) -> tuple[np.ndarray, str]:
    """Return the CNN's times of discovery, mean of trials, and whose they are.

    Where the network was trained for a part of the run only, they are its exact descent's.
    """
    descent, network = results.ladder(result, CNN).rungs[-2:]
    measured = _times(result, network)
    if np.isfinite(measured).all():
        return measured, "order of the CNN"
    return _times(result, descent), "order of the CNN by exact descent"


def _order_of(times: np.ndarray) -> str:
    return " ".join(str(mode + 1) for mode in np.argsort(times, kind="stable"))


def _loss_left(result: xr.DataTree, network: str) -> float:
    """Return the largest train loss at the end, of that at the start."""
    loss = results.array(result, f"observed/{network}", "train_loss").dropna("update")
    return float((loss.isel(update=-1) / loss.isel(update=0)).max())


def _data_of(result: xr.DataTree) -> str:
    said = json.loads(result["/setup"].attrs["data"])
    shape = results.array(result, "setup", "initial_kernel").sizes
    return f"{said['name']}, {said['samples']} images of {shape['y']} x {shape['x']}"
