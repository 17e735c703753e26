"""What the checks of a case found, from the tree."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr

from numerics.latent_basis.label_means import mean_square_bound
from validation import results
from validation.checks import Finding, Missing, NotRun, findings_where
from validation.ladder import UNEXPLAINED
from validation.latent_basis import check_table as table
from validation.latent_basis.decoding import RAW
from validation.latent_basis.ladders import CLASSES, ENERGY, JOINT, LAW, RANKS, TRANSPORT
from validation.latent_basis.preparing import QR, SYMMETRIC
from validation.latent_basis.setting import Setting

LINEAR, RELEASE = "linear head", "release head"
FEW_TRIALS, LONG = 20, 30
EXACT = 1e-9  # of an accuracy: rounding


def of_case(result: xr.DataTree, setting: Setting) -> dict[str, Finding]:
    """Return a finding for each check of the case, but where its bar is not stated for the options."""
    found: dict[str, Finding | Callable[[], Finding]] = {
        **json.loads(result["/setup"].attrs["control"]),
        **_of_means(result, setting),
        "LB38b": lambda: joint_missed(result),
        "LBN2": lambda: energy_missed(result),
        "LB39": lambda: _scatter(result),
        "LB46": lambda: _branch_left(result),
    }
    if setting.name != table.OWN:  # how far scores of own networks depend on one another is open
        found |= {
            "LB56" if setting.name == table.MNIST else "LB38": lambda: law_missed(result),
            "LBN1": lambda: ranks_missed(result),
            "LBN3": lambda: results.ladder(result, TRANSPORT).largest(UNEXPLAINED),
        }
    if setting.name == table.DIGITS:
        found |= _of_digits(result, setting)
    if setting.name == table.MNIST:
        found |= _of_mnist(result, setting)
    conditions = {
        table.STATED: setting.is_stated,
        table.LONG: setting.source.latent_size >= LONG,
        "20 trials or more": setting.config.trials >= FEW_TRIALS,
    }
    return findings_where(table.CHECKS, conditions, found)


def _of_means(result: xr.DataTree, setting: Setting) -> dict[str, Finding | Callable[[], Finding]]:
    """Return what class means of random latents are asked, whatever made them."""
    setup = results.dataset(result, "setup")
    rows = setup["mean"].isel(vector=slice(setting.labels, None))
    if not rows.sizes["vector"]:
        nothing = NotRun("one set of means: none of random latents")
        return {"LB14": nothing, "LB44": nothing}
    whole = rows.sizes["vector"] >= setting.labels
    return {
        "LB14": lambda: beyond_bound(setup, rows, setting),
        "LB44": (lambda: _furthest(zero_sum(setup, rows, setting)))
        if whole
        else NotRun("no whole set of random means"),
    }


def beyond_bound(setup: xr.Dataset, rows: xr.DataArray, setting: Setting) -> float:
    """Return |m|^2 minus its bound and twice the noise of the mean, the worst of all means."""
    labels = rows["vector"].values % setting.labels
    shares = setup["share"].transpose("seed", "network", "label").values
    sizes = (rows**2).sum("latent").transpose("seed", "network", "vector").values
    noise = 2 * setting.source.latent_size / setting.each
    return float((sizes - mean_square_bound(shares)[..., labels] - noise).max())


def zero_sum(setup: xr.Dataset, rows: xr.DataArray, setting: Setting) -> np.ndarray:
    """Return |sum p eta| of pooled random means over its standard error, whole sets alone, per seed."""
    sets = rows.sizes["vector"] // setting.labels
    # all networks of a seed have the same generator
    whole = rows.isel(vector=slice(None, sets * setting.labels), network=0).values
    pooled = whole.reshape(len(whole), sets, setting.labels, -1).mean(axis=1)
    shares = setup["share"].isel(network=0).values
    left = np.linalg.norm(np.einsum("sl,slm->sm", shares, pooled), axis=1)
    size = setting.source.latent_size * np.square(shares).sum(axis=1) / (setting.each * sets)
    return left / np.sqrt(size)


def law_missed(result: xr.DataTree) -> float:
    """Return the conditional law's distance from the mean of the trials, in its bar, worst rule."""
    said, trials = (results.dataset(result, g) for g in ("forecast", "observed/trials"))
    chosen = [way for way in table.OF_LAW if way in trials["way"]]
    missed = abs(trials["accuracy"].mean("trial") - said[LAW]).sel(way=chosen)
    errors = said["trial_deviation"].sel(way=chosen) / math.sqrt(trials.sizes["trial"])
    return float((missed / (4 * errors + table.INDEPENDENCE)).max())


