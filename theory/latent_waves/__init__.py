"""Waves in the sorted spectra of image sets: why the ring moves, and what its equations are worth.

`energy` is the bookkeeping that moves the ring: every frame uses up one frequency; `counting` says
at which radius (`front_law`), `phase_space` what objects on an empty ground change of it,
`transport` which equation that is, `width` how far finitely many
images smear it. `equations` are objects u_t = sum c u^a d_x^k u; `gauge` says what units do to them,
`well_posedness` whether they can be run forwards; `known_equations` holds exact solutions, each a
`Solution`. `autoencoder` bounds what a network can keep of the film.

Three functions have the name of their module and are found there: ``transport.transport``,
``width.width``, ``well_posedness.well_posedness``.
"""

from theory.latent_waves import transport, well_posedness, width
from theory.latent_waves.autoencoder import (
    bias_is_the_mean,
    capture,
    captured,
    loss_bound,
    loss_of_projection,
    projector,
    rank_bound,
    reconstruction,
)
from theory.latent_waves.counting import (
    area_law,
    cosine_count,
    diamond_count,
    disc_area,
    front_law,
    front_radius,
    lattice_count,
    quarter_disc,
)
from theory.latent_waves.energy import (
    amplitude_bound,
    cosine_spikes,
    double_stochasticity,
    energies,
    front_bound,
    ring_capacity,
)
from theory.latent_waves.equations import (
    Equation,
    Term,
    jet,
    total_derivative,
)
from theory.latent_waves.gauge import (
    gauge_scaling,
    gauge_shift,
    scale_factor,
    scaled,
    shifted,
)
from theory.latent_waves.known_equations import (
    ADVECTION,
    BURGERS,
    KDV,
    MKDV,
    advection,
    burgers,
    cole_hopf,
    korteweg_de_vries,
    mixture,
    modified_korteweg_de_vries,
    travelling_family,
)
from theory.latent_waves.phase_space import (
    area_fraction,
    fraction_bound,
    front_of_objects,
    local_radius,
)
from theory.latent_waves.rotations import rotation
from theory.latent_waves.solution import Solution
from theory.latent_waves.transport import ideal_film, mode_transport, radial_rate
from theory.latent_waves.well_posedness import (
    WellPosedness,
    diffusive_energy,
    dispersive_energy,
)
from theory.latent_waves.width import (
    lorentzian,
    lorentzian_share,
    mode_overlap,
    narrow_overlap,
    power_spectrum,
    radial_width,
)

__all__ = [
    "ADVECTION",
    "BURGERS",
    "KDV",
    "MKDV",
    "Equation",
    "Solution",
    "Term",
    "WellPosedness",
    "advection",
    "amplitude_bound",
    "area_fraction",
    "area_law",
    "bias_is_the_mean",
    "burgers",
    "capture",
    "captured",
    "cole_hopf",
    "cosine_count",
    "cosine_spikes",
    "diamond_count",
    "diffusive_energy",
    "disc_area",
    "dispersive_energy",
    "double_stochasticity",
    "energies",
    "fraction_bound",
    "front_bound",
    "front_law",
    "front_of_objects",
    "front_radius",
    "gauge_scaling",
    "gauge_shift",
    "ideal_film",
    "jet",
    "korteweg_de_vries",
    "lattice_count",
    "local_radius",
    "lorentzian",
    "lorentzian_share",
    "loss_bound",
    "loss_of_projection",
    "mixture",
    "mode_overlap",
    "mode_transport",
    "modified_korteweg_de_vries",
    "narrow_overlap",
    "power_spectrum",
    "projector",
    "quarter_disc",
    "radial_rate",
    "radial_width",
    "rank_bound",
    "reconstruction",
    "ring_capacity",
    "rotation",
    "scale_factor",
    "scaled",
    "shifted",
    "total_derivative",
    "transport",
    "travelling_family",
    "well_posedness",
    "width",
]
