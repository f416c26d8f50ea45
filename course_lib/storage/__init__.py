"""From a masked network to bytes on disk: sparse formats, codes, and a file format.

Formats of one array, simplest first: ``coordinates``, ``csr``, ``bitmap``,
``relative_index``; what they cost by formula, and the limit: ``sizes``, ``entropy``.
Values: ``weight_sharing``, ``rounding``. A complete network: ``save`` and ``load``
(``file``), on the arithmetic code of ``coder`` and ``symbols``; for others to read:
``export`` and ``onnx_export``.
"""

from course_lib.storage.clustering import cluster, compare_starts
from course_lib.storage.export import export_safetensors, import_safetensors
from course_lib.storage.fields import BadFileError
from course_lib.storage.file import load, save
from course_lib.storage.onnx_export import export_onnx, load_onnx
from course_lib.storage.rounding import round_weight, round_with_inputs
from course_lib.storage.shipped import shipped, shipped_names
from course_lib.storage.weight_sharing import share_weights, tied

__all__ = [
    "BadFileError",
    "cluster",
    "compare_starts",
    "export_onnx",
    "export_safetensors",
    "import_safetensors",
    "load",
    "load_onnx",
    "round_weight",
    "round_with_inputs",
    "save",
    "share_weights",
    "shipped",
    "shipped_names",
    "tied",
]