def ranks_missed(result: xr.DataTree) -> float:
    """Return what the conditional law misses of the share of labels among the r largest, in its bar."""
    ladder = results.ladder(result, RANKS)
    law = ladder.rung(LAW)
    said = results.dataset(result, "forecast")
    trials = results.dataset(result, "observed/trials").sizes["trial"]
    # images' own probabilities scatter less than coins that all have their mean
    errors = np.sqrt(law * (1 - law) / (said.sizes["sample"] * trials))
    missed = abs(ladder.difference(UNEXPLAINED))
    return float((missed / (4 * errors + table.INDEPENDENCE)).max())


def energy_missed(result: xr.DataTree) -> float:
    """Return what is missed of the energy that amplitudes keep, in standard errors of both draws."""
    trials = results.dataset(result, "observed/trials")
    parts = 1 / trials.sizes["trial"] + 1 / float(
        results.array(result, "forecast", "joint_draws").min()
    )
    errors = trials["energy"].std("trial", ddof=1) * np.sqrt(parts)
    missed = abs(results.ladder(result, ENERGY).difference(UNEXPLAINED))
    return float((missed / (errors + EXACT)).max())


def joint_missed(result: xr.DataTree) -> float:
    """Return the joint law's distance from the mean of the trials in standard errors of both, worst rule."""
    said, trials = (results.dataset(result, g) for g in ("forecast", "observed/trials"))
    missed = abs(trials["accuracy"].mean("trial") - said[JOINT])
    parts = 1 / trials.sizes["trial"] + 1 / said["joint_draws"]
    # where every image is read for certain there is no error, and nothing may be missed
    return float((missed / (said["trial_deviation"] * np.sqrt(parts) + EXACT)).max())


def deviation_ratio(result: xr.DataTree) -> np.ndarray:
    """Return the standard deviation over the trials over the predicted one, all rules of the law.

    Rules of which less than one image changes from trial to trial have no scatter to speak of.
    """
    said, trials = (results.dataset(result, g) for g in ("forecast", "observed/trials"))
    ways = list(table.OF_LAW)
    found = trials["accuracy"].sel(way=ways).std("trial", ddof=1).values
    predicted = said["trial_deviation"].sel(way=ways).values
    scatter = predicted * trials.sizes["sample"] >= 1
    return found[scatter] / predicted[scatter]


def _scatter(result: xr.DataTree) -> Finding:
    ratios = deviation_ratio(result)
    if not ratios.size:
        return NotRun("the law has less than one image change from trial to trial")
    return _furthest(ratios)


def _furthest(values: np.ndarray) -> float:
    values = np.asarray(values)
    return float(values[abs(values - 1).argmax()])


def _branch_left(result: xr.DataTree) -> Finding:
    """Return what differs between images of one branch of the rank-one operator, in that of its inputs."""
    tours = results.dataset(result, "observed/tours")
    left = tours["branch_diversity"].sel(operator="rank one").max("target")
    share = left / tours["start_branch_diversity"]
    if not bool(np.isfinite(share).all()):
        return Missing("fewer than two latents of the first label on a branch")
    return float(share.max())


def _of_digits(result: xr.DataTree, setting: Setting) -> Mapping[str, Callable[[], Finding]]:
    seen = _Seen(result, setting)
    return {
        "LB30": lambda: seen.least(seen.setup["classifier_accuracy"]),
        "LB31": lambda: seen.least(seen.setup["share"]),
        "LB31b": lambda: seen.most(seen.setup["share"]),
        "LB31c": lambda: seen.least(seen.setup["confidence"]),
        "LB32": lambda: seen.least(seen.mean("encode_decode"), LINEAR),
        "LB32b": lambda: seen.least(seen.mean("encode_decode"), RELEASE),
        "LB33": lambda: seen.least(seen.accuracy("symmetric signed")),
        "LB34": lambda: seen.least(seen.accuracy("qr absolute"), RELEASE),
        "LB35": lambda: seen.least(seen.top(SYMMETRIC, 4)),
        "LB36": lambda: seen.least(
            seen.accuracy("symmetric signed") - seen.accuracy("qr absolute"), LINEAR
        ),
        "LB37": lambda: seen.least(seen.mean("first_set_wins")),
        "LB40": lambda: seen.most(
            abs(seen.classes() - seen.parts["other_half"]).sel(way="qr absolute")
        ),
        "LB41": lambda: seen.most(
            abs(seen.classes().sel(way="qr absolute") - seen.accuracy("qr absolute"))
        ),
        "LB42": lambda: seen.most(abs(seen.parts["first_part"] - seen.parts["encode_decode_same"])),
        "LB42b": lambda: seen.most(abs(seen.parts["complement"] - 1 / setting.labels)),
        "LB43": lambda: seen.least(seen.matches(QR, 1)),
        "LB43b": lambda: seen.most(seen.matches(QR, 3)),
        "LB45": lambda: seen.least(seen.transported("mean shift"), LINEAR),
        "LB45b": lambda: seen.least(seen.transported("minimal rotation"), LINEAR),
        "LB48": lambda: seen.least(seen.decoded["matches"].sel(way=RAW).sum("vector")),
    } | ({"LB47": seen.unlabelled_divergence} if setting.source.trains_unlabelled else {})


