"""Claims on labels that are read off amplitudes, against those of decoded images."""

from __future__ import annotations

import xarray as xr

from validation import results
from validation.latent_basis.check_table import DIGITS, FASHION, MNIST
from validation.latent_basis.findings import RELEASE
from validation.latent_basis.preparing import NEAREST, QR, SYMMETRIC
from validation.latent_basis.setting import Setting
from validation.latent_basis.verdicts.chance import difference_error, listed, spread, surely
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, SHARPENED, Row

FEW = 0.98  # of the images: "98 to 99 %"
KEPT, GUESSED = 0.04, 0.06  # of accuracy, as LB42 and LB42b ask: a label that is kept, that is gone
NEAR = 0.05  # of accuracy, from the paper's numbers
PAPER = {"read": 0.92, "decoded": 0.94}


def _trials(result: xr.DataTree) -> xr.Dataset:
    return results.dataset(result, "observed/trials").mean(["trial", "seed"])


def _images(result: xr.DataTree) -> int:
    return int(result["/setup"].attrs["test_images"])


def few_directions(result: xr.DataTree, setting: Setting) -> Row:
    """The winner's set, the energy of the first set, and what its part decodes to."""
    claim = "98 to 99 % of the data need l directions only"
    trials, parts = _trials(result), results.dataset(result, "observed/parts")
    each = results.array(result, "observed/trials", "first_set_wins").sel(basis=QR).mean("trial")
    wins = each.mean("seed")
    error = difference_error(wins, images=_images(result))
    told = (
        f"the largest magnitude lies in the first set for {spread(each)} of the images, which holds "
        f"{spread(parts['first_set_energy'])} of |z|^2; decoded alone it keeps the label for "
        f"{spread(parts['first_part'])}, the rest for {spread(parts['complement'])}"
    )
    if bool((wins - FEW < -surely(wins.size) * error).any()):
        return [claim, REFUTED, told]
    if float(parts["first_set_energy"].min()) >= FEW:
        return [claim, REPRODUCED, f"{told}: little is left for other directions"]
    label = _label_lives_there(trials, parts.mean("seed"), setting, _images(result))
    end = "the label lives in l dimensions, the image does not" if label else "the image needs more"
    return [claim, SHARPENED, f"{told}: {end}"]


def _label_lives_there(
    trials: xr.Dataset, parts: xr.Dataset, setting: Setting, images: int
) -> bool:
    """Return whether the first set's part keeps the label, and the rest has lost it."""
    whole, first, rest = trials["encode_decode"], parts["first_part"], parts["complement"]
    far = surely(2 * whole.size)
    lost = whole - first - far * difference_error(whole, first, images=images)
    left = rest - 1 / setting.labels - far * difference_error(rest, images=images)
    return bool((lost <= KEPT).all() and (left <= GUESSED).all())


def paper_numbers(result: xr.DataTree, setting: Setting) -> Row:
    """The paper's 92 and 94 % of ten digits, release head."""
    claim = "largest amplitude 92 %, encode-decode-classify 94 %"
    if setting.name not in (DIGITS, MNIST, FASHION):
        return [
            claim,
            OPEN,
            "the paper's numbers are of ten digits: they are not asked of own images or networks",
        ]
    trials = results.dataset(result, "observed/trials").mean("trial")
    if RELEASE not in trials["network"]:
        return [claim, OPEN, "the release head was left out"]
    here = trials.sel(network=RELEASE)
    read, decoded = here["ranks"].sel(basis=QR, rank=1), here["encode_decode"]
    near = (
        abs(float(read.mean()) - PAPER["read"]) <= NEAR
        and abs(float(decoded.mean()) - PAPER["decoded"]) <= NEAR
    )
    return [
        claim,
        REPRODUCED if near else OPEN,
        f"release head: {spread(read)} and {spread(decoded)}{_moved(read, _images(result))}"
        + ("" if near else "; other images and networks have other numbers"),
    ]


