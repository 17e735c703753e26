"""Train the networks whose weights come with the package.

Run ``python -m validation.wave_rnn.store_weights FOLDER``; what is trained is kept in the folder, and a run
that finds it there goes on from it.

Small tetrominoes by the protocol of the experiment: every readout and the cnn of two layers, the first three
seeds, whatever came out of them.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from numerics.stored_weights import store_weights
from validation.experiment import Work
from validation.wave_rnn import Config
from validation.wave_rnn.setting import READOUTS, STORED_SEEDS, setting_of
from validation.wave_rnn.subjects import subjects_of, weights_file

COMMAND = "python -m validation.wave_rnn.store_weights FOLDER"


def main(folder: Path) -> None:
    """Train the networks of all stored seeds, and write their weights beside this file."""
    setting = setting_of(Config(readout=READOUTS, seeds=STORED_SEEDS))
    assert setting.protocol is not None
    folder.mkdir(parents=True, exist_ok=True)
    subjects = subjects_of(setting, setting.material.splits(folder), Work(folder, _told))
    for seed in setting.seeds:
        store_weights(
            weights_file(seed),
            {name: subjects[name, seed].weights for name in setting.names},
            command=COMMAND,
            seed=seed,
            protocol=dataclasses.asdict(setting.protocol),
            precision="single",
        )


def _told(stage: str, done: int, total: int) -> None:
    print(f"{stage}: {done} of {total}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
