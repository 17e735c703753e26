"""Verdicts of latent_basis on small trees of known numbers: every word, on what it depends, what it says."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from scipy.stats import binom, chi2, norm

from validation.latent_basis.check_table import CONTROL, DIGITS, FASHION, MNIST, OWN
from validation.latent_basis.decoding import DECODED, RAW
from validation.latent_basis.findings import LINEAR, RELEASE
from validation.latent_basis.looks import EDGES, KEPT, NOISE, RANDOM
from validation.latent_basis.preparing import METHODS, NEAREST, QR
from validation.latent_basis.transporting import OPERATORS
from validation.latent_basis.verdicts import encoders, reading, table
from validation.latent_basis.verdicts.chance import (
    RARE,
    difference_error,
    rate_of_guesses,
    surely,
    too_many,
)
from validation.latent_basis.verdicts.encoders import correlation_error
from validation.latent_basis.verdicts.vectors import false_alarms
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, SHARPENED

IMAGES, TRIALS, ALL = 450, 3, slice(None)
TERMS = (1, 2, 3, 4, 10)
WAYS = [f"{method} {what}" for method in METHODS for what in ("absolute", "signed")] + [NEAREST]
SCALES = (1.0, 0.5, 0.25)
HEADS = (LINEAR, RELEASE)


class Tree:
    """Arrays of a run by group, all seeds and networks alike, to be changed before they are judged."""

    def __init__(self, name=DIGITS, labels=10, latent=40, vectors=40, networks=HEADS, seeds=2):
        self.setting = SimpleNamespace(
            name=name, labels=labels, vectors=vectors, source=SimpleNamespace(latent_size=latent)
        )
        self.coords = {
            "seed": np.arange(seeds),
            "network": list(networks),
            "label": [str(a) for a in range(labels)],
            "target": [str(a) for a in range(labels)],
            "way": WAYS,
            "basis": list(METHODS),
            "rank": np.arange(1, vectors + 1),
            "noise": list(NOISE),
            "distance": list(SCALES),
            "operator": list(OPERATORS),
            "value": (EDGES[1:] + EDGES[:-1]) / 2,
        }
        self.sizes = {"trial": TRIALS, "vector": vectors}
        self.groups = {}
        self._fill()

    def _fill(self):
        labels, vectors = self.setting.labels, self.setting.vectors
        self.put("setup", "classifier_accuracy", 0.97)
        self.put("setup", "share", 1 / labels, "label")
        decoded = {"way": list(DECODED)}
        self.put("observed/decoded", "matches", 1.0, "way", "vector", **decoded)
        self.put("observed/decoded", "confidence", 0.9, "way", "vector", **decoded)
        self.put("observed/residuals", "signal", 0.0, "vector")
        self["observed/residuals", "signal"][..., : 2 * labels - 1] = 1
        self.put("observed/trials", "accuracy", 0.95, "trial", "way")
        self.put("observed/trials", "ranks", 0.95, "trial", "basis", "rank")
        self.put("observed/trials", "encode_decode", 0.95, "trial")
        self.put("observed/trials", "first_set_wins", 0.99, "trial", "basis")
        for name, value in (("first_part", 0.95), ("complement", 1 / labels)):
            self.put("observed/parts", name, value)
        self.put("observed/parts", "first_set_energy", 0.5)
        self.put("observed/parts", "mean_of_means", 0.0)
        self.put("observed/parts", "mean_square", float(self.setting.source.latent_size))
        terms = {"kept": [r for r in TERMS if r <= vectors]}
        self.put("observed/parts", "truncated", 0.9, "kept", **terms)
        self.put("observed/noisy", "classifier", 0.9, "noise")
        self.put("observed/noisy", "correlation", 0.7, "noise")
        kept = {"kept": list(KEPT)}
        for name in ("truncated", "truncated_correlation"):
            self.put("observed/noisy", name, 0.9, "noise", "kept", **kept)
        for name in ("own", "other_decoded", "class_mean"):
            self.put("observed/noisy", name, 0.8)
        stops = {"target": self.coords["target"][1:]}
        for name in ("rate", "diversity", "branch_diversity"):
            self.put("observed/tours", name, 1.0, "operator", "target", **stops)
        for name in ("start_diversity", "start_branch_diversity"):
            self.put("observed/tours", name, 2.0)
        both = {"way": ["trained", "untrained"]}
        self.put("observed/linearity", "overall", 0.5, "way", "distance", **both)
        self.put("observed/linearity", "order", 2.0, "way", **both)
        dims = ("way", "distance", "label", "target")
        self.put("observed/linearity", "relative", 0.5, *dims, **both)
        noise = np.random.default_rng(0).normal(
            0, 0.01, self["observed/linearity", "relative"].shape
        )
        self["observed/linearity", "relative"].values += noise
        self.put("observed/densities", "random", 0.0, "label", "value")
        self["observed/densities", "random"].values[:] = normal_sample(self, 0)

    def put(self, group, name, value, *dims, **coords):
        dims = ("seed", "network", *dims)
        known = {d: coords.get(d, self.coords.get(d)) for d in dims}
        shape = [self.sizes[d] if known[d] is None else len(known[d]) for d in dims]
        known = {d: x for d, x in known.items() if x is not None}
        array = xr.DataArray(np.full(shape, value), known, dims)
        self.groups.setdefault(group, {})[name] = array

    def __getitem__(self, at):
        return self.groups[at[0]][at[1]]

    def set(self, group, name, value, **where):
        """Put a value where the coordinates say."""
        self[group, name].loc[where] = value
        return self

    def result(self):
        nodes = {f"/{group}": xr.Dataset(arrays) for group, arrays in self.groups.items()}
        nodes["/setup"].attrs["test_images"] = IMAGES
        return xr.DataTree.from_dict(nodes)

    def rows(self):
        """Verdict and evidence of every claim."""
        return {row[0]: row[1:] for row in table(self.result(), self.setting)["rows"]}

    def row(self, start):
        """Verdict and evidence of the claim that starts so."""
        (row,) = (row for claim, row in self.rows().items() if claim.startswith(start))
        return row


def normal_sample(tree, seed):
    """Densities of exact normal numbers, as many as random latents of equal shares have entries."""
    generator = np.random.default_rng(seed)
    array = tree["observed/densities", "random"]
    entries = RANDOM * tree.setting.source.latent_size // tree.setting.labels
    inside = np.diff(norm.cdf(EDGES))
    inside = np.append(inside, 1 - inside.sum())
    counts = generator.multinomial(entries, inside, size=array.shape[:-1])[..., :-1]
    return counts / entries / np.diff(EDGES)


OF_TRIALS, PARTS, NOISY = "observed/trials", "observed/parts", "observed/noisy"
TOURS, LINEARITY, VECTORS = "observed/tours", "observed/linearity", "observed/decoded"
AVERAGES, SPAN, EACH = "averages of latents", "the quasi-eigenvectors span", "each direction"
TWENTY, FEW, PAPER, BELOW = "about ", "98 to 99", "largest amplitude 92", "reading amplitudes"
FOUR, SHIFTED, BOUNDED = "the label is among", "encoded latents", "densities of random"
DENOISES, MORE, ROTATES = "truncation denoises", "more terms", "R rotates"
IMAGES_ROTATE, LINEAR_NETS, INVERSE = "the images rotate", "networks are", "the encoder approx"


def later_sets(share):
    def change(tree):
        array = tree[VECTORS, "matches"].sel(way=QR)
        later = array.isel(vector=slice(30, None))
        later.values[:] = np.arange(later.sizes["vector"]) < share * later.sizes["vector"]
        tree[VECTORS, "matches"].loc[{"way": QR}] = array

    return change


def signals(count):
    def change(tree):
        tree["observed/residuals", "signal"].values[:] = np.arange(tree.setting.vectors) < count

    return change


def values(group, name, value, **where):
    return lambda tree: tree.set(group, name, value, **where)


def both(*changes):
    def change(tree):
        for each in changes:
            each(tree)

    return change


def nothing(tree):
    """As it is."""


def tours(branch, whole):
    """What is left of differences by rank one, in the inputs'."""
    return both(
        values(TOURS, "branch_diversity", 2 * branch, operator="rank one"),
        values(TOURS, "diversity", 2 * whole, operator="rank one"),
    )


