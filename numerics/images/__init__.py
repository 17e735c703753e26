"""Image sets with labels, in one form: made from cosines, shipped, downloaded, or the user's own.

Every function returns an `xarray.Dataset`: `image` (sample, y, x) or (sample, y, x, channel),
`label` (sample,) from 0 to p-1, and the attributes `name`, `class_names` and `provenance` (JSON).

    pure_cosines, cosine_sums                    exactly solvable sets
    digits, mnist                                handwritten digits
    from_file                                    .npz, .npy, .nc, or a folder of pictures
    grey, average_pool, subtract_mean, first     options, each recorded in the provenance
"""

from numerics.images.digits import digits
from numerics.images.mnist import mnist
from numerics.images.options import average_pool, first, grey, subtract_mean
from numerics.images.pure_cosines import cosine_sums, pure_cosines
from numerics.images.user_files import from_file

__all__ = [
    "average_pool",
    "cosine_sums",
    "digits",
    "first",
    "from_file",
    "grey",
    "mnist",
    "pure_cosines",
    "subtract_mean",
]
