"""The command line of every experiment: options from its configuration, exit codes, files."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import importlib
import importlib.metadata
import io
import json
import os
import pkgutil
import re
import shlex
import sys
import tempfile
import traceback
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import FlagConversionOff, UseAppendAction

from theory.errors import ArgumentError
from validation.broken_pipe import is_unread, while_read

if TYPE_CHECKING:
    from validation.experiment import Experiment

INTERRUPTED, BAD_INPUT, OUR_FAULT = 130, 2, 70
UNREADABLE = re.compile(
    r"Error parsing (--\S+): no type matching (.+?) could be instantiated from \[(.*?)\]\. .*"
)


@dataclasses.dataclass(frozen=True)
class CommandOptions:
    """What the command does with a result; not part of the configuration."""

    out: Path = Path("results")
    """Folder that receives the files."""
    fresh: bool = False
    """Start over instead of going on from an earlier run of the same configuration."""
    quiet: bool = False
    """Print nothing but errors."""
    json: bool = False
    """Print the result's JSON document on standard output, and nothing else."""
    sweep: Annotated[tuple[tuple[str, ...], ...], UseAppendAction] = ()
    """Run every combination of values: NAME=V1,V2 for each option that is swept, such as seed=0,10,20.
    A value with a comma goes into double quotes."""
    workers: int = 1
    """Processes of this machine that run a sweep."""
    scheduler: str | None = None
    """Address of a dask scheduler whose workers run a sweep instead, such as tcp://127.0.0.1:8786."""
    store: Literal["netcdf", "zarr"] = "netcdf"
    """Format of a sweep's results."""


