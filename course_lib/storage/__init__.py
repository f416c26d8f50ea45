"""From a masked network to bytes on disk: sparse formats, codes, and a file format.

Formats of one array, smallest idea first: ``coordinates``, ``csr``, ``bitmap``,
``relative_index``; what they cost by formula, and the limit: ``sizes``, ``entropy``.
Values: ``weight_sharing``. A whole network: ``save`` and ``load`` (``file``), on the
arithmetic code of ``coder`` and ``symbols``.
"""

from course_lib.storage.clustering import cluster, compare_starts
from course_lib.storage.fields import BadFileError
from course_lib.storage.file import load, save
from course_lib.storage.weight_sharing import share_weights, sharing_error, tied

__all__ = [
    "BadFileError",
    "cluster",
    "compare_starts",
    "load",
    "save",
    "share_weights",
    "sharing_error",
    "tied",
]