def unknown(name):
    """One network of which no two latents are at hand."""
    return values(TOURS, name, np.nan, network=LINEAR)


def trained(deviation, group="relative"):
    return values(LINEARITY, group, deviation, way="trained")


def passing(share):
    """Densities that pass N(0, 1) by a share of it around zero."""

    def change(tree):
        tree["observed/densities", "random"].loc[{"value": slice(-0.6, 0.6)}] *= 1 + share

    return change


CASES = [
    (AVERAGES, nothing, REPRODUCED, "100.0% of the means do, as they are"),
    (AVERAGES, values(VECTORS, "matches", 0, way=RAW, network=LINEAR), REFUTED, "50.0% of the"),
    (EACH, later_sets(0), REFUTED, "no more than guesses do"),
    (EACH, later_sets(0.5), OPEN, "some, more than guesses do"),
    (EACH, nothing, CONSISTENT, "more than guesses do"),
    (TWENTY, nothing, SHARPENED, "at most 2 l - 1 = 19 directions can carry labels"),
    (TWENTY, signals(20), OPEN, "more than 2 l - 1 = 19, but no more than may be false alarms"),
    (TWENTY, signals(22), REFUTED, "2 l - 1 = 19 is no bound"),
    (FEW, nothing, SHARPENED, "the label lives in l dimensions, the image does not"),
    (FEW, values(PARTS, "first_part", 0.7), SHARPENED, "the image needs more"),
    (FEW, values(PARTS, "complement", 0.3), SHARPENED, "the image needs more"),
    (FEW, values(PARTS, "first_set_energy", 0.99), REPRODUCED, "little is left"),
    (FEW, values(OF_TRIALS, "first_set_wins", 0.9, network=LINEAR), REFUTED, "0.9 to 0.99"),
    (PAPER, nothing, REPRODUCED, "release head: 0.95 and 0.95"),
    (PAPER, values(OF_TRIALS, "encode_decode", 0.8), OPEN, "have other numbers"),
    (PAPER, values(OF_TRIALS, "ranks", 0.89, rank=1, seed=0), REPRODUCED, "moves by 6.0 points"),
    (BELOW, nothing, OPEN, "not apart by what so many images can tell"),
    (BELOW, values(OF_TRIALS, "encode_decode", 0.9), SHARPENED, "one of the basis and the rule"),
    (
        BELOW,
        values(OF_TRIALS, "encode_decode", 0.99),
        CONSISTENT,
        "no basis or rule makes up for it",
    ),
    (FOUR, nothing, CONSISTENT, "nothing that so many images could tell from zero"),
    (FOUR, values(OF_TRIALS, "ranks", 0.9, rank=4, network=LINEAR), REFUTED, "no law ties them"),
    (SHIFTED, nothing, OPEN, "mean of mu 0 with the release head, 0 with a linear one"),
    (SHIFTED, values(PARTS, "mean_of_means", 0.7, network=RELEASE), REFUTED, "cut off one side"),
    (SHIFTED, values(PARTS, "mean_of_means", 0.7), CONSISTENT, "0.7 with a linear one"),
    (SHIFTED, values(PARTS, "mean_of_means", 0.7, network=LINEAR), OPEN, "0.7 with a linear one"),
    (BOUNDED, nothing, OPEN, "and 5 are asked"),
    (BOUNDED, passing(0.05), REFUTED, "only their average over labels is N(0, 1)"),
    (DENOISES, nothing, OPEN, "could tell from zero"),
    (DENOISES, values(NOISY, "truncated", 0.97, kept=4, noise=0.6), CONSISTENT, "helps"),
    (DENOISES, values(NOISY, "truncated", 0.8, noise=0.6), REFUTED, "costs more than it cleans"),
    (DENOISES, values(NOISY, "truncated", 0.8, kept=1), OPEN, "could tell from zero"),
    (MORE, nothing, OPEN, "neither a fall nor a rise"),
    (MORE, values(PARTS, "truncated", 0.8, kept=1), CONSISTENT, "a rise, and no fall"),
    (
        MORE,
        values(PARTS, "truncated", 0.8, kept=2, network=LINEAR),
        REFUTED,
        "1 to 2 (linear head)",
    ),
    (
        MORE,
        values(PARTS, "truncated", 0.8, kept=10),
        REFUTED,
        "from 4 to 10 (linear head), 4 to 10 (",
    ),
    (ROTATES, tours(0, 0), REFUTED, "R has rank one and forgets its input"),
    (ROTATES, tours(0.02, 0.02), OPEN, "images of one branch differ by 2.0e-02"),
    (ROTATES, tours(0.8, 0.8), CONSISTENT, "images of one branch differ by 8.0e-01"),
    (ROTATES, tours(np.nan, 0), OPEN, "fewer than two latents of the first label on a branch"),
    (IMAGES_ROTATE, tours(0, 0), REFUTED, "all inputs, of either branch, give one picture"),
    (IMAGES_ROTATE, tours(0, 0.3), REFUTED, "all inputs of a branch give one picture, two in all"),
    (IMAGES_ROTATE, tours(0.02, 0.02), OPEN, "differ by 2.0e-02"),
    (IMAGES_ROTATE, tours(0.8, 0.8), CONSISTENT, "differ by 8.0e-01"),
    (IMAGES_ROTATE, tours(0, np.nan), OPEN, "fewer than two latents"),
    (IMAGES_ROTATE, both(tours(0, 0), unknown("start_diversity")), OPEN, "fewer than two latents"),
    (ROTATES, both(tours(0, 0), unknown("start_branch_diversity")), OPEN, "fewer than two latents"),
    (LINEAR_NETS, nothing, OPEN, "no difference that holds at every distance"),
    (LINEAR_NETS, trained(0.7), REFUTED, "but linearity is not what training brings"),
    (LINEAR_NETS, trained(0.3), CONSISTENT, "nearer to linear"),
    (LINEAR_NETS, trained(0.05, "overall"), REPRODUCED, "linear from label to label"),
    (LINEAR_NETS, values(LINEARITY, "overall", np.nan, way="untrained"), OPEN, "no untrained"),
    (INVERSE, nothing, OPEN, "not apart by what so many images can tell"),
    (INVERSE, values(NOISY, "own", 0.6, network=LINEAR), REFUTED, "more its label than the image"),
    (INVERSE, values(NOISY, "own", 0.99), CONSISTENT, "the image, beyond its label"),
    (
        INVERSE,
        both(values(NOISY, "own", 0.99), values(NOISY, "other_decoded", 0.99)),
        OPEN,
        "not apart",
    ),
]
# words that state a conclusion: none of them in a row that comes out otherwise
CONCLUSIONS = {
    "no more than guesses do": {REFUTED},
    "directions can carry labels": {SHARPENED},
    "is no bound": {REFUTED},
    "the label lives in l dimensions": {SHARPENED},
    "the loss is one of the basis and the rule": {SHARPENED},
    "no law ties them": {REFUTED},
    "cut off one side": {REFUTED},
    "only their average over labels": {REFUTED},
    "costs more than it cleans": {REFUTED},
    "R has rank one": {REFUTED},
    "give one picture": {REFUTED},
    "linearity is not what training brings": {REFUTED},
    "more its label than the image": {REFUTED},
}


