"""Answers that return too much, too deep or too long: 0 points for ``mlp_costs``."""

import sys

import numpy as np


def endless_list(widths):
    class Endless(list):
        def __iter__(self):
            while True:
                yield 0

    return Endless()


def contains_itself(widths):
    value = []
    value.append(value)
    return value


def deep_list(widths):
    value = []
    for _ in range(100_000):
        value = [value]
    return value


def deep_enough(widths):
    """As deep as a frame may be."""
    value = 1
    for _ in range(150):
        value = {"parameters": value, "macs": 1}
    return value


def huge_integer(widths):
    return {"parameters": 10 ** (10**6), "macs": 10**4000}


def huge_integer_without_limit(widths):
    sys.set_int_max_str_digits(0)
    return {"parameters": 10 ** (10**5), "macs": 1}


def large_integers(widths):
    return {"parameters": 10**4000, "macs": -(10**4000)}


def a_large_array(widths):
    return np.ones(2**27, np.int8)


def just_below_the_limit(widths):
    return {"parameters": np.ones(2**25 - 1, bool), "macs": 1}


def a_long_text(widths):
    return "1" * 2**27


def many_keys(widths):
    return {number: number for number in range(10**5)}


def many_entries(widths):
    return {"parameters": [1] * 500_000, "macs": 1}


def nothing_with_long_sides(widths):
    return {"parameters": np.empty((2**40, 0)), "macs": np.empty((0, 2**31, 2**20))}


def one_number_seen_often(widths):
    return np.broadcast_to(1.0, (2**20, 2**20))
