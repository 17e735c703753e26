"""Do networks have as many parameters as the paper says, by formula and as built?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from numerics.wave_rnn.networks.architecture import Architecture, Readout
from numerics.wave_rnn.networks.build import build

MNIST, TETROMINOES = (1, 11), (3, 6)  # channels of the images, classes
FEW: tuple[Readout, ...] = ("last", "mean", "max")  # C features
MANY: tuple[Readout, ...] = ("fft", "linear")  # K C features


class Printed(NamedTuple):
    """A network of the paper and its parameters as released; `used` leaves out what nothing reads."""

    architecture: Architecture
    released: int
    used: int


def printed_counts() -> tuple[Printed, ...]:
    """Return Tables 1, 2 and 4 of the paper, to the last digit as its released code has them."""
    multi_mnist = Architecture("nwm", *MNIST, hidden=16, head=(32,) * 5)
    return (*_cnns(), *_lstms(), *_waves(), *_unets(), Printed(multi_mnist, 54855, 54855))


def _cnns() -> Iterator[Printed]:
    for images, counts in (
        (MNIST, (160499, 165139, 174419, 192979, 230099)),
        (TETROMINOES, (159502, 164142, 173422, 191982, 229102)),
    ):
        for depth, count in zip((2, 4, 8, 16, 32), counts, strict=True):
            yield Printed(Architecture("cnn", *images, depth=depth), count, count)


def _lstms() -> Iterator[Printed]:
    for images, few, many in ((MNIST, 146347, 151467), (TETROMINOES, 145926, 151046)):
        for readout in (*FEW, *MANY):
            count = few if readout in FEW else many
            unread = 0 if readout == "linear" else 220
            network = Architecture("conv_lstm", *images, steps=20, readout=readout)
            yield Printed(network, count, count - unread)


def _waves() -> Iterator[Printed]:
    for images, last, used_last, fft, used_fft, linear in (
        (MNIST, 150945, 145845, 176545, 171445, 176545),
        (TETROMINOES, 150524, 145424, 176124, 171024, 176124),
    ):
        for readout in FEW:
            yield Printed(Architecture("nwm", *images, readout=readout), last, used_last)
        yield Printed(Architecture("nwm", *images, readout="fft"), fft, used_fft)
        yield Printed(Architecture("nwm", *images, readout="linear"), linear, linear)


def _unets() -> Iterator[Printed]:
    for width, count in ((2, 30745), (3, 68834), (4, 122071), (5, 190456)):
        yield Printed(Architecture("unet", *MNIST, unet_width=width), count, count)


def parameters() -> float:
    """Networks of Tables 1, 2 and 4, 35 in all, of which one of three counts is not the paper's.

    By formula as released, by formula without what is not read, and of the network as it is built.
    """
    return float(sum(_differs(printed) for printed in printed_counts()))


def _differs(printed: Printed) -> bool:
    architecture, released, used = printed
    built = sum(values.numel() for values in build(architecture, seed=0).parameters())
    found = (architecture.parameters(), architecture.parameters("used"), built)
    return found != (released, used, released)


FUNCTIONS: dict[str, Callable[[], float]] = {"W01": parameters}
