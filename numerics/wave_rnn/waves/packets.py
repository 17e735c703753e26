"""A packet of waves on a chain with a jump of omega: how much of its energy comes back (3.8)."""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.wave_rnn.waves.boundary import jump_reflection
from numerics.wave_rnn.waves.dispersion import dispersion, group_velocity
from numerics.wave_rnn.waves.kernels import LAPLACIAN, checked_time_step
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Packet:
    """A one-way packet exp(-(x - x0)^2/(2 sigma^2)) cos k(x - x0), 6 sigma left of the jump.

    Parameters
    ----------
    from_stiffness, to_stiffness : float
        omega left and right of the middle of the chain.
    k : float
        Radians per site, in (0, pi).
    sigma : float
        Width in sites.
    sites : int
        Length of the circular chain.
    time_step : float
        dt.

    Raises
    ------
    ArgumentError
        If the chain is shorter than 24 sigma, or k is not in (0, pi).
    """

    from_stiffness: float
    to_stiffness: float
    k: float
    sigma: float = 80.0
    sites: int = 4000
    time_step: float = 0.1

    def __post_init__(self):
        checked_time_step(self.time_step)
        if not 0 < self.k < np.pi:
            raise ArgumentError("k", self.k, "must be between 0 and pi", "choose 1.0, say")
        if self.sites < 24 * self.sigma:
            raise ArgumentError(
                "sites", self.sites, "must be at least 24 sigma", "take a longer chain"
            )

    @property
    def middle(self) -> int:
        """First site right of the jump."""
        return self.sites // 2

    def stiffness(self) -> np.ndarray:
        """Return omega(x), (sites,)."""
        right = np.arange(self.sites) >= self.middle
        return np.where(right, self.to_stiffness, self.from_stiffness)

    def start(self) -> tuple[np.ndarray, np.ndarray]:
        """Return y_0 and z_0 = (y_0 - y_{-1})/dt; y_{-1} is every component turned back by theta."""
        away = np.arange(self.sites) - (self.middle - 6 * self.sigma)
        y = np.exp(-(away**2) / (2 * self.sigma**2)) * np.cos(self.k * away)
        waves = 2 * np.pi * np.fft.rfftfreq(self.sites)
        pull = self.from_stiffness + 4 * np.sin(waves / 2) ** 2
        theta = dispersion(pull, 0.0, self.time_step).frequency * self.time_step
        before = np.fft.irfft(np.fft.rfft(y) * np.exp(1j * theta), self.sites)
        return y, (y - before) / self.time_step

    def steps(self) -> int:
        """Return the steps in which it runs 12 sigma at its group velocity."""
        velocity = group_velocity(LAPLACIAN, self.from_stiffness, 0.0, self.time_step, self.k, 0.0)[
            0
        ]
        return round(12 * self.sigma / velocity / self.time_step)


def reflected_energy(packet: Packet) -> float:
    """Step the packet and return its energy left of the jump, after over before.

    The energy is the local density of Q (section 3.4).
    """
    omega, dt = packet.stiffness(), packet.time_step
    y, z = packet.start()
    before = _density(y, z, omega, dt)[: packet.middle].sum()
    for _ in range(packet.steps()):
        z -= dt * _force(y, omega)
        y += dt * z
    return float(_density(y, z, omega, dt)[: packet.middle].sum() / before)


def band_average(packet: Packet) -> float:
    """Return |R(k)|^2 averaged over the packet's energy spectrum, which spans some 1/sigma.

    Near the cut-off |R|^2 changes within the packet, and its energy follows this average.
    """
    y, _ = packet.start()
    waves = 2 * np.pi * np.fft.rfftfreq(packet.sites)[1:-1]
    pull = packet.from_stiffness + 4 * np.sin(waves / 2) ** 2
    energy = np.abs(np.fft.rfft(y)[1:-1]) ** 2 * pull * (1 - packet.time_step**2 * pull / 4)
    reflected = np.abs(jump_reflection(packet.from_stiffness, packet.to_stiffness, waves)) ** 2
    return float(np.average(reflected, weights=energy))


def _force(y: np.ndarray, omega: np.ndarray) -> np.ndarray:
    force = (2 + omega) * y
    force[1:] -= y[:-1]
    force[:-1] -= y[1:]
    force[0] -= y[-1]
    force[-1] -= y[0]
    return force


def _density(y: np.ndarray, z: np.ndarray, omega: np.ndarray, dt: float) -> np.ndarray:
    force = _force(y, omega)
    return z**2 + y * force - dt * z * force
