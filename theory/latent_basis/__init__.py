"""Labels in the latent space of a generator: class means, orthogonal sets, and the law of an accuracy.

`normal` holds the normal law and exact expectations, `bases` orthonormal bases in symbols. `class_means`
says what binds the means of the latents of each label, `half_space` how long they can be, `argmax_labels`
what they are in the ideal case; `orthogonal` what orthogonalisation leaves of them, `repeated_means` of
those that come again, `release_norm` how they are scaled. `printed_operators` are those of the paper,
`plane_rotations` and `reflections` those that move a latent from label to label. `energy` is the
bookkeeping of amplitudes, `classification` the chance that the label's amplitude is the largest, `trials`
the scatter of an accuracy. `linear_control` is the case in which every number is known.
"""

from theory.latent_basis.argmax_labels import (
    argmax_means,
    argmax_spectrum,
    greatest_of,
)
from theory.latent_basis.bases import (
    mirror_basis,
)
from theory.latent_basis.class_means import (
    mean_of_samples,
    mean_rank,
    total_expectation,
)
from theory.latent_basis.classification import (
    amplitude_covariance,
    chance_integrand,
    chance_of_noise,
    equal_noise,
    slope_at_zero,
    two_in_size,
    two_signed,
    two_with_noise,
)
from theory.latent_basis.energy import (
    best_terms,
    kept_energy_density,
    kept_energy_of_two,
    parseval,
    set_energy,
    truncation_error,
)
from theory.latent_basis.half_space import (
    half_space_bound,
    half_space_mean,
    integration_by_parts,
    soft_half_space,
)
from theory.latent_basis.linear_control import (
    cosine_of_the_mean,
    energy_share,
    perfect_encoding,
    rank_one_success,
    turned_class,
)
from theory.latent_basis.normal import (
    density,
    distribution,
)
from theory.latent_basis.orthogonal import (
    best_orthogonal_set,
    even_completion,
    gram_matrix,
    gram_schmidt,
    residual_norms,
    residual_square,
    simplex_limit,
    symmetric_cosine,
    symmetric_orthogonalisation,
)
from theory.latent_basis.plane_rotations import (
    disjoint_planes,
    generator,
    generator_cube,
    group_law,
    label_cycle,
    plane_rotation,
    planes_that_share,
    quarter_turn,
    tour,
    turn,
)
from theory.latent_basis.printed_operators import (
    matrix_unit,
    matrix_units,
    printed_angles,
    printed_operator,
    rank_one,
    sum_of_projectors,
)
from theory.latent_basis.reflections import (
    label_swap,
    minimal_rotation,
    minimal_turn,
    mirror,
)
from theory.latent_basis.release_norm import (
    constant_share,
    constant_shares,
    entry_spread,
    greatest_release_norm,
    least_release_norm,
)
from theory.latent_basis.repeated_means import (
    leverage,
    overlap,
    repeated_leverage,
    residual_noise,
)
from theory.latent_basis.trials import (
    count_chances,
    rank_of_the_label,
    scatter_bound,
    trial_variance,
)

__all__ = [
    "amplitude_covariance",
    "argmax_means",
    "argmax_spectrum",
    "best_orthogonal_set",
    "best_terms",
    "chance_integrand",
    "chance_of_noise",
    "constant_share",
    "constant_shares",
    "cosine_of_the_mean",
    "count_chances",
    "density",
    "disjoint_planes",
    "distribution",
    "energy_share",
    "entry_spread",
    "equal_noise",
    "even_completion",
    "generator",
    "generator_cube",
    "gram_matrix",
    "gram_schmidt",
    "greatest_of",
    "greatest_release_norm",
    "group_law",
    "half_space_bound",
    "half_space_mean",
    "integration_by_parts",
    "kept_energy_density",
    "kept_energy_of_two",
    "label_cycle",
    "label_swap",
    "least_release_norm",
    "leverage",
    "matrix_unit",
    "matrix_units",
    "mean_of_samples",
    "mean_rank",
    "minimal_rotation",
    "minimal_turn",
    "mirror",
    "mirror_basis",
    "overlap",
    "parseval",
    "perfect_encoding",
    "plane_rotation",
    "planes_that_share",
    "printed_angles",
    "printed_operator",
    "quarter_turn",
    "rank_of_the_label",
    "rank_one",
    "rank_one_success",
    "repeated_leverage",
    "residual_noise",
    "residual_norms",
    "residual_square",
    "scatter_bound",
    "set_energy",
    "simplex_limit",
    "slope_at_zero",
    "soft_half_space",
    "sum_of_projectors",
    "symmetric_cosine",
    "symmetric_orthogonalisation",
    "total_expectation",
    "tour",
    "trial_variance",
    "truncation_error",
    "turn",
    "turned_class",
    "two_in_size",
    "two_signed",
    "two_with_noise",
]