def _of_mnist(result: xr.DataTree, setting: Setting) -> Mapping[str, Callable[[], Finding]]:
    seen = _Seen(result, setting)
    return {
        "LB50": lambda: seen.least(seen.setup["classifier_accuracy"]),
        "LB51": lambda: seen.least(seen.mean("encode_decode"), RELEASE),
        "LB51b": lambda: seen.least(seen.mean("encode_decode"), LINEAR),
        "LB52": lambda: seen.least(seen.accuracy("qr absolute"), RELEASE),
        "LB53": lambda: seen.least(seen.accuracy("symmetric signed"), RELEASE),
        "LB53b": lambda: seen.least(seen.accuracy("symmetric signed"), LINEAR),
        "LB54": lambda: seen.least(seen.top(QR, 4), RELEASE),
        "LB54b": lambda: seen.least(seen.top(SYMMETRIC, 4)),
        "LB55": lambda: seen.least(seen.mean("first_set_wins")),
        "LB57": lambda: seen.least(seen.matches(QR, 1) + seen.matches(QR, 2), RELEASE),
        "LB57b": lambda: seen.least(seen.matches(QR, 1) + seen.matches(QR, 2), LINEAR),
        "LB57c": lambda: seen.most(seen.later_matches(4, 10)),
        "LB58": lambda: seen.furthest(seen.residual_ratio("residual_closed")),
        "LB58b": lambda: seen.furthest(seen.residual_ratio("residual_simulated")),
        "LB59": lambda: seen.most(seen.parts["first_set_energy"], RELEASE),
    }


class _Seen:
    """Arrays of a result, and the worst of them over seeds and networks."""

    def __init__(self, result: xr.DataTree, setting: Setting):
        self._result = result
        self._labels = setting.labels
        self.setup = results.dataset(result, "setup")
        self.trials, self.parts, self.decoded = (
            results.dataset(result, f"observed/{name}") for name in ("trials", "parts", "decoded")
        )

    def mean(self, name: str) -> xr.DataArray:
        return self.trials[name].mean("trial")

    def accuracy(self, way: str) -> xr.DataArray:
        return self.mean("accuracy").sel(way=way, drop=True)

    def top(self, method: str, rank: int) -> xr.DataArray:
        return self.mean("ranks").sel(basis=method, rank=rank)

    def classes(self) -> xr.DataArray:
        return results.array(self._result, "forecast", CLASSES)

    def matches(self, way: str, number: int) -> xr.DataArray:
        """Return how many vectors of a set, counted from 1, show their label."""
        rows = slice((number - 1) * self._labels, number * self._labels)
        return self.decoded["matches"].sel(way=way).isel(vector=rows).sum("vector")

    def later_matches(self, first: int, last: int) -> xr.DataArray:
        """Return the mean of `matches` over sets, the last among them."""
        numbers = range(first, last + 1)
        return xr.concat([self.matches(QR, n) for n in numbers], "set").mean("set")

    def transported(self, operator: str) -> xr.DataArray:
        rate = results.array(self._result, "observed/transport", "rate")
        return rate.sel(operator=operator).mean(["label", "target"])

    def residual_ratio(self, law: str) -> xr.DataArray:
        """Return the sum of squared residuals from k = 2 l on over that of a law."""
        said = results.array(self._result, "forecast", law)
        found = results.array(self._result, "observed/residuals", "squares")
        rows = slice(2 * self._labels, None)
        return found.isel(vector=rows).sum("vector") / said.isel(vector=rows).sum("vector")

    def unlabelled_divergence(self) -> Finding:
        return self.most(results.array(self._result, "observed/unlabelled", "divergence"))

    def least(self, values: xr.DataArray, network: str | None = None) -> Finding:
        return self._of(values, network, lambda x: float(x.min()))

    def most(self, values: xr.DataArray, network: str | None = None) -> Finding:
        return self._of(values, network, lambda x: float(x.max()))

    def furthest(self, values: xr.DataArray) -> Finding:
        return _furthest(values.values.ravel())

    def _of(
        self, values: xr.DataArray, network: str | None, worst: Callable[[xr.DataArray], float]
    ) -> Finding:
        if network is None:
            return worst(values)
        if network not in values["network"].values:
            return NotRun(f"--head leaves the {network} out")
        return worst(values.sel(network=network))
