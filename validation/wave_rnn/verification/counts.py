"""Do networks have as many parameters as the released code gives them, by formula and as built?"""

from __future__ import annotations

from collections.abc import Callable

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from validation.wave_rnn.check_table import MNIST, MULTI, TETROMINOES
from validation.wave_rnn.paper_networks import of_paper

# every network of Tables 1, 2 and 4: its parameters to the last digit, and those of them that are read
RELEASED = {
    (MNIST, "cnn 2"): (160499, 160499),
    (MNIST, "cnn 4"): (165139, 165139),
    (MNIST, "cnn 8"): (174419, 174419),
    (MNIST, "cnn 16"): (192979, 192979),
    (MNIST, "cnn 32"): (230099, 230099),
    (MNIST, "conv_lstm last"): (146347, 146127),
    (MNIST, "conv_lstm mean"): (146347, 146127),
    (MNIST, "conv_lstm max"): (146347, 146127),
    (MNIST, "conv_lstm fft"): (151467, 151247),
    (MNIST, "conv_lstm linear"): (151467, 151467),
    (MNIST, "nwm last"): (150945, 145845),
    (MNIST, "nwm mean"): (150945, 145845),
    (MNIST, "nwm max"): (150945, 145845),
    (MNIST, "nwm fft"): (176545, 171445),
    (MNIST, "nwm linear"): (176545, 176545),
    (TETROMINOES, "cnn 2"): (159502, 159502),
    (TETROMINOES, "cnn 4"): (164142, 164142),
    (TETROMINOES, "cnn 8"): (173422, 173422),
    (TETROMINOES, "cnn 16"): (191982, 191982),
    (TETROMINOES, "cnn 32"): (229102, 229102),
    (TETROMINOES, "conv_lstm last"): (145926, 145706),
    (TETROMINOES, "conv_lstm mean"): (145926, 145706),
    (TETROMINOES, "conv_lstm max"): (145926, 145706),
    (TETROMINOES, "conv_lstm fft"): (151046, 150826),
    (TETROMINOES, "conv_lstm linear"): (151046, 151046),
    (TETROMINOES, "nwm last"): (150524, 145424),
    (TETROMINOES, "nwm mean"): (150524, 145424),
    (TETROMINOES, "nwm max"): (150524, 145424),
    (TETROMINOES, "nwm fft"): (176124, 171024),
    (TETROMINOES, "nwm linear"): (176124, 176124),
    (MULTI, "nwm linear"): (54855, 54855),
    (MULTI, "unet 2"): (30745, 30745),
    (MULTI, "unet 3"): (68834, 68834),
    (MULTI, "unet 4"): (122071, 122071),
    (MULTI, "unet 5"): (190456, 190456),
}


def parameters() -> float:
    """Networks of Tables 1, 2 and 4, 35 in all, of which one of three counts is not the released one.

    By formula, by formula without what is not read, and of the network as it is built.
    """
    return float(sum(_counts(of_paper(*at)) != (*RELEASED[at], RELEASED[at][0]) for at in RELEASED))


def _counts(architecture: Architecture) -> tuple[int, int, int]:
    built = sum(values.numel() for values in build(architecture, seed=0).parameters())
    return architecture.parameters(), architecture.parameters("used"), built


FUNCTIONS: dict[str, Callable[[], float]] = {"W01": parameters}