@pytest.mark.parametrize(("claim", "change", "word", "said"), CASES)
def test_a_verdict_and_its_words_follow_from_the_numbers(claim, change, word, said):
    """A change of the numbers brings the verdict, and what the row says is what it found."""
    tree = Tree()
    change(tree)
    verdict, told = tree.row(claim)
    assert verdict == word
    assert said in told
    for conclusion, verdicts in CONCLUSIONS.items():
        assert conclusion not in told or verdict in verdicts
    assert "nan" not in told


def test_every_row_comes_out_in_two_ways_at_least():
    """The cases above reach every row but that on the span, and two verdicts of each."""
    for claim in Tree().rows():
        words = {word for start, _, word, _ in CASES if claim.startswith(start)}
        assert len(words) > 1 or claim.startswith(SPAN)


def test_a_full_set_spans_and_a_short_one_does_not():
    """K = M is every full orthogonal set; K < M is not asked."""
    assert Tree().row(SPAN)[0] == CONSISTENT
    assert Tree(vectors=30).row(SPAN) == [OPEN, "30 vectors, M = 40"]


def test_the_control_has_no_verdicts():
    """It has learnt nothing: no rows."""
    assert Tree(CONTROL).rows() == {}


# --- three labels, own networks, other sets ---------------------------------------------------------


