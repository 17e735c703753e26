"""The command line: exit codes, what is printed where, and what `--help` loads."""

import base64
import io
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from command_line import KEYS
from rich.console import Console

from theory.errors import DivergenceError
from validation import cli
from validation.checks import Check, Missing, NotRun

"""The contract: keys are added, never renamed."""


@pytest.fixture
def call(decay, tmp_path, capsys, monkeypatch):
    """Run the toy from the command line: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def called(*arguments, experiment=decay):
        with pytest.raises(SystemExit) as stop:
            cli.main(experiment, [*arguments])
        said = capsys.readouterr()
        return stop.value.code, said.out, said.err

    return called


def only_line(text):
    lines = text.splitlines()
    assert len(lines) == 1, text
    assert lines[0].strip()
    return lines[0]


def raising(error):
    def fail(*_):
        raise error

    return fail


# --- exit codes -----------------------------------------------------------------------------------


def test_0_if_all_that_runs_holds(call, tmp_path):
    """Checks of other cases and larger presets do not count."""
    code, out, err = call()
    assert (code, err) == (0, "")
    assert "1 holds, 2 not run" in out
    written = {p.name for p in (tmp_path / "results").iterdir()}
    figures = {"decay_decay.png", "decay_decay.svg"}
    assert written == {"decay.nc", "decay.json", "decay.html", ".decay"} | figures
    for name in written - {".decay"}:
        assert f"wrote results/{name}" in out


def test_1_if_a_check_fails(call, world):
    """Even if another is inconclusive."""
    world.held_out = lambda values: values + 1
    world.findings = {"D3": Missing("no data")}
    code, out, err = call()
    assert (code, err) == (1, "")
    assert "1 fails, 1 inconclusive" in out


def test_3_if_one_is_inconclusive(call, world):
    """With its reason in the table."""
    world.findings = {"D3": Missing("no data")}
    code, out, err = call()
    assert (code, err) == (3, "")
    assert "inconclusive (no data)" in out


@pytest.mark.parametrize(
    "arguments",
    [["--rate", "fast"], ["--rat", "1"], ["rate"], ["--rate"], ["--preset"], ["--seed", "1.5"]],
)
def test_2_if_the_command_line_cannot_be_read(call, tmp_path, arguments):
    """One line on standard error; nothing written."""
    code, _, err = call(*arguments)
    assert code == 2
    assert arguments[0] in only_line(err)
    assert list(tmp_path.iterdir()) == []


def test_2_if_an_argument_cannot_be_used(call, world, tmp_path):
    """The line is the error's text: argument, value, what is allowed, remedy."""
    world.before_measure = raising(DivergenceError("--rate", 7, "must be small", "take 0.1"))
    code, _, err = call()
    assert code == 2
    assert only_line(err) == "--rate: got 7; must be small; take 0.1"


def test_2_if_the_experiment_is_unknown(call):
    """With the names that there are."""
    code, _, err = call(experiment="linear_cn")
    assert code == 2
    line = only_line(err)
    assert "linear_cn" in line
    assert "linear_cnn" in line


def test_70_names_a_file_with_the_traceback(call, world, monkeypatch, tmp_path):
    """Our own fault: one line for the user, the command and the traceback in a file."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    world.before_measure = raising(ZeroDivisionError("one over nothing"))
    code, _, err = call("--rate", "0.5")
    assert code == 70
    (file,) = folder.iterdir()
    assert only_line(err).endswith(str(file))
    told = file.read_text()
    assert "--rate 0.5" in told.splitlines()[0]
    assert "Traceback (most recent call last)" in told
    assert "ZeroDivisionError: one over nothing" in told


def test_130_says_how_to_resume(call, world, decay):
    """The same command goes on from the forecast that is there."""
    world.before_measure = raising(KeyboardInterrupt())
    code, _, err = call("--rate", "0.5")
    assert code == 130
    line = only_line(err)
    assert "the same command goes on from there" in line
    assert line.endswith("--rate 0.5")
    world.before_measure = lambda store: None
    world.calls.clear()
    assert call("--rate", "0.5")[0] == 0
    assert world.calls == ["prepare", "measure"]


def test_a_signal_interrupts(tmp_path):
    """SIGINT while the experiment runs, in a process of its own: 130 and one line, no traceback."""
    script = textwrap.dedent(
        """
        import os, signal, sys, time
        import validation.experiment
        from validation import cli
        def run(*_, **__):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(60)  # it may arrive a little later
        # a shell that runs the tests in its background lets them ignore it
        signal.signal(signal.SIGINT, signal.default_int_handler)
        validation.experiment.run = run
        cli.main("linear_cnn", ["--seed", "3"])
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 130
    assert only_line(ended.stderr).endswith("python -m validation.linear_cnn --seed 3")


