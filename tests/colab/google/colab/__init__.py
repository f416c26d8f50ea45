"""A stand-in for Colab's own package, by which a notebook tells where it runs.

It brings the `%pip` of Colab, which runs pip and says nothing about a restart.
"""

import sys

from IPython import get_ipython


def _pip(line: str) -> None:
    get_ipython().system(f"{sys.executable} -m pip {line}")


if (shell := get_ipython()) is not None:
    shell.register_magic_function(_pip, magic_kind="line", magic_name="pip")
