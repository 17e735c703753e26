"""Jobs on processes that live on: each job's result at its place, whatever happens to its process."""

import contextlib
import multiprocessing
import os
import signal

import pytest

from numerics.processes import ProcessDied, on_processes

JOBS = [3, 1, 4, 1, 5]


def of_process(job):
    return os.getpid(), multiprocessing.current_process().daemon, job**2


def unlucky(job):
    """Halves of even numbers."""
    if job % 2:
        raise ValueError(f"{job} is odd")
    return job // 2


def lethal(folder):
    """The process dies of the first two attempts; the third finds their traces."""
    attempts = len(list(folder.iterdir()))
    (folder / str(attempts)).touch()
    if attempts < 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return attempts


def ignored(job):
    os.kill(os.getpid(), signal.SIGINT)
    return job


@pytest.fixture(autouse=True)
def _none_is_left():
    yield
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_each_job_has_its_result(workers):
    """Squares, by at most as many processes as there are workers or jobs; none is this one."""
    results = dict(on_processes(of_process, JOBS, workers))
    processes = {process for process, _, _ in results.values()}
    assert [results[place][2] for place in range(5)] == [job**2 for job in JOBS]
    assert 1 <= len(processes) <= min(workers, 5)
    assert os.getpid() not in processes
    assert all(daemon for _, daemon, _ in results.values())


def test_no_jobs():
    """Nothing comes of nothing."""
    assert list(on_processes(of_process, [], 2)) == []


def test_what_is_raised_is_a_result():
    """Of the job that raised it; the process lives on, and the other jobs have theirs."""
    results = dict(on_processes(unlucky, [2, 7, 6], 1))
    assert (results[0], results[2]) == (1, 3)
    assert isinstance(results[1], ValueError)
    assert str(results[1]) == "7 is odd"


@pytest.mark.parametrize("most_deaths", [1, 2, 3])
def test_a_process_that_dies_is_replaced(tmp_path, most_deaths):
    """A job that two processes die of is done by the third, if so many are allowed; the next is done."""
    folders = [tmp_path / name for name in ("first", "second")]
    for folder, deaths in zip(folders, (0, 2), strict=True):
        folder.mkdir()
        for number in range(deaths):
            (folder / str(number)).touch()
    results = dict(on_processes(lethal, folders, 1, most_deaths))
    assert results[1] == 2
    assert len(list(folders[0].iterdir())) == min(most_deaths, 3)
    if most_deaths < 3:
        assert isinstance(results[0], ProcessDied)
    else:
        assert results[0] == 2


def test_an_interrupt_is_for_the_process_that_asks():
    """SIGINT, as a terminal sends it to all of them, changes nothing in those that perform."""
    assert dict(on_processes(ignored, ["a", "b"], 2)) == {0: "a", 1: "b"}


def test_whoever_leaves_early_leaves_no_process():
    """Closed after the first result, with jobs under way and waiting."""
    with contextlib.closing(on_processes(of_process, JOBS, 2)) as results:
        next(results)
        assert multiprocessing.active_children()
    assert not multiprocessing.active_children()
