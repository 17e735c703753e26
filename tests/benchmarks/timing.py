"""What every benchmark needs: one thread, rows with bars on ratios, a table, a file, an exit code."""

import argparse
import dataclasses
import json
import os
import platform
import statistics
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
        return self.bar is None or self.ratio >= self.bar


def seconds_of(work: Callable[[], object], repetitions: int) -> float:
    """Return the median time of a few runs."""
    taken = []
    for _ in range(repetitions):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


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
