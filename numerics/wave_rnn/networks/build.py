"""A network from its architecture and a seed."""

from __future__ import annotations

from numerics.torch_networks import started_by
from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.cnn import CNN
from numerics.wave_rnn.networks.conv_lstm import ConvLSTM
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.networks.starts import start_position, start_stiffness
from numerics.wave_rnn.networks.unet import UNet

Network = WaveNetwork | ConvLSTM | CNN | UNet

KINDS: dict[str, type[Network]] = {
    "nwm": WaveNetwork,
    "conv_lstm": ConvLSTM,
    "cnn": CNN,
    "unet": UNet,
}
GAINS = {"identity": 1.0, "twice": 2.0}


def build(architecture: Architecture, seed: int) -> Network:
    """Return the network, from images (B, C_in, H, W) to logits (B, N, H, W).

    Parameters
    ----------
    architecture : Architecture
    seed : int
        Of the start weights; torch's random numbers go on undisturbed.

    Examples
    --------
    >>> network = build(Architecture("cnn", channels_in=1, classes=11), seed=0)
    >>> sum(p.numel() for p in network.parameters())
    160499
    """
    with started_by(seed):
        network = KINDS[architecture.model](architecture)
        if isinstance(network, WaveNetwork) and architecture.omega_start in GAINS:
            start_stiffness(network.stiffness, GAINS[architecture.omega_start])
        position = network.position if isinstance(network, WaveNetwork | ConvLSTM) else None
        if position is not None and architecture.position_start == "kaiming":
            start_position(position)
    return network
