"""Fashion-MNIST as a stream: clothes of 28 x 28 pixels."""

from numerics.images.fashion_mnist import BASE_URL, FASHION_MNIST
from numerics.images.idx_set import read_images
from numerics.images.stream import ImageStream
from numerics.images.streams.sliced import array_stream


def fashion_mnist(split: str = "train", *, base_url: str = BASE_URL) -> ImageStream:
    """60,000 training or 10,000 test images of 28 x 28 pixels, as bytes.

    From the sub-folder `fashion` of the folder that MODEWISE_DATA names, or downloaded once from
    `base_url`; the label file is not needed. Source and checksums: `numerics.images.fashion_mnist`.

    Raises
    ------
    ArgumentError
        On an unknown split, and a file that is missing, altered or unreachable.
    """
    images, files = read_images(FASHION_MNIST, split, base_url)
    source = {"source": "fashion_mnist", "split": split, "files": files}
    return array_stream(
        images, scale=None, name="fashion_mnist", given="fashion_mnist", source=source
    )
