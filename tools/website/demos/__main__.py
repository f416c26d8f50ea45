"""Compute the data of the demos: ``python -m tools.website.demos [NAME…]``."""

import argparse
from collections.abc import Sequence

import torch

from tools.website import demos


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a demo; default all")
    torch.set_num_threads(1)  # as in the lessons
    for name in parser.parse_args(arguments).names or demos.names():
        print(f"website/data/{name}.json: {demos.write(name):,} bytes")


if __name__ == "__main__":
    main()
