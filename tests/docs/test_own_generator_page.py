"""What the pages on own images and networks say of latent bases: held by the code and by their cells."""

import json
import math
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from validation import cli

DOCS = Path(__file__).parents[2] / "docs"


def page(name):
    """A page in one line."""
    return " ".join((DOCS / f"{name}.md").read_text().split())


def test_bounds_that_the_pages_tell():
    """Images a class, random latents a mean, draws behind a judgement of collapse: as in the code."""
    from numerics.latent_basis.sampling import LEAST, SHARES_FROM
    from validation.latent_basis.labelled_images import FEWEST, FEWEST_LEARNT, FEWEST_TRIED

    network, data = page("own/network"), page("own/data")
    assert (
        f"every class needs {FEWEST} images; with it {FEWEST_LEARNT}, and {FEWEST_TRIED}" in network
    )
    assert (
        f"Every class needs {FEWEST} images; with `--test` {FEWEST_LEARNT}, and {FEWEST_TRIED}"
        in data
    )
    assert f"A class needs {FEWEST} images at least" in page("systems/latent_basis")
    assert f"from {LEAST} on" in network
    for text in (network, page("systems/latent_basis")):
        assert f"judged on {SHARES_FROM:,} random latents" in text


@pytest.fixture(scope="module")
def own():
    """What the cells of "bring your own generator" leave."""
    text = (DOCS / "own/network.md").read_text()
    part = text[text.index("## Bring your own generator") : text.index("## As an experiment")]
    cells = re.findall(r"```{code-cell} python\n(.*?)```", part, re.S)
    assert len(cells) == 5
    space = {}
    exec("import numpy as np, torch\n" + "\n".join(cells), space)
    return space


def test_own_generator_shows_what_the_page_says(own):
    """Nine directions; half of the coordinates unused; the joint law meets the trials, the other does not.

    The trials' mean is the joint law's within four standard errors of both.
    """
    from numerics.latent_basis.leverage import is_signal

    assert int(is_signal(own["means"]).sum()) == 9
    assert (own["encoding"].deviation.mean(axis=0) > 0.95).sum() >= 12
    for _, joint, scatter, trials in own["found"].values():
        assert np.mean(trials) == pytest.approx(
            joint, abs=4 * scatter * math.sqrt(1 / 20 + 1 / 200)
        )
    conditional, joint, scatter, trials = own["found"]["symmetric signed"]
    assert f"the two laws are {joint - conditional:.2f} apart" in page("own/network")
    assert np.mean(trials) - conditional > 4 * scatter * math.sqrt(1 / 20)
    read = {name: np.mean(found[3]) for name, found in own["found"].items()}
    assert max(read, key=read.get) == "nearest mean"


def test_price_of_independence_against_that_of_our_networks(own):
    """Ten times as much, as the system's page says: over the most that networks trained here lose."""
    conditional, joint, _, _ = own["found"]["symmetric signed"]
    rows = [
        row["worst"]
        for file in (DOCS / "results").glob("latent_basis_*.json")
        for row in json.loads(file.read_text())["budget"]
        if row["source"] == "independent scores"
    ]
    assert len(rows) == 5
    assert (joint - conditional) / max(rows) == pytest.approx(10, rel=0.5)
    assert "loses ten times as much" in page("systems/latent_basis")


@pytest.mark.slow
def test_own_programs_run_as_the_page_says(own, tmp_path):
    """The page's command on the page's files: all checks hold, and the budget names the difference."""
    text = (DOCS / "own/network.md").read_text()
    (line,) = re.findall(r"^    python -m (validation.latent_basis .*)$", text, re.M)
    words = [
        str(own["folder"] / word) if word.endswith((".npz", ".pt2")) else word
        for word in shlex.split(line)[1:]
    ]
    with pytest.raises(SystemExit) as ended:
        cli.main("latent_basis", [*words, "--out", str(tmp_path), "--quiet"])
    assert ended.value.code == 0
    said = json.loads((tmp_path / "latent_basis.json").read_text())
    (row,) = (b for b in said["budget"] if b["source"] == "independent scores")
    conditional, joint, _, _ = own["found"]["symmetric signed"]
    assert row["worst"] == pytest.approx(joint - conditional, abs=0.01)
    held = {
        c["id"] for c in said["checks"] if c["kind"] == "validation" and c["verdict"] == "holds"
    }
    assert {"LB38b", "LB39", "LBN2"} <= held
    assert "LB38" not in held