# --- what is printed ------------------------------------------------------------------------------


def test_json_prints_one_object_and_nothing_else(call, tmp_path):
    """The contract's keys, the file's content, no number that is not one."""

    def refuse(constant):
        raise AssertionError(constant)

    code, out, err = call("--json")
    assert (code, err) == (0, "")
    said = json.loads(out, parse_constant=refuse)
    assert out.count("\n") == 1
    assert said.keys() >= KEYS[""]
    for part in ("checks", "budget"):
        assert said[part]
        for row in said[part]:
            assert row.keys() >= KEYS[part]
    assert said["forecast"].keys() >= KEYS["forecast"]
    assert {row["verdict"] for row in said["checks"]} == {"holds", "not run"}
    assert said["tables"][0]["rows"] == [[0, None]]
    assert said == json.loads((tmp_path / "results" / "decay.json").read_text())
    for file in said["files"]:
        assert (tmp_path / file).is_file()


@pytest.mark.parametrize("code", [0, 1])
def test_quiet_prints_nothing(call, world, code):
    """Whatever the verdicts are; files are written all the same."""
    if code == 1:
        world.held_out = lambda values: values + 1
    assert call("--quiet") == (code, "", "")


def test_quiet_still_prints_errors(call):
    """An error is not a result."""
    code, out, err = call("--quiet", "--rate", "fast")
    assert (code, out) == (2, "")
    only_line(err)


def test_a_pipe_gets_plain_text(call):
    """No escape sequences and no progress bar."""
    _, out, _ = call()
    assert "\x1b" not in out
    assert "\r" not in out


def test_a_terminal_is_told_how_much_is_done():
    """Of a long stage a percentage says nothing for hours: 3 of 46800 stand beside the bar."""
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with cli._progress(console) as progress:
        progress("training", 3, 46800)
    assert "3/46800" in console.file.getvalue()


def test_out_is_where_files_go(call, tmp_path):
    """Folders are made; nothing lands elsewhere."""
    assert call("--quiet", "--out", "deep/er")[0] == 0
    assert {p.name for p in tmp_path.iterdir()} == {"deep"}
    assert (tmp_path / "deep" / "er" / "decay.html").is_file()


def test_the_same_command_gives_the_same_figures(call, tmp_path):
    """No date and no random name in them: the same bytes."""
    names = ("decay_decay.png", "decay_decay.svg")
    call("--quiet")
    first = [(tmp_path / "results" / n).read_bytes() for n in names]
    call("--quiet")
    assert [(tmp_path / "results" / n).read_bytes() for n in names] == first


# --- sounds, films and what belongs to them --------------------------------------------------------

GIF, WAV = b"GIF89a" + bytes(40), b"RIFF" + bytes(60)
MEDIA = {".gif": GIF, ".wav": WAV, "_slow.wav": WAV[::-1], "_sound.json": b'{"rate": 44100}\n'}


def embedded(kind, content):
    return f'src="data:{kind};base64,{base64.b64encode(content).decode()}"'


def test_media_are_written_and_shown(call, world, tmp_path):
    """NAME and the key is the file; a GIF is an image of the page, a WAV a sound, JSON stays a file."""
    world.media = MEDIA
    code, out, err = call()
    assert (code, err) == (0, "")
    results = tmp_path / "results"
    for key, content in MEDIA.items():
        assert (results / f"decay{key}").read_bytes() == content
        assert f"wrote results/decay{key}" in out
    page = (results / "decay.html").read_text()
    assert f'<img alt="decay.gif" {embedded("image/gif", GIF)}>' in page
    for content in (WAV, WAV[::-1]):
        assert f"<audio controls {embedded('audio/wav', content)}>" in page
    assert page.count("<audio") == 2
    assert page.count("<img") == 2  # the figure and the film
    assert base64.b64encode(MEDIA["_sound.json"]).decode() not in page
    said = json.loads((results / "decay.json").read_text())
    names = [Path(file).name for file in said["files"]]
    assert names[:3] == ["decay.nc", "decay.json", "decay.html"]
    assert names[-4:] == [f"decay{key}" for key in MEDIA]


