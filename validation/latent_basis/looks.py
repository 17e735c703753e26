"""Further looks at latents: their densities, their sorted amplitudes, linearity of the nets, noisy images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.latent_basis.linearity import SCALES, EffectiveLinearity, effective_linearity
from numerics.latent_basis.reconstruction import noisy_inputs, reconstruction
from numerics.latent_basis.subject import Subject
from numerics.schema import quantity
from validation.latent_basis.draws import drawn_for
from validation.latent_basis.preparing import QR
from validation.latent_basis.setting import Setting

if TYPE_CHECKING:
    from validation.latent_basis.known import Known

EDGES = np.linspace(-5, 5, 101)
RANDOM = 20_000  # latents, for the densities
PLACES = 3  # of the label: first, second, third
PAIRS = 20  # of each two labels
NOISE = (0.3, 0.6, 1.0)  # in half the contrast of the images
NOISY = 2000  # test images
KEPT = (1, 4, 10)


def densities(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return densities of the latents' entries, label by label: encoded test images, random latents."""
    generator = drawn_for("pictures", setting, seed, network)
    encoding = k.subject.encoded(k.material.test_images)
    random = generator.standard_normal((RANDOM, setting.source.latent_size))
    sets = {
        "encoded": (encoding.draw(generator), k.material.test_labels),
        "random": (random, k.subject.labels_of(random)[0]),
    }
    names = list(setting.source.label_names)
    middles = (EDGES[1:] + EDGES[:-1]) / 2
    parts = {}
    for name, (latents, labels) in sets.items():
        values = np.full((len(names), len(middles)), np.nan)
        for label in range(len(names)):
            entries = latents[labels == label].ravel()
            if entries.size:
                counts, _ = np.histogram(entries, EDGES)
                values[label] = counts / entries.size / np.diff(EDGES)
        parts[name] = quantity(
            values,
            ["label", "value"],
            name=name,
            long_name=f"density of the entries of {name} latents",
            coords={"label": names, "value": middles},
        )
    return xr.Dataset(parts)


def profiles(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return sorted magnitudes over the largest, for images whose label is first, second, third.

    And the densities of the second, third and fourth of them, as the paper's Fig 6 has it.
    """
    basis, labels = k.bases[QR], k.material.test_labels
    encoding = k.subject.encoded(k.material.test_images)
    latents = encoding.draw(drawn_for("pictures", setting, seed, network))
    sizes = np.sort(np.abs(basis.amplitudes(latents)), axis=1)[:, ::-1]
    sizes = sizes / sizes[:, :1]
    ranks = k.rules[f"{QR} absolute"].ranks(latents, labels)
    edges = np.linspace(0, 1, 41)
    middles = (edges[1:] + edges[:-1]) / 2
    shown = min(4, len(basis))
    profile = np.full((PLACES, len(basis)), np.nan)
    spread = np.full((PLACES, shown - 1, len(middles)), np.nan)
    counts = np.array([int((ranks == place).sum()) for place in range(1, PLACES + 1)])
    for place in range(PLACES):
        chosen = sizes[ranks == place + 1]
        if len(chosen):
            profile[place] = chosen.mean(axis=0)
            for rank in range(1, shown):
                spread[place, rank - 1], _ = np.histogram(chosen[:, rank], edges, density=True)
    places = {"set": ["1st", "2nd", "3rd"]}
    return xr.Dataset(
        {
            "profile": quantity(
                profile,
                ["set", "rank"],
                name="profile",
                long_name="mean magnitude over the largest",
                coords=places | {"rank": np.arange(1, len(basis) + 1)},
            ),
            "images": quantity(
                counts,
                ["set"],
                name="images",
                long_name="images whose label has that rank",
                coords=places,
            ),
            "density": quantity(
                spread,
                ["set", "rank", "value"],
                name="density",
                long_name="density of a magnitude over the largest",
                coords=places | {"rank": np.arange(2, shown + 1), "value": middles},
            ).rename(rank="kept"),
        }
    )


def linearity(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return how far the generator is from linear between labels, and one that has learnt nothing."""
    encoding = k.subject.encoded(k.material.test_images)
    latents = encoding.draw(drawn_for("linearity", setting, seed, network))
    untrained = setting.source.untrained(seed)
    found = [_linearity(setting, subject, k, latents, seed) for subject in (k.subject, untrained)]
    names = list(setting.source.label_names)
    ways = {"way": ["trained", "untrained"]}
    nothing = np.full((len(SCALES), len(names), len(names)), np.nan)
    return xr.Dataset(
        {
            "relative": quantity(
                [nothing if x is None else x.relative for x in found],
                ["way", "distance", "label", "target"],
                name="relative",
                long_name="deviation from the chord over half of it",
                coords=ways | {"distance": list(SCALES), "label": names, "target": names},
            ),
            "overall": quantity(
                [nothing[:, 0, 0] if x is None else x.overall for x in found],
                ["way", "distance"],
                name="overall",
                long_name="deviation from the chord over half of it, all pairs",
                coords=ways | {"distance": list(SCALES)},
            ),
            "order": quantity(
                [np.nan if x is None else x.order for x in found],
                ["way"],
                name="order",
                long_name="order of the deviation in the distance",
                coords=ways,
            ),
        }
    )


def _linearity(
    setting: Setting, subject: Subject | None, k: Known, latents: np.ndarray, seed: int
) -> EffectiveLinearity | None:
    if subject is None:
        return None
    return effective_linearity(
        subject.decoded,
        latents,
        k.material.test_labels,
        pairs=PAIRS,
        generator=drawn_for("linearity", setting, seed),
    )


def noisy(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return what encoding, decoding and truncation make of noisy images, and of clean ones."""
    generator = drawn_for("noisy images", setting, seed, network)
    tests, labels = k.material.test_images[:NOISY], k.material.test_labels[:NOISY]
    kept = [r for r in KEPT if r <= len(k.bases[QR])]
    contrast = (k.material.images.max() - k.material.images.min()) / 2
    noises = [float(contrast * noise) for noise in NOISE]
    found = noisy_inputs(k.subject, k.bases[QR], tests, labels, noises, kept, generator)
    clean = reconstruction(k.subject, tests, labels, generator)
    noise = {"noise": list(NOISE)}
    both = noise | {"kept": kept}
    whole: dict[str, tuple[Any, list[str], dict[str, Any], str]] = {
        "classifier": (found.classifier, ["noise"], noise, "accuracy of the classifier"),
        "mean_decode": (found.decoded, ["noise"], noise, "accuracy on decoded means"),
        "truncated": (found.truncated, ["noise", "kept"], both, "accuracy on truncated means"),
        "correlation": (
            found.correlations,
            ["noise"],
            noise,
            "pixel correlation of the noisy image with the clean one",
        ),
        "decoded_correlation": (
            found.decoded_correlations,
            ["noise"],
            noise,
            "pixel correlation of the decoded mean with the clean image",
        ),
        "truncated_correlation": (
            found.truncated_correlations,
            ["noise", "kept"],
            both,
            "pixel correlation of the decoded truncated mean with the clean image",
        ),
        "own": (clean.own, [], {}, "pixel correlation of an image with its decoded mean"),
        "other_decoded": (clean.other_decoded, [], {}, "with that of another of its label"),
        "other_real": (clean.other_real, [], {}, "with another image of its label"),
        "class_mean": (clean.class_mean, [], {}, "with the mean image of its label"),
    }
    return xr.Dataset(
        {
            name: quantity(values, dims, name=name, long_name=long_name, coords=coords)
            for name, (values, dims, coords, long_name) in whole.items()
        }
    )
