"""Findings and tables of `wave_rnn` from small trees of known numbers, and the paper's own tables."""

import functools
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from validation.checks import NotRun
from validation.wave_rnn import Config, findings, measuring, modes, score_tables, tables
from validation.wave_rnn.check_table import CHECKS, MNIST, MULTI, POLYGONS, TETROMINOES
from validation.wave_rnn.measuring import SEEN
from validation.wave_rnn.paper_tables import network_name, paper_table
from validation.wave_rnn.reach import CHANNELS, SCALARS
from validation.wave_rnn.setting import AFTER, START, setting_of
from validation.wave_rnn.subjects import training_times

LINEAR, FFT, MEAN, LAST, CNN = (
    findings.LINEAR,
    findings.FFT,
    findings.MEAN,
    findings.LAST,
    findings.CNN,
)
LOSSES = {LINEAR: 0.05, FFT: 0.1, MEAN: 0.5, LAST: 0.3, CNN: 1.0}
OF_WAVES = ("W26", "W26b", "W27", "W28", "W28b", "W29", "WN1")
OF_ORDER = ("W24", "W24b", "W24c", "W24d", "W24e", "W24f")
METRICS = (
    "foreground_accuracy",
    "foreground_overlap",
    "foreground_loss_by_batch",
    "foreground_loss",
)
METRICS += ("accuracy", "overlap", "loss", "class_overlap", "legacy_overlap")


@functools.cache
def of_one_mode():
    """The ladder of the mode at the start, its network run."""
    ladder = modes.start_ladder().completed(measuring._start_mode())
    return ladder.to_dataset()


@functools.cache
def of_networks():
    """A ladder of networks whose last rung is off by .015 of the largest."""
    kernel = np.eye(2)[:, :, None, None] * np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
    found = modes.network_modes(kernel, np.full(2, 0.5), np.full(2, 0.1), 0.6, 6)
    rungs = modes.network_rungs(found)
    ladder = modes.network_ladder(rungs)
    largest = ladder.scale
    return ladder.completed(rungs[modes.TWELVE] + 0.015 * largest).to_dataset()


def filled(coords, values):
    """Arrays of one number each, over all coordinates."""
    shape = [len(labels) for labels in coords.values()]
    arrays = {name: (tuple(coords), np.full(shape, float(value))) for name, value in values.items()}
    return xr.Dataset(arrays, coords=coords)


def tree(setting, **seen):
    """The result of a setting: every check's number as given, every network's loss that of LOSSES."""
    seeds = list(setting.seeds)
    waves = {"seed": seeds, "wave_network": setting.waves}
    values = dict.fromkeys(SEEN, 0.0) | {"warned_beyond": 1.0, "bound_ratio": 0.9} | seen
    scores = filled(
        {"seed": seeds, "network": setting.names, "split": ["validation", "test"]},
        dict.fromkeys(METRICS, 0.5),
    ).assign(
        collapsed=(
            ("seed", "network", "split"),
            np.zeros((len(seeds), len(setting.names), 2), bool),
        )
    )
    for name in setting.names:
        scores["foreground_loss"].loc[{"network": name}] = LOSSES.get(name, 0.5)
    said = filled({"stage": [START, AFTER], **waves}, dict.fromkeys(SCALARS, 1.5))
    channels = filled(
        {"stage": [START, AFTER], **waves, "hidden": [1, 2]}, dict.fromkeys(CHANNELS, 0.25)
    )
    return xr.DataTree.from_dict(
        {
            "/setup": xr.Dataset(
                {
                    "share": ("label", [0.8, 0.1, 0.06, 0.04]),
                    "stored_loss": scores["foreground_loss"].isel(split=0, drop=True).copy(),
                }
            ),
            "/forecast": xr.Dataset({"largest_object": 16.0}),
            "/forecast/waves": xr.merge([said, channels]),
            "/observed/waves": filled(waves, values),
            "/observed/scores": scores,
            f"/ladders/{modes.START}": of_one_mode(),
            f"/ladders/{modes.TRAINED}": of_networks(),
        }
    )


def found(config, change=lambda result: None, **seen):
    setting = setting_of(config)
    result = tree(setting, **seen)
    change(result)
    return findings.of_case(result, setting)


# --- findings -------------------------------------------------------------------------------------


