"""Image sets: with labels as datasets, without them as streams of grey blocks.

Every function of this page returns an `xarray.Dataset`: `image` (sample, y, x) or (sample, y, x, channel),
`label` (sample,) from 0 to p-1, and the attributes `name`, `class_names` and `provenance` (JSON).

    pure_cosines, cosine_sums                    exactly solvable sets
    shapes, white_noise_and_cosine               small sets with modes of many frequencies
    digits, mnist                                handwritten digits
    fashion_mnist                                clothes
    cifar10                                      photographs, in colour
    from_file                                    .npz, .npy, .nc, or a folder of pictures
    grey, average_pool, subtract_mean, first, select_classes
                                                 options, each recorded in the provenance

Without labels, grey, and of any number, images come as an `ImageStream`:

    stream_of                                    from arrays, files, folders, functions
    streams.digits, streams.mnist, ...           named sets, see `numerics.images.streams`
"""

from numerics.images import streams
from numerics.images.cifar10 import cifar10
from numerics.images.digits import digits
from numerics.images.fashion_mnist import fashion_mnist
from numerics.images.mnist import mnist
from numerics.images.options import average_pool, first, grey, select_classes, subtract_mean
from numerics.images.pure_cosines import cosine_sums, pure_cosines
from numerics.images.shapes import shapes
from numerics.images.stream import ImageStream
from numerics.images.streams import stream_of
from numerics.images.user_files import from_file
from numerics.images.white_noise import white_noise_and_cosine

__all__ = [
    "ImageStream",
    "average_pool",
    "cifar10",
    "cosine_sums",
    "digits",
    "fashion_mnist",
    "first",
    "from_file",
    "grey",
    "mnist",
    "pure_cosines",
    "select_classes",
    "shapes",
    "stream_of",
    "streams",
    "subtract_mean",
    "white_noise_and_cosine",
]
