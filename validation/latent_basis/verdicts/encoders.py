"""Claims on encoders: their means, noisy images, and whether they invert the generator."""

from __future__ import annotations

import numpy as np
import xarray as xr

from validation import results
from validation.latent_basis.findings import LINEAR, RELEASE
from validation.latent_basis.setting import Setting
from validation.latent_basis.verdicts.chance import difference_error, listed, spread, surely
from validation.verdicts import CONSISTENT, OPEN, REFUTED, Row

LEFT = 0.5  # of the release head's shift: if less is left with a linear one, it is the head's


def shifted(result: xr.DataTree, setting: Setting) -> Row:
    """The mean of mu for both heads."""
    claim = "encoded latents are Gaussian with shifted mean, by nature of variational encoders"
    parts = results.dataset(result, "observed/parts")
    names = set(parts["network"].values.tolist())
    if not {LINEAR, RELEASE} <= names:
        told = "both heads are needed: --head both" if names & {LINEAR, RELEASE} else "own networks"
        return [claim, OPEN, f"{told}; mean of mu {spread(parts['mean_of_means'])}"]
    mean = parts["mean_of_means"]
    # entries of one image may all lean on one another: images alone count
    squares = parts["mean_square"] / setting.source.latent_size
    error = np.sqrt(squares / int(result["/setup"].attrs["test_images"])) * surely(mean.size)
    least, most = (abs(mean) - error).clip(min=0), abs(mean) + error
    there = float(least.sel(network=RELEASE).min())
    gone = float(most.sel(network=LINEAR).max()) < LEFT * there
    there_too = float(least.sel(network=LINEAR).min()) > LEFT * float(
        most.sel(network=RELEASE).max()
    )
    word = REFUTED if gone else CONSISTENT if there_too and there > 0 else OPEN
    why = ", whose BatchNorm and LeakyReLU cut off one side" if gone else ""
    linear, release = (spread(mean.sel(network=name)) for name in (LINEAR, RELEASE))
    return [
        claim,
        word,
        f"mean of mu {release} with the release head{why}, {linear} with a linear one",
    ]


def denoises(result: xr.DataTree) -> Row:
    """Noisy images: the classifier against decoded and truncated means."""
    from validation.latent_basis.looks import NOISY

    seen = results.dataset(result, "observed/noisy").mean(["seed", "network"])
    images = min(NOISY, int(result["/setup"].attrs["test_images"]))
    gain = seen["truncated"] - seen["classifier"]
    error = difference_error(seen["truncated"], seen["classifier"], images=images)
    helps = bool((gain > surely(gain.size) * error).any())
    hurts = bool((gain < -surely(gain.sizes["noise"]) * error).all("kept").any())
    nearer = seen["truncated_correlation"].max("kept") - seen["correlation"]
    told = {
        CONSISTENT: "truncation helps",
        REFUTED: "it costs more than it cleans",
        OPEN: "nothing that so many images could tell from zero",
    }
    word = CONSISTENT if helps else REFUTED if hurts else OPEN
    return [
        "truncation denoises and keeps the identity",
        word,
        f"noise {listed(seen['noise'])}: accuracy of the best truncation minus that of the classifier on "
        f"the noisy images {listed(gain.max('kept'))}: {told[word]}; pixel correlation with the clean "
        f"image {listed(nearer)}",
    ]


def inverse(result: xr.DataTree) -> Row:
    """Correlation of an image with its decoded mean, against those of its label."""
    from validation.latent_basis.looks import NOISY

    seen = results.dataset(result, "observed/noisy").mean("seed")
    images = min(NOISY, int(result["/setup"].attrs["test_images"]))
    own, other, mean = (seen[name] for name in ("own", "other_decoded", "class_mean"))
    far = surely(own.size)
    near = bool((own - mean > far * correlation_error(own, mean, images)).all())
    nearer = bool((own - other > far * correlation_error(own, other, images)).all())
    off = bool((own - mean < -far * correlation_error(own, mean, images)).any())
    word = REFUTED if off else CONSISTENT if near and nearer else OPEN
    told = {
        REFUTED: "what is decoded is more its label than the image",
        CONSISTENT: "what is decoded is the image, beyond its label",
        OPEN: "not apart by what so many images can tell",
    }[word]
    return [
        "the encoder approximates the inverse of the generator",
        word,
        f"pixel correlation of an image with its own decoded mean {spread(own)}, with another's of its label "
        f"{spread(other)}, with the mean image of its label {spread(mean)}: {told}",
    ]


def correlation_error(first: xr.DataArray, second: xr.DataArray, images: int) -> xr.DataArray:
    """Return at least the standard error of a difference of two mean correlations.

    No number from -1 to 1 of mean m has a variance above 1 - m^2; of one image the two correlations do
    not move against each other.
    """
    return ((2 - first**2 - second**2) / images) ** 0.5
