"""MNIST as a stream: handwritten digits of 28 x 28 pixels."""

from numerics.images.idx_set import read_images
from numerics.images.mnist import BASE_URL, MNIST
from numerics.images.stream import ImageStream
from numerics.images.streams.sliced import array_stream


def mnist(split: str = "train", *, base_url: str = BASE_URL) -> ImageStream:
    """60,000 training or 10,000 test images of 28 x 28 pixels, as bytes.

    From the folder that MODEWISE_DATA names, or downloaded once from `base_url`; the label file is
    not needed. Source and checksums: `numerics.images.mnist`.

    Raises
    ------
    ArgumentError
        On an unknown split, and a file that is missing, altered or unreachable.
    """
    images, files = read_images(MNIST, split, base_url)
    source = {"source": "mnist", "split": split, "files": files}
    return array_stream(images, scale=None, name="mnist", given="mnist", source=source)
