"""What parts of latents decode to, what encoders say, and the half of the images that was kept back."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.latent_basis.subject import Encoding
from numerics.latent_basis.truncation import complement, first_set_part, truncated
from numerics.schema import quantity
from validation.latent_basis.draws import drawn_for
from validation.latent_basis.known import Known
from validation.latent_basis.ladders import KEPT
from validation.latent_basis.preparing import QR
from validation.latent_basis.setting import Setting

DECODED = 10_000  # latents, about, that each part of is decoded: small sets are drawn several times


def parts(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return the accuracy of the classifier on parts of latents, and numbers of the encoding."""
    encoding = k.subject.encoded(k.material.test_images)
    numbers = {
        "mean_decode": (
            float((k.subject.labels_of(encoding.mean)[0] == k.material.test_labels).mean()),
            "accuracy of the classifier on decoded means",
        ),
        "mean_deviation": (float(encoding.deviation.mean()), "mean sigma"),
        "mean_of_means": (float(encoding.mean.mean()), "mean of mu"),
        "mean_square": (float(np.square(encoding.mean).sum(axis=1).mean()), "mean |mu|^2"),
        "divergence": (divergence(encoding), "KL to N(0, I), nats"),
    }
    whole = {
        name: quantity(value, [], name=name, long_name=long_name)
        for name, (value, long_name) in numbers.items()
    }
    whole["other_half"] = _other_half(setting, k, seed, network)
    return xr.Dataset(whole | _decoded(setting, k, encoding, seed, network))


def _decoded(
    setting: Setting, k: Known, encoding: Encoding, seed: int, network: str
) -> dict[str, xr.DataArray]:
    """Return what whole latents, parts of them and truncated ones decode to, the same noise for all."""
    draws = min(setting.config.trials, -(-DECODED // len(encoding)))
    generator = drawn_for("parts", setting, seed, network)
    latents = np.concatenate([encoding.draw(generator) for _ in range(draws)])
    labels, basis = np.tile(k.material.test_labels, draws), k.bases[QR]
    kept = [r for r in KEPT if r <= len(basis)]
    inside = first_set_part(basis, latents)

    def accuracy(values: np.ndarray) -> float:
        return float((k.subject.labels_of(values)[0] == labels).mean())

    share = np.square(inside).sum() / np.square(latents).sum()
    numbers = {
        "encode_decode_same": (accuracy(latents), "accuracy of the classifier, the same latents"),
        "first_part": (accuracy(inside), "the same of the first set's part"),
        "complement": (accuracy(complement(basis, latents)), "the same of what is left of it"),
        "first_set_energy": (float(share), "share of |z|^2 in the first set"),
    }
    found = {
        name: quantity(value, [], name=name, long_name=long_name)
        for name, (value, long_name) in numbers.items()
    }
    found["truncated"] = quantity(
        [accuracy(truncated(basis, latents, r)) for r in kept],
        ["kept"],
        name="truncated",
        long_name="accuracy of the classifier on truncated latents",
        coords={"kept": kept},
    )
    return found


def divergence(encoding: Encoding) -> float:
    """Return KL(N(mu, sigma^2) || N(0, I)) of an image, on average; nan where sigma is zero."""
    if not encoding.deviation.all():
        return float("nan")
    squares = encoding.deviation**2
    return float((squares + encoding.mean**2 - 1 - np.log(squares)).sum(axis=1).mean() / 2)


def _other_half(setting: Setting, k: Known, seed: int, network: str) -> xr.DataArray:
    """Return how well labels of the other half of the training images are read."""
    encoding = k.subject.encoded(k.material.images[k.other_half])
    labels = k.material.labels[k.other_half]
    generator = drawn_for("half B", setting, seed, network)
    latents = [encoding.draw(generator) for _ in range(setting.config.trials)]
    return quantity(
        [
            np.mean([(rule.ranks(z, labels) == 1).mean() for z in latents])
            for rule in k.rules.values()
        ],
        ["way"],
        name="other_half",
        long_name="accuracy on the half of the training images that was kept back",
        coords={"way": list(k.rules)},
    )
