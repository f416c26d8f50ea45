"""Answers that cost the grader time or memory: 0 points for ``mlp_costs``."""

import os
import time

import numpy as np


def sleeps(widths):
    time.sleep(10**6)


def waits_for_nobody(widths):
    reading, _ = os.pipe()
    return os.read(reading, 1)


def works_and_sleeps(widths):
    while True:
        time.sleep(0.01)
        sum(range(10**5))


def waits_for_the_disk(widths):
    while True:
        os.sync()


def makes_empty_files(widths):
    for number in range(10**7):
        open(f"/tmp/{number}", "w").close()


def makes_empty_folders(widths):
    for number in range(10**7):
        os.mkdir(f"/tmp/{number}")


def keys_of_one_hash(widths):
    return {number * (2**61 - 1): 0 for number in range(1, 30_001)}


def floats_of_one_hash(widths):
    return {
        "parameters": {m * 2.0**e: 0 for e in range(0, 900, 61) for m in range(3000)}
    }


def many_small_arrays(widths):
    return {"parameters": [np.zeros(0, bool)] * 90_000, "macs": 1}


def short_texts_and_a_long_one(widths):
    """As an array each of them would have the room of the longest: 300 GB."""
    return {"parameters": ["a"] * 100_000 + ["b" * 10**6], "macs": ["a", "b"]}


def a_long_error(widths):
    raise ValueError("9" * 10**8)


def an_error_that_takes_long(widths):
    class SlowError(Exception):
        def __str__(self):
            while True:
                pass

    raise SlowError
