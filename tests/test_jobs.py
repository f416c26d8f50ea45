"""Jobs give the same results wherever they run, also when a worker dies."""

import os
import signal
import time
from collections.abc import Iterator

import joblib
import pandas as pd
import pytest
import torch
from distributed import Client

from course_lib import experiments
from course_lib.activation import activation_statistics, threshold_sweep
from course_lib.data import Split
from course_lib.jobs import run_jobs
from course_lib.magnitude import sensitivity_scan
from course_lib.models import MLP

from .cluster import two_workers


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Return a client of a cluster with two worker processes on this machine."""
    with two_workers() as client:
        yield client


def _case(images=400):
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    model = MLP((784, 60, 40, 10), dtype=torch.float64)
    pixels = torch.rand(images, 1, 28, 28, generator=generator, dtype=torch.float64)
    split = Split(pixels, torch.arange(images) % 10)
    return model, activation_statistics(model, split), split


def _sweeps():
    """Three sweeps as one function, so that each place runs the very same."""
    model, found, split = _case()
    pairs = [(0.01 * i, 0.02 * i) for i in range(8)]
    return [
        threshold_sweep(model, found, pairs, split),
        experiments.score_sweep(model, found, [0.2, 0.5, 0.8], split),
        sensitivity_scan(model, split, [0.5, 0.9]),
    ]


def _slow_square(number: int) -> tuple[int, int]:
    time.sleep(0.2)
    return number**2, os.getpid()


def test_jobs_come_back_in_order_whoever_runs_them():
    arguments = [(i, 2) for i in range(6)]
    assert run_jobs(pow, arguments) == run_jobs(pow, arguments, jobs=2)


def test_jobs_run_in_this_process_unless_somebody_says_otherwise():
    assert run_jobs(os.getpid, [()] * 3) == [os.getpid()] * 3
    with joblib.parallel_config(n_jobs=2):
        assert os.getpid() not in run_jobs(os.getpid, [()] * 3)


def test_sweeps_are_the_same_on_a_cluster(client):
    here = _sweeps()
    with joblib.parallel_config(backend="dask"):
        there = _sweeps()
    for mine, other in zip(here, there, strict=True):
        pd.testing.assert_frame_equal(mine, other, check_exact=True)


def test_no_job_is_lost_when_a_worker_is_killed_in_the_middle(client):
    pids = set(client.run(os.getpid).values())
    victim = min(pids)
    # sixteen jobs of a fifth of a second on two workers: this is in their middle
    client.loop.call_later(0.5, os.kill, victim, signal.SIGKILL)
    with joblib.parallel_config(backend="dask"):
        results = run_jobs(_slow_square, [(i,) for i in range(16)])
    assert [square for square, _ in results] == [i**2 for i in range(16)]
    with pytest.raises(ProcessLookupError):
        os.kill(victim, 0)
    workers = {pid for _, pid in results}
    assert workers - {victim}
    assert os.getpid() not in workers
