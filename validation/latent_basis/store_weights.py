"""Train the networks whose weights come with the package.

Run ``python -m validation.latent_basis.store_weights``.

One seed of the digits, by the protocol of the experiment, both heads, stored in half precision.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path

from numerics.stored_weights import store_weights
from validation.experiment import Work
from validation.latent_basis import Config
from validation.latent_basis.trained import HEADS, trained_source
from validation.latent_basis.weights import STORED, STORED_SEED

COMMAND = "python -m validation.latent_basis.store_weights"


def main(path: Path = STORED) -> None:
    """Train generator, classifier and both encoders of the stored seed, and write their weights."""
    from numerics.torch_networks import weights

    source = trained_source(Config(seed=STORED_SEED, seeds=1))
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder), _told)
        classifier = source.training.classifier(STORED_SEED, work)
        generator = source.training.generator(STORED_SEED, work)
        networks = {"generator": weights(generator), "classifier": weights(classifier)}
        for head in HEADS.values():
            encoder = source.training.encoder(STORED_SEED, head, generator, classifier, work)
            networks[f"encoder {head}"] = weights(encoder)
    protocol = dataclasses.asdict(source.protocol)
    store_weights(path, networks, command=COMMAND, seed=STORED_SEED, protocol=protocol)


def _told(stage: str, done: int, total: int) -> None:
    if done == total:
        print(f"{stage}: {total} updates", file=sys.stderr)


if __name__ == "__main__":
    main()