def test_own_networks_with_three_labels():
    """One network of another name, l = 3, M = K = 8: all rows, no word on heads that are not there."""
    tree = Tree(OWN, 3, 8, 8, ("own networks",), seeds=1)
    tree.set(LINEARITY, "overall", np.nan, way="untrained")
    tree.set(LINEARITY, "order", np.nan, way="untrained")
    rows = tree.rows()
    assert len(rows) == 16
    assert "about 6 directions give images of their label" in rows
    for verdict, told in rows.values():
        assert verdict
        assert "nan" not in told
        assert "head" not in told
    assert tree.row(PAPER) == [
        OPEN,
        "the paper's numbers are of ten digits: they are not asked of own images or networks",
    ]
    assert tree.row(SHIFTED) == [OPEN, "own networks; mean of mu 0"]
    assert tree.row(EACH)[0] == OPEN, "two vectors beyond the second set tell nothing of guesses"
    assert tree.row(BELOW)[1].startswith("own networks, same latents")


def test_too_few_vectors_decide_nothing():
    """K = 5 = 2 l - 1: no sixth direction to be seen, no third set; of K = 4 all are the four largest."""
    tree = Tree(OWN, 3, 8, 5, ("own networks",), seeds=1)
    assert tree.row(TWENTY) == [OPEN, "5 vectors cannot show that there are no more"]
    assert tree.row(EACH)[0] == OPEN
    few = Tree(OWN, 3, 8, 4, ("own networks",), seeds=1)
    assert few.row(FOUR) == [OPEN, "of 4 vectors every one is among the four largest"]