def test_findings_of_the_waves():
    """Each row is the worst of its variable; of the ladder, what twelve harmonics leave."""
    rows = found(
        Config(), leak_states=0.25, leak_logits=0.5, bound_ratio=1.1, small_wave_error=1e-8
    )
    assert (rows["W26"], rows["W26b"], rows["W27"], rows["W29"]) == (0.25, 0.5, 1.1, 1e-8)
    assert (rows["W28"], rows["W28b"]) == (1, 0)
    assert rows["WN1"] == pytest.approx(0.015, rel=1e-9)


@pytest.mark.parametrize(
    ("row", "variable", "value"),
    [
        ("W26", "leak_states", 1e-9),
        ("W27", "bound_ratio", 2.0),
        ("W28", "warned_beyond", 0.0),
        ("W28b", "warned_inside", 1.0),
        ("W29", "small_wave_error", 1e-3),
    ],
)
def test_one_bad_network_is_enough(row, variable, value):
    """The worst of all networks and seeds is what is judged."""

    def change(result):
        result["/observed/waves"][variable].loc[{"wave_network": FFT, "seed": 1}] = value

    assert found(Config(), change)[row] == value


def test_a_number_that_is_none_is_not_passed_over():
    """A bound ratio that is not a number in one seed is no maximum of the others."""

    def change(result):
        result["/observed/waves"]["bound_ratio"].loc[{"wave_network": FFT, "seed": 1}] = np.nan

    assert np.isnan(found(Config(), change)["W27"])


def test_findings_of_one_mode():
    """Section 3.11: space step off by 3.8 %, time step by .1 %, tanh by 1.2 to 1.8 %; 1.0e-3 is left."""
    rows = found(Config())
    assert rows["W31"] == pytest.approx(0.038, abs=1e-3)
    assert rows["W31b"] == pytest.approx(1e-3, abs=5e-4)
    assert 0.01 < rows["W31c"] < 0.02
    assert rows["W31d"] == pytest.approx(1.0e-3, abs=1e-4)


def test_histories_too_long_for_the_cone():
    """The row says why it is not run."""
    rows = found(Config(steps=120, time_step=0.05), leak_states=np.nan, leak_logits=np.nan)
    for name in ("W26", "W26b"):
        assert isinstance(rows[name], NotRun)
        assert "more than 110 px in T steps" in rows[name].reason


def test_harmonics_of_long_histories():
    """From T dt = 10 on, which is the paper's, no bar is stated: short waves are unstable."""
    assert isinstance(found(Config(steps=100, time_step=0.11))["WN1"], NotRun)
    assert found(Config(steps=100, time_step=0.1))["WN1"] == pytest.approx(0.015, rel=1e-9)


def test_without_wave_networks():
    """Rows of waves say that --model leaves them out; those of one mode stand."""
    rows = found(Config(model=("cnn",)))
    for name in OF_WAVES:
        assert rows[name] == NotRun("--model leaves wave networks out"), name
    assert rows["W31d"] < 2e-3


def worst_seed(result):
    """In seed 1 linear is five times as high, mean half, CNN-2 .9."""
    loss = result["/observed/scores"]["foreground_loss"]
    loss.loc[{"network": LINEAR, "seed": 1}] *= 5
    loss.loc[{"network": MEAN, "seed": 1}] /= 2
    loss.loc[{"network": CNN, "seed": 1}] *= 0.9


def test_the_order_is_judged_in_the_worst_seed():
    """Section 7.4: ratios of each seed, on the validation images; medians are for nine seeds."""
    rows = found(Config(), worst_seed)
    expected = {"W24": 0.25 / 0.9, "W24b": 0.1 / 0.9, "W24c": 0.25 / 0.25, "W24d": 0.9}
    for name, value in expected.items():
        assert rows[name] == pytest.approx(value, rel=1e-12), name
    for name in ("W24e", "W24f"):
        assert rows[name] == NotRun("its bar is stated for nine seeds or more")


def test_nine_seeds_have_medians():
    """Linear .05 and last .3: one bad seed does not move them."""
    rows = found(Config(seeds=9), worst_seed)
    assert rows["W24e"] == pytest.approx(0.05)
    assert rows["W24f"] == pytest.approx(6)


def test_the_test_images_do_not_decide_the_order():
    """Only the images that chose the weights do."""

    def change(result):
        result["/observed/scores"]["foreground_loss"].loc[{"split": "test"}] = 7.0

    assert found(Config(), change)["W24"] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (Config(updates=100), "the default networks and training"),
        (Config(seeds=2), "three seeds or more"),
        (Config(readout=("mean",)), "the options leave nwm linear out"),
        (Config(model=("nwm",)), "the options leave cnn 2 out"),
    ],
)
def test_where_the_order_is_not_stated(config, reason):
    """Each row that is not run says why."""
    row = found(config)["W24"]
    assert isinstance(row, NotRun)
    assert reason in row.reason


