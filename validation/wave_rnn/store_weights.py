"""Train the networks whose weights come with the package.

Run ``python -m validation.wave_rnn.store_weights FOLDER``; what is trained is kept in the folder, and a run
that finds it there goes on from it.

Small tetrominoes by the protocol of the experiment: every readout and the cnn of two layers, the first three
seeds, whatever came out of them. Beside the weights is the objects' loss on the images that chose them: a run
of these networks has to find it again.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from numerics.stored_weights import store_weights
from numerics.wave_rnn.segments.segment_set import class_shares
from validation.experiment import Work
from validation.wave_rnn import Config
from validation.wave_rnn.architectures import READOUTS
from validation.wave_rnn.scoring import VALIDATION, scored
from validation.wave_rnn.setting import STORED_SEEDS, setting_of
from validation.wave_rnn.subjects import subjects_of, weights_file

COMMAND = "python -m validation.wave_rnn.store_weights FOLDER"


def main(folder: Path) -> None:
    """Train the networks of all stored seeds, and write their weights beside this file."""
    setting = setting_of(Config(readout=READOUTS, seeds=STORED_SEEDS))
    assert setting.protocol is not None
    folder.mkdir(parents=True, exist_ok=True)
    splits, work = setting.material.splits(folder), Work(folder, _told)
    subjects = subjects_of(setting, splits, work)
    scores = scored(setting, subjects, splits, class_shares(splits.train), work)
    losses = scores["foreground_loss"].sel(split=VALIDATION)
    for seed in setting.seeds:
        store_weights(
            weights_file(seed),
            {name: subjects[name, seed].weights for name in setting.names},
            command=COMMAND,
            seed=seed,
            protocol=dataclasses.asdict(setting.protocol),
            precision="single",
            told={
                "foreground_loss": {
                    name: float(losses.sel(network=name, seed=seed)) for name in setting.names
                }
            },
        )


def _told(stage: str, done: int, total: int) -> None:
    print(f"{stage}: {done} of {total}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
