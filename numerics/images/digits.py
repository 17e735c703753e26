"""Handwritten digits of 8 x 8 pixels, shipped with scikit-learn: no download."""

import xarray as xr

from numerics.images.image_set import image_set


def digits() -> xr.Dataset:
    """Digits 0 to 9, 1797 images of 8 x 8 pixels in [0, 1] (counts 0 to 16, divided by 16).

    Returns
    -------
    Dataset
        `image` (sample, y, x) and `label` (sample,).

    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI (1998), its
    test set, as in `sklearn.datasets.load_digits`.

    Examples
    --------
    >>> dict(digits().sizes)
    {'sample': 1797, 'y': 8, 'x': 8}
    """
    import sklearn
    from sklearn.datasets import load_digits

    loaded = load_digits()
    return image_set(
        loaded.images / 16.0,
        loaded.target,
        name="digits",
        class_names=[str(name) for name in loaded.target_names],
        source={
            "source": "sklearn.datasets.load_digits",
            "version": sklearn.__version__,
            "divided_by": 16,
        },
    )
