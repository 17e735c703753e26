"""Drums of sides 13 to 21 struck at the middle, 40,000 samples of velocity Verlet, by three methods.

Run ``python tests/benchmarks/drum.py [--out FILE]``. First every method has to agree with the modal
signal, in float64; then the clock runs, in one process and one thread. Times are over a loop of the
wave network in torch, float32, one drum after another. Memory of the gradient in a field of wave
speeds: what NumPy allocates for the reversible one, what a fresh process grows by for autograd.
Exits with 1 if a bar is missed.
"""

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import torch
from timing import Row, require, run, seconds_of

from numerics.drum.drums import square
from numerics.drum.network import WaveNetwork
from numerics.drum.square_modes import square_lines
from numerics.drum.stepping import Stepper, struck
from numerics.drum.wave_speed.gradients import autograd_gradient, reversible_gradient
from numerics.drum.wave_speed.listening import Listening

SIDES, STEPS, SAMPLES = range(13, 22), (0.1, 0.5, 2**-0.5), 40_000
SIDE_OF_FIELD, SAMPLES_OF_FIELD = 64, 3000


def middle(side: int) -> tuple[int, int]:
    return side // 2, side // 2


def network(side: int, step: float, dtype: torch.dtype, samples: int = SAMPLES) -> np.ndarray:
    drum = square(side)
    wave = WaveNetwork([drum], [step], dtype=dtype)
    return wave.listen([struck(drum, middle(side))], [middle(side)], samples)[0]


def modal(side: int, step: float) -> np.ndarray:
    return square_lines(side, step).signal(SAMPLES)


def stepped() -> np.ndarray:
    """All 27 drums at once, (drum, sample)."""
    pairs = [(side, step) for step in STEPS for side in SIDES]
    drums = [square(side) for side, _ in pairs]
    nodes = [middle(side) for side, _ in pairs]
    strikes = [struck(drum, node) for drum, node in zip(drums, nodes, strict=True)]
    return Stepper(drums, strikes, [step for _, step in pairs]).listen(nodes, SAMPLES)


def problem_of_field() -> tuple:
    """Return a drum of side 64 and three thousand samples that one listener should hear."""
    drum = square(SIDE_OF_FIELD)
    targets = np.zeros((1, SAMPLES_OF_FIELD))
    return drum, Listening(struck(drum, (32, 32)), [(20, 41)], 0.3, targets)


def bytes_of_autograd() -> int:
    """Return by how much a fresh process grows over one gradient; torch is loaded and warm before."""
    code = "import drum; drum.print_growth()"
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    return int(told.stdout)


def print_growth() -> None:
    torch.set_num_threads(1)
    drum, listening = problem_of_field()
    short = Listening(listening.strike, listening.listeners, 0.3, listening.targets[:, :3])
    autograd_gradient(drum, short)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts at what is used now
    before = peak_memory()
    autograd_gradient(drum, listening)
    print(peak_memory() - before)


def peak_memory() -> int:
    """Return the largest resident memory of this process in bytes; Linux alone tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return 1024 * int(peak)


def bytes_of_reversible() -> int:
    drum, listening = problem_of_field()
    reversible_gradient(drum, listening)
    tracemalloc.start()
    reversible_gradient(drum, listening)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def agree() -> dict[str, float]:
    """Return the largest difference of each method from the modal signal, or from autograd."""
    exact = np.array([modal(side, step) for step in STEPS for side in SIDES])
    short = [network(side, 0.1, torch.float64, 2000) for side in SIDES]
    drum, listening = problem_of_field()
    found, reference = (f(drum, listening)[1] for f in (reversible_gradient, autograd_gradient))
    return require(
        {
            "batched stepping, 27 drums": (float(np.abs(stepped() - exact).max()), 1e-10),
            "network, float64, 2000 samples": (
                float(np.abs(np.array(short) - exact[: len(SIDES), :2000]).max()),
                1e-12,
            ),
            "reversible gradient": (
                float(np.nanmax(np.abs(found - reference)) / np.nanmax(np.abs(reference))),
                1e-11,
            ),
        }
    )


def measure() -> list[Row]:
    rows, loop = [], 0.0
    network(13, 0.1, torch.float32, 100)  # torch's first calls are slow
    for side in SIDES:
        slow = seconds_of(lambda side=side: network(side, 0.1, torch.float32), 1)
        loop += slow
        fast = seconds_of(lambda side=side: modal(side, 0.1), 9)
        rows += [
            Row(f"side {side}: network, float32", slow, 1.0, None, "one run"),
            Row(f"side {side}: modal signal", fast, slow / fast, 100, "median of 9"),
        ]
    loops = len(STEPS) * loop
    batched = seconds_of(stepped, 3)
    rows += [
        Row("27 drums: networks, one by one", loops, 1.0, None, "nine runs, times three steps"),
        Row("27 drums: batched stepping", batched, loops / batched, 10, "median of 3"),
    ]
    grown, allocated = bytes_of_autograd(), bytes_of_reversible()
    field = f"gradient, M = {SIDE_OF_FIELD}, {SAMPLES_OF_FIELD} samples"
    rows += [
        Row(f"{field}: autograd", grown / 2**20, 1.0, None, "growth of a fresh process", "MiB"),
        Row(f"{field}: reversible", allocated / 2**20, grown / allocated, 50, "allocated", "MiB"),
    ]
    return rows


def work() -> tuple[dict[str, float], list[Row]]:
    """Check agreement, then time."""
    return agree(), measure()


if __name__ == "__main__":
    sys.exit(run(__doc__, f"{SAMPLES} samples of velocity Verlet", work))