def test_pictures_of_an_earlier_result_are_removed(call, world, tmp_path):
    """The second run writes no film: the first one's is gone from folder, list and page."""
    world.media = MEDIA
    call("--quiet")
    world.media = {".wav": WAV}
    code, out, _ = call("--rate", "0.5")
    assert code == 0
    left = {p.name for p in (tmp_path / "results").iterdir()}
    figures = {"decay_decay.png", "decay_decay.svg"}
    assert left == {".decay", "decay.nc", "decay.json", "decay.html", "decay.wav", *figures}
    assert ".gif" not in out
    said = json.loads((tmp_path / "results" / "decay.json").read_text())
    assert {Path(file).name for file in said["files"]} == left - {".decay"}
    assert "image/gif" not in (tmp_path / "results" / "decay.html").read_text()


def test_what_others_wrote_stays(call, world, tmp_path):
    """Files that the earlier result does not name, of another experiment, or in another folder."""
    world.media = MEDIA
    call("--quiet")
    results, other = tmp_path / "results", tmp_path / "other"
    other.mkdir()
    mine = [results / name for name in ("decay_notes.txt", "decay.txt", "drum.gif", "decayed.wav")]
    mine += [other / "decay.gif", other / "decay_sound.json"]
    for file in mine:
        file.write_text("mine")
    said = json.loads((results / "decay.json").read_text())
    said["files"] += [str(other / "decay_sound.json"), "results/drum.gif", "results/decayed.wav"]
    (results / "decay.json").write_text(json.dumps(said))
    world.media = {}
    assert call("--quiet")[0] == 0
    assert not (results / "decay.gif").exists()
    assert not (results / "decay_sound.json").exists()
    assert [file.read_text() for file in mine] == ["mine"] * len(mine)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"files": 3}', '{"files": null}', '"files"']
)
def test_a_damaged_earlier_result_is_written_over(call, world, tmp_path, text):
    """Nothing is known of its files, so nothing is removed; the new result is whole."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "decay.json").write_text(text)
    (tmp_path / "results" / "decay.gif").write_bytes(GIF)
    assert call("--quiet")[0] == 0
    assert json.loads((tmp_path / "results" / "decay.json").read_text())["files"]
    assert (tmp_path / "results" / "decay.gif").read_bytes() == GIF


# --- rows that did not run ------------------------------------------------------------------------


def many(decay):
    """The toy with two rows of another case, two of a larger preset, and one that does not apply."""
    extra = [
        Check("D4", "validation", "of growth", "<=", 1.0, cases=("growth",)),
        Check("D5", "verification", "slower", "<=", 1.0, preset="paper"),
        Check("D6", "validation", "on a GPU", "<=", 1.0),
    ]

    class Many(decay):
        checks = (*decay.checks, *extra)

    return Many


def test_rows_that_did_not_run_are_listed_by_their_reason(call, world, decay):
    """Each reason once, with all its rows; they are in no table of verdicts."""
    world.findings = {"D6": NotRun("needs a [GPU]")}
    code, out, _ = call(experiment=many(decay))
    assert code == 0
    program = f"python {sys.argv[0]}"
    lines = [line for line in " ".join(out.split()).split("not run: ")[1:]]
    assert [line.partition(")")[0] + ")" for line in lines] == [
        f"D2, D4 (another case: {program} --rate -1 --preset quick)",
        f"D3, D5 (larger preset: {program} --preset paper)",
        "D6 (needs a [GPU])",
    ]
    assert "1 holds, 5 not run" in out
    assert " D2 " not in out.partition("not run:")[0]


def test_the_command_of_another_case_is_understood(call, decay, tmp_path):
    """Its options are those that `cases` names; the JSON says the same, and they can be parsed."""
    call("--quiet")
    said = json.loads((tmp_path / "results" / "decay.json").read_text())
    (row,) = (row for row in said["checks"] if row["id"] == "D2")
    assert (row["case"], row["verdict"]) == ("growth", "not run")
    reason, _, command = row["reason"].partition(": ")
    assert reason == "another case"
    assert command == f"python {sys.argv[0]} --rate -1 --preset quick"
    config, _ = cli.parse(decay(), command.split()[2:])
    assert (config.rate, config.preset) == (-1.0, "quick")


def test_the_command_of_another_case_keeps_a_larger_preset(call, tmp_path):
    """The one that was asked for, where the row needs less."""
    call("--quiet", "--preset", "paper")
    said = json.loads((tmp_path / "results" / "decay.json").read_text())
    (row,) = (row for row in said["checks"] if row["id"] == "D2")
    assert row["reason"].endswith("--rate -1 --preset paper")


# --- processes of their own -----------------------------------------------------------------------


def python(*arguments, **more):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, **more
    )


@pytest.mark.parametrize("arguments", [[], ["--list"]])
def test_the_list_has_one_line_each(arguments):
    """Name and summary."""
    ended = python("-m", "validation", *arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert [line.split()[0] for line in lines] == cli.names()
    assert "linear_cnn" in cli.names()
    assert all(len(line.split()) > 3 for line in lines)


def test_the_list_has_no_other_options():
    """One line with the option and the remedy."""
    ended = python("-m", "validation", "--lst")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--lst" in only_line(ended.stderr)
    assert only_line(ended.stderr).count(";") >= 2


def test_the_list_helps():
    """Usage, then the names."""
    ended = python("-m", "validation", "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("usage: python -m validation")
    assert "linear_cnn" in ended.stdout


@pytest.mark.parametrize(
    ("name", "options"),
    [("linear_cnn", ("--dataset", "--learning-rate")), ("drum", ("--sides", "--time-step"))],
)
def test_help_loads_no_heavy_library(name, options):
    """Every option is named; torch, pyplot, pysindy, NumPy stay where they are."""
    script = textwrap.dedent(
        f"""
        import json, runpy, sys
        sys.argv = ["{name}", "--help"]
        try:
            runpy.run_module("validation.{name}", run_name="__main__")
        except SystemExit as stop:
            assert not stop.code
        print("\\nMODULES", json.dumps(sorted(sys.modules)))
        """
    )
    ended = python("-c", script, env=os.environ | {"COLUMNS": "200"})
    assert ended.returncode == 0, ended.stderr
    shown, _, modules = ended.stdout.rpartition("MODULES ")
    heavy = {"torch", "matplotlib.pyplot", "pysindy", "numpy", "scipy", "xarray", "sympy", "rich"}
    assert heavy & set(json.loads(modules)) == set()
    for option in (*options, "--preset", "--out", "--fresh", "--json"):
        assert option in shown


def without_reader(*arguments, errors=subprocess.PIPE, **more):
    """Run a module with a standard output that nobody reads, and errors that go there too or are read."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", *arguments]
    try:
        return subprocess.run(command, stdout=writer, stderr=errors, text=True, timeout=120, **more)
    finally:
        os.close(writer)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("validation", "--list"),
        ("validation.drum", "--help"),
        ("validation.drum", "--preset", "quick"),
    ],
)
def test_141_if_nobody_reads(tmp_path, arguments, unbuffered):
    """As of other programs before ``head``: no word of it, whether pieces or lines are written."""
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    ended = without_reader(*arguments, cwd=tmp_path, env=environment)
    assert (ended.returncode, ended.stderr) == (141, "")
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(("errors", "code"), [(subprocess.PIPE, 2), (subprocess.STDOUT, 141)])
def test_an_error_is_told_where_it_can_be_read(errors, code):
    """A line on standard error that is read; none where it goes into the same closed pipe."""
    ended = without_reader("validation.drum", "--lst", errors=errors)
    assert ended.returncode == code


def test_another_broken_pipe_is_our_fault(tmp_path):
    """What is printed is read: the pipe to a process of ours, say, has broken."""
    script = textwrap.dedent(
        """
        import validation.experiment
        from validation import cli
        def run(*_, **__):
            raise BrokenPipeError("to a worker")
        validation.experiment.run = run
        cli.main("drum", [])
        """
    )
    ended = python("-c", script, cwd=tmp_path, env=os.environ | {"TMPDIR": str(tmp_path)})
    assert ended.returncode == 70
    file = only_line(ended.stderr).split()[-1]
    assert "BrokenPipeError: to a worker" in Path(file).read_text()
