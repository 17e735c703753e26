"""Wave networks that do not do what is said of them: put in place of what a run uses."""

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.network import StruckNetwork, WaveNetwork

FASTER = 1.03
BEGIN, OBSERVE, STRIKE = WaveNetwork.__init__, StruckNetwork.observe, StruckNetwork.__init__


def faster(self, drums, time_steps, form="velocity_verlet", **more):
    """Waves that are 3 % faster on the network's grids."""
    quick = [Drum(drum.free, drum.spacing, FASTER * drum.speed) for drum in drums]
    BEGIN(self, quick, time_steps, form, **more)


def later(self, drums, time_steps, form="velocity_verlet", **more):
    """Time steps that are 3 % longer than what is said."""
    BEGIN(self, drums, [FASTER * step for step in time_steps], form, **more)


def noisy(size):
    """Return an observation that hears noise of some size over the drums."""

    def observe(self):
        heard = OBSERVE(self)
        return heard + size * np.random.default_rng(0).normal(size=heard.shape)

    return observe


def elsewhere(self, network, displacements, nodes):
    """Listen one node further on."""
    STRIKE(self, network, displacements, [(x, y + 1) for x, y in nodes])