@pytest.mark.parametrize(
    ("name", "word"),
    [(DIGITS, REPRODUCED), (MNIST, REPRODUCED), (FASHION, REPRODUCED), (OWN, OPEN)],
)
def test_the_papers_numbers_are_asked_of_named_sets(name, word):
    """The same numbers, own images: not asked."""
    assert Tree(name).row(PAPER)[0] == word


def test_one_head_leaves_two_claims_open():
    """The release head alone, the linear one alone."""
    assert "--head both" in Tree(networks=(RELEASE,)).row(SHIFTED)[1]
    assert Tree(networks=(LINEAR,)).row(PAPER) == [OPEN, "the release head was left out"]


# --- what sampling alone can do ---------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_exact_normal_numbers_do_not_pass_the_normal_density(seed):
    """Draws of N(0, 1) itself: not decided, whatever the seed."""
    tree = Tree()
    tree["observed/densities", "random"].values[:] = normal_sample(tree, seed)
    assert tree.row(BOUNDED)[0] == OPEN


def test_few_entries_in_a_far_bin_are_no_evidence():
    """Five of a label's 80 000 entries in a bin of 0.1 near 4.9: 0.03 are expected, normal errors say 20."""
    tree = Tree()
    entries = RANDOM * 40 / 10
    tree["observed/densities", "random"][..., -2] = 5 / entries / 0.1
    expected = entries * (norm.sf(4.8) - norm.sf(4.9))
    assert (5 - expected) / np.sqrt(expected) > 20
    assert tree.row(BOUNDED)[0] == OPEN


