"""What every benchmark needs: one thread, rows with bars on ratios, a table, a file, an exit code.

Times are those of the processor: what other programs do meanwhile does not count.
"""

import argparse
import dataclasses
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits


@dataclasses.dataclass(frozen=True)
class Row:
    """One method: how much it takes for all the work, and the bar on its ratio, if any."""

    method: str
    amount: float
    ratio: float
    bar: float | None
    how: str
    unit: str = "s"

    @property
    def met(self) -> bool:
        return self.bar is None or bool(self.ratio >= self.bar)


def seconds_of(work: Callable[[], object], repetitions: int) -> float:
    """Return the median time of a few runs."""
    return statistics.median(alternating({"": work}, repetitions)[""])


def alternating(works: dict[str, Callable[[], object]], repetitions: int) -> dict[str, list[float]]:
    """Return the times of several works, one run of each in turn, so that a ratio is of neighbours."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repetitions):
        for name, work in works.items():
            begin = time.process_time()
            work()
            taken[name].append(time.process_time() - begin)
    return taken


def growth_of(module: str, call: str) -> int:
    """Return the bytes that `print_growth` prints in a fresh process, called as in `call`."""
    told = subprocess.run(
        [sys.executable, "-c", f"import {module}; {module}.{call}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    return int(told.stdout)


def print_growth(warm: Callable[[], object], work: Callable[[], object]) -> None:
    """Print by how many bytes a work grows the peak of this process, after a small one like it."""
    torch.set_num_threads(1)
    with threadpool_limits(1):
        warm()
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts at what is used now
        before = peak_memory()
        work()
    print(peak_memory() - before)


def peak_memory() -> int:
    """Return the largest resident memory of this process in bytes; Linux alone tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return 1024 * int(peak)


def require(errors: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Return errors of methods that agree; each comes with its bar.

    Raises
    ------
    RuntimeError
        If one is above its bar: then its time means nothing.
    """
    for name, (error, bar) in errors.items():
        if not error <= bar:
            raise RuntimeError(f"{name} differs by {error:.2g}, bar {bar:.0e}")
    return {name: error for name, (error, _) in errors.items()}


def run(about: str, title: str, work: Callable[[], tuple[dict[str, float], list[Row]]]) -> int:
    """Check agreement, time, print, write; return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--out", type=Path, help="write the numbers to this file as JSON")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        errors, rows = work()
    show(title, rows, errors)
    if arguments.out:
        listed = [dataclasses.asdict(row) | {"met": row.met} for row in rows]
        content = {"agreement": errors, "rows": listed, "machine": machine()}
        arguments.out.write_text(json.dumps(content, indent=2) + "\n")
    return 0 if all(row.met for row in rows) else 1


def machine() -> dict[str, str]:
    """Return what the times depend on."""
    return {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
    }


def processor() -> str:
    """Return the processor's name, where the system tells it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def show(title: str, rows: list[Row], errors: dict[str, float]) -> None:
    """Print agreement, amounts and the machine."""
    console = Console(width=120)
    for name, error in errors.items():
        console.print(f"agreement  {name}: {error:.1e}")
    table = Table(title=f"{title}, one thread")
    for heading in ("method", "amount", "ratio", "asked", "met", "measured"):
        right = heading in ("amount", "ratio", "asked")
        table.add_column(heading, justify="right" if right else "left")
    for row in rows:
        asked = f">= {row.bar:g}" if row.bar else ""
        met = "" if row.bar is None else "yes" if row.met else "NO"
        amount = f"{row.amount:.3g} {row.unit}"
        table.add_row(row.method, amount, f"{row.ratio:.3g}", asked, met, row.how)
    console.print(table)
    console.print(", ".join(f"{name} {value}" for name, value in machine().items()))
