"""A Dask cluster on this machine, as the tests of jobs and of grading use it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from distributed import Client, LocalCluster


@contextmanager
def two_workers() -> Iterator[Client]:
    """Give a client of two worker processes; they end with the ``with``.

    Starting them writes numbers of threads into this process's environment, which
    later tests would hand to their kernels; so it is put back.
    """
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        mock.patch.dict(os.environ),
        LocalCluster(processes=True, **options) as cluster,
        Client(cluster) as client,
    ):
        yield client