def _moved(read: xr.DataArray, images: int) -> str:
    """Return what is to be said of the scatter from seed to seed, where it is seen."""
    low, high = read.min(), read.max()
    apart = float(high - low)
    seen = apart > surely(read.size) * float(difference_error(low, high, images=images))
    return f"; the first moves by {100 * apart:.1f} points from seed to seed" if seen else ""


def below(result: xr.DataTree) -> Row:
    """The symmetric set with signs, on the same latents, against encode-decode-classify."""
    claim = "reading amplitudes stays below encode-decode-classify: the dominant directions carry not all"
    trials = _trials(result)
    network = RELEASE if RELEASE in trials["network"] else str(trials["network"].values[0])
    here = trials.sel(network=network)
    said, decoded = here["accuracy"], here["encode_decode"]
    best = said.sel(way=f"{SYMMETRIC} signed")
    gain = float(best - decoded)
    error = float(difference_error(best, decoded, images=_images(result)))
    word, told = OPEN, "the last two are not apart by what so many images can tell"
    if gain > surely(1) * error:
        word, told = SHARPENED, "the loss is one of the basis and the rule"
    elif gain < -surely(1) * error:
        word, told = CONSISTENT, "no basis or rule makes up for it"
    return [
        claim,
        word,
        f"{network}, same latents: Gram-Schmidt and magnitude {float(said.sel(way='qr absolute')):.3f}, "
        f"nearest mean {float(said.sel(way=NEAREST)):.3f}, symmetric and signed {float(best):.3f}, decoded "
        f"{float(decoded):.3f}: {told}",
    ]


def top_four(result: xr.DataTree) -> Row:
    """Top-4 against the classifier, both bases and heads."""
    claim = "the label is among the four largest as often as the classifier is right"
    trials = _trials(result)
    if trials.sizes["rank"] <= 4:
        return [
            claim,
            OPEN,
            f"of {trials.sizes['rank']} vectors every one is among the four largest",
        ]
    four = trials["ranks"].sel(rank=4)
    classifier = results.array(result, "setup", "classifier_accuracy").mean("seed")
    off = four - classifier
    error = difference_error(four, classifier, images=_images(result))
    apart = bool((abs(off) > surely(off.size) * error).any())
    told = f"top-4 minus the classifier's accuracy is {spread(off)} over networks and bases"
    end = "no law ties them" if apart else "nothing that so many images could tell from zero"
    return [claim, REFUTED if apart else CONSISTENT, f"{told}: {end}"]


def more_terms(result: xr.DataTree) -> Row:
    """Accuracy by number of terms: a fall from one number to the next, or a rise over all."""
    parts = results.array(result, "observed/parts", "truncated").mean("seed")
    kept = parts["kept"].values.tolist()
    less, more = parts.isel(kept=slice(None, -1)), parts.shift(kept=-1).isel(kept=slice(None, -1))
    falls = less - more > surely(less.size) * difference_error(less, more, images=_images(result))
    first, last = parts.isel(kept=0, drop=True), parts.isel(kept=-1, drop=True)
    error = difference_error(first, last, images=_images(result))
    rises = bool((last - first > surely(first.size) * error).all())
    word = REFUTED if bool(falls.any()) else CONSISTENT if rises else OPEN
    told = {
        REFUTED: f"a fall from {_where(falls, kept)}",
        CONSISTENT: "a rise, and no fall that so many images could tell from none",
        OPEN: "neither a fall nor a rise that so many images could tell",
    }[word]
    said = "; ".join(
        f"{name}: {listed(parts.sel(network=name))}" for name in parts["network"].values
    )
    return [
        "more terms, more of the identity",
        word,
        f"accuracy with {', '.join(map(str, kept))} terms, {said}: {told}",
    ]


def _where(falls: xr.DataArray, kept: list[int]) -> str:
    steps = [
        f"{kept[i]} to {kept[i + 1]} ({name})"
        for name in falls["network"].values
        for i in range(falls.sizes["kept"])
        if bool(falls.sel(network=name).isel(kept=i))
    ]
    return ", ".join(steps)
