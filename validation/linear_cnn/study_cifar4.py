"""Study: does the fully connected network overfit on CIFAR-4 where the CNN does not?

Long runs of both networks by their exact descent, full batch and one image at a time, with train and
test loss. Resumable: the same command goes on. Run ``python -m validation.linear_cnn.study_cifar4
--out docs/results/study_cifar4.json``; it needs the images (MODEWISE_DATA, or a download).
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from numerics.files import write_text
from numerics.singular_modes import discovery_updates
from numerics.training import record_grid, train
from validation.linear_cnn import Config
from validation.linear_cnn.forecasting import Forecaster
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED, draw_samples
from validation.linear_cnn.setting import Setting, image_setting

# what the paper says of its fully connected network, online, at 32 x 32 pixels
PAPER_LOSS, PAPER_SAMPLES = 0.21, 18_000


@dataclasses.dataclass(frozen=True)
class Run:
    """One network, one way to learn, at one step."""

    network: str
    gradient: str
    epsilon: float
    updates: int


RUNS = (
    Run(CNN, "full_batch", 0.02, 60_000),
    Run(FULLY_CONNECTED, "full_batch", 0.04, 30_000),
    Run(CNN, "online", 0.01, 100_000),
    Run(FULLY_CONNECTED, "online", 0.01, 100_000),
)


def done(run: Run, store: Path) -> dict[str, Any]:
    """Train a network to the end of its run, or take up what was kept of it; return its rows."""
    gradient: Any = run.gradient
    setting = image_setting(Config(dataset="cifar4", trials=1, gradient=gradient), run.epsilon)
    forecaster = Forecaster.from_random_start(setting, record_grid(run.updates, 100))
    samples = draw_samples(setting, run.updates) if run.gradient == "online" else None
    # the setting gives the fully connected network the CNN's pace; epsilon is meant for itself
    learner = forecaster.descent(run.network, 1, samples)
    name = f"{run.network}_{run.gradient}_{run.updates}".replace(" ", "_")

    def told(made: int, total: int) -> None:
        if made % 5000 == 0:
            print(f"{run.network}, {run.gradient}: {made} of {total} updates", file=sys.stderr)

    record = train(learner, forecaster.grid, checkpoint=store / f"{name}.npz", progress=told)
    return _rows(run, setting, record.updates, record.observations)


def _rows(
    run: Run, setting: Setting, updates: np.ndarray, seen: dict[str, np.ndarray]
) -> dict[str, Any]:
    strengths = np.diagonal(seen["strengths"][:, 0], axis1=-2, axis2=-1)
    singular = setting.modes.singular_values
    half = discovery_updates(updates, strengths.T, singular)
    train_loss, test_loss = (seen[name][:, 0] for name in ("train_loss", "test_loss"))
    best = int(test_loss.argmin())
    shown = np.isin(updates, record_grid(run.updates, max(1, run.updates // 100)))
    return {
        **dataclasses.asdict(run),
        "learning_rate": setting.learning_rate if run.network == CNN else setting.layer_rate,
        "updates_until_half": half.tolist(),
        "best_test_loss": float(test_loss[best]),
        "best_at": int(updates[best]),
        "last_test_loss": float(test_loss[-1]),
        "last_train_loss": float(train_loss[-1]),
        "rise_of_test_loss": float(test_loss[-1] / test_loss[best] - 1),
        "curve": {
            "updates": updates[shown].tolist(),
            "train_loss": _rounded(train_loss[shown]),
            "test_loss": _rounded(test_loss[shown]),
            "strength": [_rounded(row) for row in (strengths[shown] / singular).T],
        },
    }


def _table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the runs beside what the paper says, as a table of a report has it."""
    shown: list[list[Any]] = [
        [
            row["network"],
            row["gradient"].replace("_", " "),
            row["updates"],
            max(row["updates_until_half"]),
            row["best_test_loss"],
            row["best_at"],
            row["last_test_loss"],
            row["last_train_loss"],
            row["rise_of_test_loss"],
        ]
        for row in rows
    ]
    paper = [f"the paper: {FULLY_CONNECTED}", "online", None, PAPER_SAMPLES, PAPER_LOSS]
    columns = [
        *("network", "gradient", "updates", "all modes half learnt", "best test loss", "at update"),
        *("last test loss", "last train loss", "rise of the test loss"),
    ]
    return {
        "title": "CIFAR-4: losses of long runs",
        "columns": columns,
        "rows": [*shown, [*paper, *[None] * (len(columns) - len(paper))]],
    }


def _rounded(values: np.ndarray) -> list[float]:
    return [float(f"{value:.5g}") for value in values]


def main(arguments: list[str]) -> None:
    """Run all and write the rows."""
    if len(arguments) != 2 or arguments[0] != "--out":
        raise SystemExit("usage: python -m validation.linear_cnn.study_cifar4 --out FILE.json")
    out = Path(arguments[1])
    store = out.parent / f".{out.stem}"
    store.mkdir(parents=True, exist_ok=True)
    rows = [done(run, store) for run in RUNS]
    setting = image_setting(Config(dataset="cifar4", trials=1), 0.04)
    said = {
        "study": "cifar4",
        "images": json.loads(setting.images.train.attrs["provenance"]),
        "singular_values": setting.modes.singular_values.tolist(),
        "runs": rows,
        "tables": [_table(rows)],
    }
    write_text(out, json.dumps(said, indent=1) + "\n")
    for row in rows:
        print(
            f"{row['network']}, {row['gradient']}: test loss {row['best_test_loss']:.4f} at best "
            f"(update {row['best_at']}), {row['last_test_loss']:.4f} after {row['updates']}, train loss "
            f"{row['last_train_loss']:.4f}; half of each mode at {row['updates_until_half']}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
