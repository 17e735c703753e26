"""The paper's networks, and the numbers of their parameters as it prints them."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from numerics.wave_rnn.networks.architecture import Architecture, Model
from validation.wave_rnn.check_table import MNIST, MULTI, TETROMINOES
from validation.wave_rnn.paper_tables import paper_table

IMAGES = {MNIST: (1, 11), TETROMINOES: (3, 6), MULTI: (1, 11)}  # channels, classes


class Count(NamedTuple):
    """A number of parameters that the paper prints, and the network that it belongs to."""

    network: str
    architecture: Architecture
    printed: str

    def agrees(self, parameters: int) -> bool:
        """Return whether a count is what is printed: exactly, or in thousands."""
        if self.printed[-1].lower() == "k":
            return abs(parameters - 1000 * int(self.printed[:-1])) <= 500
        return parameters == int(self.printed)


def printed_counts() -> list[Count]:
    """Return all counts of Tables 1, 2 and 4."""
    found = []
    for number in (1, 2, 4):
        printed = paper_table(number)["parameters"]
        for images in printed["image_set"].values:
            for network in printed["network"].values:
                text = str(printed.sel(image_set=images, network=network).item())
                if text:
                    found.append(Count(str(network), of_paper(str(images), str(network)), text))
    return found


def of_paper(images: str, network: str) -> Architecture:
    """Return a network of the paper, by its images and its name."""
    model, variant = network.split()
    channels, classes = IMAGES[images]
    sizes: dict[str, Any] = {"hidden": 16, "head": (32,) * 5} if images == MULTI else {}
    own: dict[str, dict[str, Any]] = {
        "nwm": {"readout": variant},
        "conv_lstm": {"readout": variant, "steps": 20},
        "cnn": {"depth": variant},
        "unet": {"unet_width": variant},
    }
    for name, value in own[model].items():
        sizes[name] = int(value) if str(value).isdigit() else value
    return Architecture(cast(Model, model), channels, classes, **sizes)