def test_no_order_of_other_sets_and_of_stored_networks():
    """Rows of small tetrominoes belong to their own runs."""
    for config in (Config(dataset=TETROMINOES), Config(preset="quick")):
        assert not set(found(config)) & set(OF_ORDER)


def test_all_rows_are_found():
    """Every validation row of the case, and nothing else."""
    expected = {check.id for check in CHECKS if check.kind == "validation"}
    assert set(found(Config())) == expected


@pytest.mark.parametrize("variable", ["margin", "test_margin"])
def test_bars_of_bounded_networks(variable):
    """One network with a margin of 4, forecast or seen, and W27 has no bar."""

    def change(result):
        group = "/forecast/waves" if variable == "margin" else "/observed/waves"
        result[group][variable].loc[{"wave_network": FFT, "seed": 1}] = 4.0

    rows = found(Config(), change)
    assert isinstance(rows["W27"], NotRun)
    assert "a margin below 4" in rows["W27"].reason
    assert (rows["W26"], rows["W29"]) == (0, 0)


def test_small_waves_that_leave_their_numbers():
    """A growth of 1.5 a step is 657 in 16 steps and 2e176 in 1000."""
    assert found(Config())["W29"] == 0
    row = found(Config(steps=1000))["W29"]
    assert isinstance(row, NotRun)
    assert "less than 1e100" in row.reason


def test_margins_that_no_stiffness_makes():
    """Where damping alone is beyond 3.9 the rows of warnings say so."""
    rows = found(Config(), warned_inside=np.nan)
    for name in ("W28", "W28b"):
        assert rows[name] == NotRun("damping alone takes a network beyond these margins")


@pytest.mark.parametrize(("rate", "stated"), [(None, True), (0.1, True), (1, True), (0.5, False)])
def test_rates_of_waves_that_bars_are_stated_for(rate, stated):
    """A tenth of the others' and the same; between them nothing was measured."""
    row = found(Config(wave_rate=rate))["W24"]
    assert isinstance(row, NotRun) != stated


def test_stored_networks():
    """Their loss against the stored one in the worst seed, their largest margin; else there are none."""

    def change(result):
        result["/setup"]["stored_loss"].loc[{"network": FFT, "seed": 1}] += 0.25

    rows = found(Config(preset="quick"), change)
    assert rows["WN2"] == pytest.approx(0.25)
    assert rows["WN3"] == 1.5
    assert isinstance(found(Config())["WN2"], NotRun)


def test_networks_that_collapsed():
    """By name and seed, on the images that chose the weights."""
    result = tree(setting_of(Config()))
    assert {row[-1] for row in score_tables.by_seed(result)["rows"]} == {""}
    collapse(result, CNN, (0, 2))
    named = {row[0]: row[-1] for row in score_tables.by_seed(result)["rows"] if row[-1]}
    assert named == {CNN: "seed 0, seed 2"}


def collapse(result, network, seeds):
    """Make seeds of a network the constant predictor, on the images that chose their weights."""
    for seed in seeds:
        result["/observed/scores"]["collapsed"].loc[
            {"network": network, "seed": seed, "split": "validation"}
        ] = True


def test_how_many_seeds_collapsed():
    """Of each network, of so many seeds; on test images one more did, and that is not counted."""
    setting = setting_of(Config(model=("cnn",), depth=(2, 8), seeds=4))
    result = tree(setting)
    collapse(result, "cnn 8", (1, 2, 3))
    result["/observed/scores"]["collapsed"].loc[{"network": CNN, "seed": 0, "split": "test"}] = True
    table = score_tables.constant_predictors(result)
    assert table["columns"] == ["network", "seeds", "of these constant predictors"]
    assert table["rows"] == [[CNN, 4, 0], ["cnn 8", 4, 3]]


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        (Config(model=("cnn",), seeds=2), True),
        (Config(model=("cnn",), seeds=1), False),
        (Config(model=("conv_lstm",), readout=("last",), seeds=2), False),
    ],
)
def test_where_constant_predictors_are_counted(config, shown, monkeypatch):
    """Where several seeds of a CNN ran."""
    monkeypatch.setattr(tables, "predictor", lambda result: {"title": "", "rows": []})
    setting = setting_of(config)
    titles = [table["title"] for table in tables.all_of(tree(setting), setting)]
    assert ("constant predictors" in titles) is shown