def main(experiment: str | type, arguments: Sequence[str] | None = None) -> None:
    """Run an experiment from the command line and exit with its code.

    Parameters
    ----------
    experiment : str or experiment class
        The name of a module of `validation` or of an entry point ``modewise.experiments``; or a
        class of one's own.
    arguments : sequence of str, optional
        Those of the process by default.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    raise SystemExit(while_read(lambda: _guarded(experiment, given)))


def _guarded(experiment: str | type, arguments: list[str]) -> int:
    name = experiment if isinstance(experiment, str) else experiment.__name__
    try:
        return _run(find(experiment), arguments, _command(experiment, ()))
    except ArgumentError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(
            "interrupted; the same command goes on from there: "
            + _command(experiment, [a for a in arguments if a != "--fresh"]),
            file=sys.stderr,
        )
        return INTERRUPTED
    except SystemExit as stop:
        return int(stop.code or 0)
    except BaseException as error:
        if isinstance(error, BrokenPipeError) and is_unread():
            raise
        print(
            _fault(name, _command(experiment, arguments), traceback.format_exc()), file=sys.stderr
        )
        return OUR_FAULT


def _fault(name: str, command: str, told: str) -> str:
    """Return the line for a fault of ours, whose traceback is then in a file."""
    handle, file = tempfile.mkstemp(prefix=f"modewise-{name}-", suffix=".txt")
    with os.fdopen(handle, "w") as stream:
        stream.write(f"{command}\n{told}")
    return f"this is a fault of Modewise, not yours; its traceback is in {file}"


def _command(experiment: str | type, arguments: Sequence[str]) -> str:
    """Return the command that was given; a class of one's own is run by a program of one's own."""
    if isinstance(experiment, str):
        return shlex.join(["python", "-m", f"validation.{experiment}", *arguments])
    return shlex.join(["python", sys.argv[0], *arguments])


def find(experiment: str | type) -> Experiment:
    """Return an experiment by name or class.

    Raises
    ------
    ArgumentError
        With the names that there are.
    """
    if not isinstance(experiment, str):
        return experiment()
    for point in importlib.metadata.entry_points(group="modewise.experiments"):
        if point.name == experiment:
            return point.load()()
    if experiment not in names():
        raise ArgumentError(
            "experiment", experiment, f"must be one of {', '.join(names())}", "choose one of them"
        )
    return importlib.import_module(f"validation.{experiment}").EXPERIMENT()


def names() -> list[str]:
    """Return the names of all experiments: modules of this folder that run, and entry points."""
    found = set()
    folder = Path(__file__).parent
    for module in pkgutil.iter_modules([str(folder)]):
        source = folder / (f"{module.name}/__main__.py" if module.ispkg else f"{module.name}.py")
        if f'cli.main("{module.name}")' in source.read_text() if source.exists() else False:
            found.add(module.name)
    found |= {p.name for p in importlib.metadata.entry_points(group="modewise.experiments")}
    return sorted(found)


def parse(experiment: Experiment, arguments: list[str]) -> tuple[Any, CommandOptions]:
    """Return configuration and options.

    Raises
    ------
    ArgumentError
        One line, from what the parser says.
    """
    together = dataclasses.make_dataclass(
        "Arguments", [], bases=(experiment.config_type, CommandOptions), frozen=True
    )
    parsed = _parsed(experiment, together, arguments)

    def take(kind: type) -> Any:
        return kind(**{f.name: getattr(parsed, f.name) for f in dataclasses.fields(kind)})

    options = take(CommandOptions)
    if not options.sweep:
        for name in ("workers", "scheduler", "store"):
            if getattr(options, name) != getattr(CommandOptions, name):
                raise ArgumentError(
                    f"--{name}", getattr(options, name), "is an option of --sweep", "leave it out"
                )
    return take(experiment.config_type), options


def _parsed(experiment: Experiment, kind: type, arguments: list[str], **more: Any) -> Any:
    import tyro

    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            return tyro.cli(
                kind,
                args=arguments,
                prog=f"python -m validation.{experiment.name}",
                description=experiment.summary,
                **more,
            )
    except SystemExit as stop:
        if stop.code in (0, None):
            raise
        raise ArgumentError(
            "command line",
            shlex.join(arguments),
            _in_one_line(said.getvalue()),
            f"see python -m validation.{experiment.name} --help",
        ) from None


def sweep_values(
    experiment: Experiment, config: Any, entries: Sequence[str], arguments: Sequence[str]
) -> dict[str, list[Any]]:
    """Return the values of swept fields from entries such as ``seed=0,10,20``.

    The parser that reads an option reads each of its values. Values are those of a line of CSV: one
    with a comma in it stands in double quotes. Numbers of one value are parted by blanks.

    Parameters
    ----------
    config : configuration
        What the other options have given.
    arguments : sequence of str
        The command line.

    Raises
    ------
    ArgumentError
        One line that names the entry.
    """
    options = [a.partition("=")[0] for a in arguments if a.startswith("--")]
    given = {option.removeprefix("--").replace("-", "_") for option in options}
    hints = typing.get_type_hints(experiment.config_type)
    fields = [field.name for field in dataclasses.fields(config)]
    values: dict[str, list[Any]] = {}
    for entry in entries:
        name, equals, listed = entry.partition("=")
        name = name.replace("-", "_")
        if not equals or name not in fields:
            raise ArgumentError(
                "--sweep",
                entry,
                f"must be NAME=V1,V2 with a NAME of {', '.join(fields)}",
                "change this entry",
            )
        if name in values or name in given:
            raise ArgumentError(
                "--sweep", entry, f"{name} is given a second time", "give it once, there or here"
            )
        values[name] = [
            _value(experiment, config, entry, name, text, _takes_several(hints[name]))
            for text in next(csv.reader([listed]), [])
        ]
    return values


def _value(
    experiment: Experiment, config: Any, entry: str, name: str, text: str, several: bool
) -> Any:
    option = f"--{name.replace('_', '-')}"
    arguments = [option, *text.split()] if several else [f"{option}={text}"]
    try:
        parsed = _parsed(
            experiment, type(config), arguments, default=config, config=(FlagConversionOff,)
        )
    except ArgumentError as error:
        raise ArgumentError("--sweep", entry, error.expected, "change this entry") from None
    return getattr(parsed, name)


def _takes_several(kind: Any) -> bool:
    return typing.get_origin(kind) is tuple or any(map(_takes_several, typing.get_args(kind)))


def _in_one_line(box: str) -> str:
    lines = [line.strip("│╭╮╰╯─|+ \n") for line in box.splitlines()]
    kept = []
    for line in lines[1:]:  # the first is the box's title
        if line.startswith(("For full help", "Argument helptext")):
            break
        if line and not set(line) <= {"─", "-", " "}:  # the latter where output is ASCII
            kept.append(line)
    said = " ".join(kept) or "cannot be understood"
    return UNREADABLE.sub(_in_plain_words, said)


def _in_plain_words(match: re.Match) -> str:
    """Say what an option takes, without the parser's notation for types and what it tried."""
    option, kinds, given = match.groups()
    wanted = kinds.replace("{None}|", "").replace("[", "").replace("]", "")
    return f"{option} takes {wanted.replace('{', '').replace('}', '')}, not {given}"


def _run(experiment: Experiment, arguments: list[str], program: str) -> int:
    command = shlex.join([*shlex.split(program), *arguments])
    config, options = parse(experiment, arguments)
    _require_folder(options.out)
    # one thread: the same values bit for bit, and at these sizes no slower
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if options.sweep:
        return _run_sweep(experiment, config, options, arguments, program)

    from validation.experiment import run, unfinished
    from validation.report.document import document, exit_code
    from validation.report.terminal import print_result

    console = _console(quiet=options.quiet or options.json)
    console.print(f"{experiment.name}: {experiment.summary}", highlight=False)
    console.print(f"running {command}", highlight=False, soft_wrap=True, markup=False)
    store = unfinished(experiment, config, options.out)
    if store is not None and not options.fresh:
        console.print(
            f"going on from an unfinished run in {store}; --fresh starts over",
            soft_wrap=True,
            markup=False,
        )

    def announce(notes: list[str]) -> None:
        for note in notes:
            console.print(note, highlight=False, markup=False)

    with _progress(console) as progress:
        outcome = run(
            experiment,
            config,
            out=options.out,
            fresh=options.fresh,
            progress=progress,
            announce=announce,
            command=command,
            program=program,
        )
    files = _write(outcome, options.out, experiment.name)
    said = document(outcome.tree, files)
    print_result(said, console)
    if options.json:
        print(json.dumps(said))
    return exit_code(said)


