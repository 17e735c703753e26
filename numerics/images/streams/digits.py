"""Handwritten digits of 8 x 8 pixels, shipped with scikit-learn."""

import numpy as np

from numerics.images.stream import ImageStream
from numerics.images.streams.sliced import array_stream


def digits() -> ImageStream:
    """All 1797 digits of 8 x 8 pixels, counts 0 to 16 as bytes, with the scale 1/16.

    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI (1998), its
    test set, as in `sklearn.datasets.load_digits`.

    Examples
    --------
    >>> digits()
    ImageStream(name='digits', shape=(8, 8), count=1797, scale=0.0625)
    """
    import sklearn
    from sklearn.datasets import load_digits

    return array_stream(
        load_digits().images.astype(np.uint8),
        scale=1 / 16,
        name="digits",
        given="digits",
        source={"source": "sklearn.datasets.load_digits", "version": sklearn.__version__},
    )