# --- tables ---------------------------------------------------------------------------------------


def test_the_table_of_parameters():
    """As released, and without the matrix over time where it is not used: 16 x 9 of the small ones."""
    table = tables.networks(setting_of(Config()))
    assert table["rows"] == [
        [LINEAR, 4990, 4990],
        [FFT, 4990, 4846],
        [MEAN, 4478, 4334],
        [LAST, 4478, 4334],
        [CNN, 1936, 1936],
    ]


def test_tables_have_as_many_columns_as_entries():
    """Every row of every table, of networks with two seeds."""
    setting = setting_of(Config(seeds=2))
    result = tree(setting)
    shown = [tables.networks(setting), tables.reaches(result), tables.walls(result)]
    shown += [tables.seen(result), score_tables.scores(result), score_tables.by_seed(result)]
    shown += [score_tables.constant_predictors(result)]
    for table in shown:
        assert table["rows"], table["title"]
        for row in table["rows"]:
            assert len(row) == len(table["columns"]), table["title"]


def test_the_table_of_scores():
    """Mean and standard deviation over seeds, of n - 1; none of a single seed."""
    setting = setting_of(Config(seeds=2, readout=("linear",)))
    result = tree(setting)
    result["/observed/scores"]["accuracy"].loc[{"network": CNN, "seed": 1}] = 0.7
    table = score_tables.scores(result)
    at = table["columns"].index("Acc")
    (row,) = (r for r in table["rows"] if r[:2] == [CNN, "test"])
    assert row[2] == 2
    assert row[at : at + 2] == pytest.approx([0.6, 0.2 / np.sqrt(2)])
    single = setting_of(Config(seeds=1, readout=("linear",)))
    assert np.isnan(score_tables.scores(tree(single))["rows"][0][at + 1])


def test_the_table_by_seed():
    """Objects' loss of each seed, and their median."""
    result = tree(setting_of(Config()))
    worst_seed(result)
    rows = {row[0]: row[1:] for row in score_tables.by_seed(result)["rows"]}
    assert rows[LINEAR][:-1] == pytest.approx([0.05, 0.25, 0.05, 0.05])


def test_the_table_of_training_times():
    """CPU seconds of each training, and of all seeds of a network; nothing where nothing was trained."""
    setting = setting_of(Config(seeds=2, readout=("linear",)))
    spent = {(LINEAR, 0): 1.5, (LINEAR, 1): 2.5, (CNN, 0): 0.25, (CNN, 1): 0.5}
    subjects = {at: SimpleNamespace(trained=SimpleNamespace(seconds=x)) for at, x in spent.items()}
    (table,) = training_times(subjects, setting)
    assert table["title"].startswith("training times")
    assert table["columns"] == ["network", "seed 0", "seed 1", "all"]
    assert table["rows"] == [[LINEAR, 1.5, 2.5, 4.0], [CNN, 0.25, 0.5, 0.75]]
    assert training_times({}, setting_of(Config(preset="quick"))) == ()


def test_places():
    """Every stage, network and seed once, in words."""
    result = tree(setting_of(Config(seeds=2, readout=("fft",))))
    said = result["/forecast/waves"].to_dataset()
    labels = [label for label, _ in tables.places(said)]
    assert labels == [f"{FFT}, {seed}, {stage}" for stage in (START, AFTER) for seed in (0, 1)]


# --- the paper's tables ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "image_set", "network", "metric", "statistic", "value"),
    [
        (1, MNIST, CNN, "FG-Acc", "mean", 0.14),
        (1, MNIST, CNN, "FG-IoU", "sd", 0.04),
        (1, MNIST, LINEAR, "FG-Loss", "mean", 0.30),
        (2, MULTI, LINEAR, "FG-Acc", "mean", 0.96),
        (3, MNIST, LINEAR, "IoU", "mean", 0.97),
        (3, MNIST, CNN, "IoU", "mean", 0.80),
        (4, MULTI, LINEAR, "Loss", "mean", 0.01),
        (5, MNIST, LINEAR, "Loss", "max", 0.06),
        (6, MNIST, LINEAR, "FG-Acc", "median", 0.90),
    ],
)
def test_numbers_of_the_paper(number, image_set, network, metric, statistic, value):
    """As printed; IoU of Table 3 also stands in section 4.3."""
    table = paper_table(number)[metric]
    at = {"image_set": image_set, "network": network, "statistic": statistic}
    assert float(table.sel(at)) == value


