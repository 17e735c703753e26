"""Grey images without labels, as streams of blocks: named sets, and whatever holds images.

Every function returns an `ImageStream`; its methods are `first`, `selected`, `permuted_pixels` and
`average_pooled`.

    stream_of                       arrays, dask arrays, files, folders of pictures, functions
    digits, mnist                   handwritten digits
    fashion_mnist                   clothes
    cifar10                         photographs of things
    eurosat                         satellite pictures
    stl10                           photographs of things, 96 x 96 pixels
    pcam                            microscope pictures of tissue
    photographs                     patches of two photographs
    gaussian                        nothing but a power spectrum
"""

from numerics.images.stream import ImageStream
from numerics.images.streams.cifar10 import cifar10
from numerics.images.streams.digits import digits
from numerics.images.streams.eurosat import eurosat
from numerics.images.streams.fashion_mnist import fashion_mnist
from numerics.images.streams.gaussian import gaussian
from numerics.images.streams.mnist import mnist
from numerics.images.streams.pcam import pcam
from numerics.images.streams.photographs import photographs
from numerics.images.streams.pixel_form import grey_bytes
from numerics.images.streams.stl10 import stl10
from numerics.images.streams.stream_of import stream_of

__all__ = [
    "ImageStream",
    "cifar10",
    "digits",
    "eurosat",
    "fashion_mnist",
    "gaussian",
    "grey_bytes",
    "mnist",
    "pcam",
    "photographs",
    "stl10",
    "stream_of",
]
