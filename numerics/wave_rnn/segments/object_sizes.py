"""How large the objects of masks are: the longer sides of their bounding boxes."""

import numpy as np
from scipy import ndimage


def extents(present: np.ndarray) -> np.ndarray:
    """Longer side (M,) of the bounding box of the True pixels of each mask (M, H, W), in px.

    Examples
    --------
    >>> extents(np.array([[[0, 1, 1], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]], dtype=bool))
    array([2, 0])
    """
    sides = []
    for axis in (1, 2):
        lines = np.any(present, axis=axis)
        last = lines.shape[1] - lines[:, ::-1].argmax(axis=1)
        sides.append(np.where(lines.any(axis=1), last - lines.argmax(axis=1), 0))
    return np.maximum(*sides)


def connected_extents(masks: np.ndarray) -> tuple[float, float]:
    """Smallest and largest object of masks (M, H, W): connected pixels of one class, corners included.

    Examples
    --------
    >>> connected_extents(np.array([[[1, 0, 2, 2], [0, 1, 0, 0]]]))
    (2.0, 2.0)
    """
    # Nothing hangs together from one image to the next.
    within_an_image = np.zeros((3, 3, 3), dtype=bool)
    within_an_image[1] = True
    sides = []
    for label in np.flatnonzero(np.bincount(masks.ravel())[1:]) + 1:
        found, _ = ndimage.label(masks == label, structure=within_an_image)
        boxes = ndimage.find_objects(found)
        sides += [max(s.stop - s.start for s in box[1:]) for box in boxes if box is not None]
    return float(min(sides)), float(max(sides))