@pytest.mark.parametrize("number", range(1, 7))
def test_tables_are_whole(number):
    """No cell is empty, and no score is beyond 1."""
    table = paper_table(number)
    for name, values in table.drop_vars("parameters").items():
        assert bool(values.notnull().all()), name
        if "Loss" not in str(name):
            assert 0 <= float(values.min()) <= float(values.max()) <= 1, name


@pytest.mark.parametrize("number", [5, 6])
def test_extremes_are_in_order(number):
    """Smallest, median, largest."""
    table = paper_table(number).drop_vars("parameters")
    smallest, median, largest = (table.sel(statistic=s) for s in ("min", "median", "max"))
    for name in table:
        assert bool((smallest[name] <= median[name]).all()), name
        assert bool((median[name] <= largest[name]).all()), name


def test_a_table_that_the_paper_has_not():
    """There are six."""
    with pytest.raises(KeyError, match="no Table 7"):
        paper_table(7)


def test_printed_parameters_are_ours():
    """Exact in Table 4, in thousands in Tables 1 and 2: the networks of --preset paper."""
    for number, dataset in ((1, MNIST), (1, TETROMINOES), (2, MULTI), (4, MULTI)):
        printed = paper_table(number)["parameters"].sel(image_set=dataset)
        networks = [str(name) for name in printed["network"].values]
        config = Config(
            dataset=dataset,
            preset="paper",
            model=tuple(dict.fromkeys(name.split()[0] for name in networks)),
            depth=(2, 4, 8, 16, 32) if CNN in networks else (2,),
            channels=(2, 3, 4, 5) if number in (2, 4) else (2,),
        )
        ours = setting_of(config).architectures
        for name in networks:
            said, count = str(printed.sel(network=name).item()), ours[name].parameters()
            whole = said.isdigit()
            expected = str(count) if whole else str(round(count / 1000))
            assert said.rstrip("kK") == expected, (number, dataset, name)


def test_names_of_networks():
    """A model and what tells it apart."""
    assert [network_name("cnn", 2), network_name("nwm", "fft")] == [CNN, FFT]


@pytest.mark.parametrize("number", range(1, 7))
def test_the_paper_beside_ours(number):
    """Its numbers in each row; ours where networks were trained as its own, else nothing."""
    dataset = MULTI if number in (2, 4) else MNIST
    setting = setting_of(
        Config(dataset=dataset, preset="paper", model=("nwm",), readout=("linear",))
    )
    result = tree(setting)
    table = score_tables.paper(result, setting, number)
    printed = paper_table(number).sel(image_set=dataset)
    assert [row[0] for row in table["rows"]] == printed["network"].values.tolist()
    for row in table["rows"]:
        cells = dict(zip(table["columns"], row, strict=True))
        for metric in printed.drop_vars("parameters"):
            for statistic in printed["statistic"].values:
                here = printed[metric].sel(network=row[0], statistic=statistic)
                assert cells[f"{metric} {statistic}"] == float(here)
                own = cells[f"{metric} {statistic}, ours"]
                if row[0] == LINEAR:
                    assert own == pytest.approx(0 if statistic == "sd" else 0.5)
                else:
                    assert own is None
        assert (cells["ours"] is None) == (row[0] != LINEAR)


def test_no_paper_of_other_sets_and_no_scores_of_other_scales():
    """Polygons have no table; beside the paper's numbers are ours of its own protocol and images alone."""
    setting = setting_of(Config(dataset=POLYGONS))
    assert score_tables.paper(tree(setting), setting, 1)["rows"] == []
    for options in (
        {"preset": "standard"},
        {"updates": 2000},
        {"learning_rate": 0.01},
        {"images": 3000},
    ):
        setting = setting_of(Config(dataset=TETROMINOES, **{"preset": "paper"} | options))
        table = score_tables.paper(tree(setting), setting, 1)
        cells = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
        assert {row["FG-Acc mean, ours"] for row in cells} == {None}, options


def test_deviations_beside_the_papers():
    """Of n - 1, as in all tables."""
    setting = setting_of(Config(dataset=TETROMINOES, preset="paper", readout=("linear",), seeds=2))
    result = tree(setting)
    result["/observed/scores"]["foreground_accuracy"].loc[{"network": LINEAR, "seed": 1}] = 0.7
    table = score_tables.paper(result, setting, 1)
    (row,) = (r for r in table["rows"] if r[0] == LINEAR)
    cells = dict(zip(table["columns"], row, strict=True))
    assert cells["FG-Acc sd, ours"] == pytest.approx(0.2 / np.sqrt(2))