def _run_sweep(
    experiment: Experiment,
    config: Any,
    options: CommandOptions,
    arguments: list[str],
    program: str,
) -> int:
    entries = [entry for given in options.sweep for entry in given]
    values = sweep_values(experiment, config, entries, arguments)

    from validation.sweeps import run_sweep
    from validation.sweeps.terminal import line, print_sweep

    command = shlex.join([*shlex.split(program), *arguments])
    console = _console(quiet=options.quiet or options.json)
    console.print(f"{experiment.name}: {experiment.summary}", highlight=False)
    console.print(f"running {command}", highlight=False, soft_wrap=True, markup=False)

    def announce(notes: list[str]) -> None:
        for note in notes:
            console.print(note, highlight=False, soft_wrap=True, markup=False)

    with _progress(console) as progress:

        def ended(row: dict[str, Any], done: int, total: int) -> None:
            console.print(line(row, done, total), highlight=False, soft_wrap=True, markup=False)
            progress("runs", done, total)

        outcome = run_sweep(
            experiment,
            values,
            base=config,
            out=options.out,
            workers=options.workers,
            scheduler=options.scheduler,
            store=options.store,
            fresh=options.fresh,
            announce=announce,
            ended=ended,
            command=command,
            program=program,
        )
    print_sweep(outcome.document, console)
    if options.json:
        print(json.dumps(outcome.document))
    if outcome.tracebacks:
        print(_fault(experiment.name, command, outcome.tracebacks), file=sys.stderr)
    return outcome.document["exit_code"]


def _require_folder(out: Path) -> None:
    ancestor = out.absolute()
    try:
        while not ancestor.exists():
            ancestor = ancestor.parent
        usable = ancestor.is_dir() and os.access(ancestor, os.W_OK)
    except OSError:  # a name that is too long, a folder that cannot be entered
        usable = False
    if not usable:
        raise ArgumentError(
            "--out", str(out), f"{ancestor} is not a folder that can be written", "choose another"
        )


def _console(quiet: bool) -> Any:
    from rich.console import Console

    class Unguarded(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # its own way is to exit with 1, which says that a check fails

    # a pipe has no width: 80 columns would fold the tables
    width = None if sys.stdout.isatty() else 160
    return Unguarded(quiet=quiet, width=width)


@contextlib.contextmanager
def _progress(console: Any) -> Iterator[Any]:
    """Show a bar with the remaining time and how much is done on a terminal; nothing in a pipe."""
    if not console.is_terminal or console.quiet:
        yield lambda stage, done, total: None
        return
    from rich.progress import MofNCompleteColumn, Progress

    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done)

        yield show


def _write(outcome: Any, out: Path, name: str) -> list[Path]:
    """Write tree, JSON, figures and page, each atomically; the page last."""
    from matplotlib import pyplot

    from numerics.files import write_atomically, write_bytes, write_text, write_tree
    from validation.report.document import document
    from validation.report.page import page

    files = [out / f"{name}.nc", out / f"{name}.json", out / f"{name}.html"]
    shown: dict[str, bytes] = {}
    for title, figure in outcome.report.figures.items():
        for suffix in ("png", "svg"):
            file = out / f"{name}_{title.replace(' ', '_')}.{suffix}"

            def save(part: Path, figure: Any = figure, suffix: str = suffix) -> None:
                # no date and no random names in the file: the same result gives the same bytes
                metadata = {"Date": None} if suffix == "svg" else None
                with pyplot.rc_context({"svg.hashsalt": name}):
                    figure.savefig(part, format=suffix, dpi=100, metadata=metadata)

            write_atomically(file, save)
            files.append(file)
        shown[f"{title}.svg"] = file.read_bytes()
        pyplot.close(figure)
    for title, content in outcome.report.media.items():
        files.append(write_bytes(out / f"{name}{title}", content))
        shown[files[-1].name] = content
    earlier = _earlier_files(out, name)
    write_tree(files[0], outcome.tree)
    said = document(outcome.tree, files)
    write_text(files[1], json.dumps(said, indent=1) + "\n")
    write_text(files[2], page(said, shown, json.loads(outcome.tree.attrs["claims"])))
    for stale in earlier - {file.name for file in files}:  # pictures of something else
        (out / stale).unlink(missing_ok=True)
    return files


def _earlier_files(out: Path, name: str) -> set[str]:
    """Return the names of the files that an earlier result of this experiment wrote here."""
    try:
        said = json.loads((out / f"{name}.json").read_text())
        earlier = {Path(file).name for file in said["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {file for file in earlier if file.startswith((f"{name}_", f"{name}."))}
