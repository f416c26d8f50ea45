"""The tested library behind the course *Pruning, measured*.

One module per idea; import the module you need, for example
``from course_lib.activation import activation_statistics``.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("pruning-measured")
except PackageNotFoundError:  # a checkout on the path, not installed
    __version__ = "0+unknown"
