"""Travelling waves in recurrent networks: what they do to a segmentation, said before and then measured.

A network whose hidden state obeys a damped, nonlinear wave equation on the pixels' lattice reads the class
of every pixel off the history of its oscillation. Its step is a law that is solved exactly where it is
linear: how fast waves travel, how far they reach, where they are stopped and whether they stay bounded is
said of the start and of the trained kernel before the network is run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from validation.checks import Check
from validation.experiment import Case
from validation.wave_rnn.check_table import CASES, CHECKS


@dataclasses.dataclass(frozen=True)
class Config:
    """Which images, which networks, and how they are trained; None stands for the default of the set."""

    dataset: str = "small_tetrominoes"
    """small_tetrominoes, polygons, tetrominoes, mnist or multi_mnist; or the path of own images and masks:
    .npz, .nc, or a folder with the folders images and masks. The paper's sets train with --preset paper."""
    images: int | None = None
    """Training images. Default: the paper's number; 4000 of small_tetrominoes; all of an own set."""
    binarise: bool = False
    """Give networks images of 0 and 1 instead of grey ones, of mnist."""
    threshold: float | None = None
    """Share of white above which a pixel of an enlarged digit is white, of multi_mnist. Default: 50/255, as
    released; the paper has 0.5."""
    release: bool = False
    """Follow the release where it departs from what is recommended: multi_mnist draws all three sets from
    the same digits, mnist is divided by torch's permutation of seed 42, a checkpoint counts as better only
    by .001 of loss."""
    model: tuple[Literal["nwm", "conv_lstm", "cnn", "unet"], ...] = ("nwm", "cnn")
    """Networks that run side by side: the wave network, and what it is compared with."""
    readout: tuple[Literal["linear", "fft", "mean", "last", "max", "real"], ...] | None = None
    """How the history of a hidden state is read, of nwm and conv_lstm: fft is the amplitudes of its Fourier
    transform, real their real parts. Default: linear fft mean last; and max with --preset quick or paper."""
    frequencies: int | None = None
    """Rows K of the readouts linear, fft and real; of the last two the lowest frequencies. Default:
    T//2 + 1 of T steps, as released; the paper has T//2."""
    head: tuple[int, ...] | None = None
    """Widths of the hidden layers of the network at each pixel, of all but unet. Default: the release's 256
    256 256 where the paper's text has two; 32 32 of small_tetrominoes and own sets; five of 32 of
    multi_mnist."""
    depth: tuple[int, ...] = (2,)
    """Layers of each cnn."""
    bottleneck: tuple[Literal["release", "no_relu", "wide"], ...] = ("release",)
    """What a cnn narrows to: two channels behind a ReLU, two without it, or eight."""
    channels: tuple[int, ...] = (2,)
    """Channels of each unet's first level."""
    radius: int = 1
    """Radius r of the kernel of nwm, 2 r + 1 wide."""
    steps: int | None = None
    """Steps T of a recurrent network. Default: the paper's; 16 of small_tetrominoes."""
    time_step: float | None = None
    """Time step of the wave network. Default: 0.1; 0.6 of small_tetrominoes."""
    stiffness: Literal["default", "identity", "twice"] | None = None
    """Where the stiffness of nwm starts: as torch's layers do, at the image, or at twice the image.
    Default: as torch's layers do; twice of small_tetrominoes."""
    damping: Literal["relu", "softplus"] = "relu"
    """Last function of the damping's encoder; behind softplus no damping can die."""
    lstm_input: Literal["own", "image"] = "own"
    """What conv_lstm is given at each step: its own output, as released, or the image, as printed; its
    hidden state is then what is read."""
    seeds: int | None = None
    """Networks of each kind, from --seed on. Default: 3; 1 with --preset quick; 10 with --preset paper."""
    seed: int = 0
    """Seed of the first networks: start weights and order of the images."""
    updates: int | None = None
    """Updates of the weights. Default: 1200 of small_tetrominoes and own sets; the paper's 300 epochs."""
    batch: int | None = None
    """Images an update. Default: 16 of small_tetrominoes and own sets; 64."""
    learning_rate: float | None = None
    """Of Adam; its peak where it cycles. Default: 0.005 of small_tetrominoes and own sets; 0.001."""
    schedule: Literal["constant", "one_cycle"] | None = None
    """Course of the learning rate. Default: one_cycle of small_tetrominoes and own sets; constant."""
    wave_rate: float | None = None
    """Learning rate of kernel, stiffness and damping of nwm, in that of all others. Default: 0.1 of
    small_tetrominoes and own sets, with which training is steady; 1."""
    clip: float | None = None
    """Largest norm of a gradient; what is longer is shortened. Default: none."""
    watch: int | None = None
    """Judge networks every so many updates, and measure the wavelengths of recurrent ones. Default: judge
    four times, measure never."""
    weights: str | None = None
    """Own trained weights of the one network that the options name: a state dict of torch, .pt or .pth."""
    mixed_precision: bool = False
    """Train in half precision where the device does."""
    processes: int = 2
    """Networks trained at a time, each by a process of its own; the result is the same."""
    preset: Literal["quick", "standard", "paper"] = "standard"
    """How much is run: stored weights; training of small_tetrominoes in minutes; the paper's scale."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    """Where networks train."""


class WaveRnnExperiment:
    """The experiment `wave_rnn`."""

    name: ClassVar[str] = "wave_rnn"
    summary: ClassVar[str] = (
        "travelling waves segment images: their speed, reach and walls predicted, then the networks run"
    )
    config_type: ClassVar[type] = Config
    cases: ClassVar[Mapping[str, str]] = CASES
    checks: ClassVar[tuple[Check, ...]] = CHECKS
    claims: ClassVar[tuple[str, ...]] = (
        "wave_rnn.linear_step",
        "wave_rnn.mode_map",
        "wave_rnn.undamped_mode",
        "wave_rnn.undamped_dispersion",
        "wave_rnn.continuum",
        "wave_rnn.long_waves",
        "wave_rnn.unit_circle",
        "wave_rnn.price_of_advection",
        "wave_rnn.conserved",
        "wave_rnn.tanh_balance",
        "wave_rnn.modified_hamiltonian",
        "wave_rnn.history_bound",
        "wave_rnn.harmonic_balance",
        "wave_rnn.slowing",
        "wave_rnn.leading_amplitude",
        "wave_rnn.airy_front",
        "wave_rnn.matching",
        "wave_rnn.total_reflection",
        "wave_rnn.linear_readout",
        "wave_rnn.stationary_answer",
        "wave_rnn.accuracy_twice",
        "wave_rnn.space_difference",
        "wave_rnn.time_difference",
        "wave_rnn.tanh_difference",
    )

    def case(self, config: Config) -> Case:
        """Return the case that the configuration names."""
        from validation.wave_rnn.case import WaveRnnCase
        from validation.wave_rnn.setting import setting_of

        return WaveRnnCase(setting_of(config))

    def verifications(self) -> Mapping[str, Callable[[], float]]:
        """Return the functions of `validation.wave_rnn.verification`, by their check's id."""
        from validation.wave_rnn.verification import FUNCTIONS

        return FUNCTIONS


EXPERIMENT = WaveRnnExperiment