NULL = {  # rates that are all 0.95: what verdicts sampling may not bring
    reading.below: {SHARPENED, CONSISTENT},
    reading.top_four: {REFUTED},
    reading.more_terms: {REFUTED, CONSISTENT},
    encoders.denoises: {REFUTED, CONSISTENT},
}
SAMPLED = [
    (OF_TRIALS, "encode_decode"),
    (OF_TRIALS, "accuracy"),
    (OF_TRIALS, "ranks"),
    (PARTS, "truncated"),
    (NOISY, "classifier"),
    (NOISY, "truncated"),
    ("setup", "classifier_accuracy"),
]


def sampled(seed):
    """A tree whose rates are of 450 images each, drawn at 0.95; the same in all trials and seeds."""
    generator = np.random.default_rng(seed)
    tree = Tree(seeds=1)
    for group, name in SAMPLED:
        array = tree[group, name]
        one = array.isel(trial=0) if "trial" in array.dims else array
        drawn = generator.binomial(IMAGES, 0.95, one.shape) / IMAGES
        array.values[:] = xr.DataArray(drawn, dims=one.dims).broadcast_like(array)
    return tree


@pytest.mark.slow
def test_sampling_alone_rarely_decides():
    """Rates that are equal but for binomial noise: verdicts in no more of 100 runs than 2 errors allow."""
    counts = dict.fromkeys(NULL, 0)
    for seed in range(100):
        result = sampled(seed).result()
        for row, wrong in NULL.items():
            counts[row] += row(result)[1] in wrong
    # two-sided 4.6 %: of 100 runs more than 13 by chance once in 5000
    assert binom.sf(13, 100, 0.0455) < 2e-4
    assert max(counts.values()) <= 13, counts


def test_guesses_of_a_label_rarely_make_a_feature():
    """Vectors that show each label as often: at most 1/l and three errors, in 1 of 500 runs or less."""
    generator = np.random.default_rng(0)
    for labels, vectors in ((10, 70), (3, 60)):
        found = generator.binomial(vectors, 1 / labels, 4000) / vectors
        assert (found > rate_of_guesses(labels, vectors)).mean() < 0.006
    assert rate_of_guesses(10, 90) == pytest.approx(0.1 + 3 * np.sqrt(0.09 / 90))


def test_one_false_alarm_is_no_direction():
    """20 of 19 in one network of one seed may be noise, once in 20 runs; 22 are not."""
    for count, word in ((19, SHARPENED), (20, OPEN), (22, REFUTED)):
        tree = Tree(seeds=1)
        tree.set("observed/residuals", "signal", 0, network=RELEASE)
        signal = tree["observed/residuals", "signal"].sel(network=LINEAR)
        signal.values[:] = np.arange(40) < count
        assert tree.row(TWENTY)[0] == word


def test_false_alarms_are_those_of_noise():
    """Share of chi^2 residuals above the band of five deviations, by drawing; vectors 19 to 39 of M = 40."""
    freedom = np.arange(21, 0, -1)
    band = freedom * (1 + 5 * np.sqrt(2 / freedom))
    drawn = chi2.rvs(freedom, size=(200_000, 21), random_state=np.random.default_rng(0))
    found = (drawn > band).sum(axis=1)
    expected = false_alarms(Tree().setting)
    error = found.std() / np.sqrt(len(found))
    assert found.mean() == pytest.approx(expected, abs=4 * error)
    assert 0.01 < expected < 0.05


def test_the_rare_number_of_false_alarms():
    """Poisson tails at a mean of 0.05: P(1 or more) = 0.049, P(2 or more) = 0.0012, P(3) = 2e-5."""
    assert [too_many(flags, 0.05) for flags in (0, 1, 2, 3)] == [False, False, False, True]
    assert RARE < 0.0012


def test_errors_of_differences():
    """sqrt((0.09 + 0.25)/100); several looks ask for more than one; a correlation's least is its bound."""
    rates = xr.DataArray(0.9), xr.DataArray(0.5)
    assert float(difference_error(*rates, images=100)) == pytest.approx(np.sqrt(0.34 / 100))
    assert surely(1) == pytest.approx(2)
    assert 2.4 < surely(4) < 2.6
    assert float(correlation_error(*rates, 100)) == pytest.approx(np.sqrt((0.19 + 0.75) / 100))
