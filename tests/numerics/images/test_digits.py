"""The digits of scikit-learn."""

import json

import numpy as np

from numerics.images import digits


def test_digits():
    """1797 images of 8 x 8; the class counts are those of the data set's description."""
    images = digits()
    assert dict(images.sizes) == {"sample": 1797, "y": 8, "x": 8}
    assert np.bincount(images.label).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert float(images.image.min()) == 0.0
    assert float(images.image.max()) == 1.0
    # Counts 0..16 over 16: each value is a sixteenth, exactly.
    assert (images.image * 16 == (images.image * 16).round()).all()
    assert images.image.values[0, 0].tolist() == [v / 16 for v in [0, 0, 5, 13, 9, 1, 0, 0]]
    assert images.attrs["name"] == "digits"
    assert json.loads(images.attrs["class_names"]) == [str(d) for d in range(10)]
    assert json.loads(images.attrs["provenance"])[0]["divided_by"] == 16
