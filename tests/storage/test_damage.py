"""Damaged and lying files are refused: soon, cheaply, and with an error that says so.

A hundred and fifty of them here, 20 000 in a soak, drawn from the same seed.
"""

import json
import subprocess
import sys

from tests.sampling import count

COUNT = count(150, 20_000)
MEMORY = 200 * 2**20  # bytes
# Times what a whole file of these small networks costs. A file that claims to hold a
# larger network costs up to 50 times as much before it is refused.
SLOWEST = 200

# in a process of its own, because its memory is limited
PROGRAM = f"""
import json, resource, sys, tempfile, time
from pathlib import Path
import torch
from course_lib.storage import BadFileError, load, save, tensors
from tests.small import NETWORKS, random_network
from tests.storage.damage import damaged_files
torch.set_num_threads(1)
with tempfile.TemporaryDirectory() as folder:
    path, contents, whole = Path(folder) / "network", [], 0.0
    for kind in NETWORKS:
        for bits, largest in ((None, 10**6), (3, 10**6), (None, 0), (3, 0)):
            tensors.LARGEST_BY_CELLS = largest
            save(random_network(kind, 5).float(), path, bits=bits)
            load(path)  # compiles what is compiled at the first call
            start = time.process_time()
            load(path)
            whole = max(whole, time.process_time() - start)
            contents.append(path.read_bytes())
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + {MEMORY}
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    found = {{"refused": 0, "accepted": [], "others": [], "slowest": 0.0}}
    found["whole"] = whole
    for way, content in damaged_files(contents, int(sys.argv[1]), seed=0):
        path.write_bytes(content)
        start = time.process_time()
        try:
            load(path)
            found["accepted"].append(way)
        except BadFileError as error:
            assert str(path) in str(error)
            found["refused"] += 1
        except BaseException as error:
            found["others"].append(f"{{way}}: {{error!r}}")
        found["slowest"] = max(found["slowest"], time.process_time() - start)
print(json.dumps(found))
"""


def test_every_damaged_file_is_refused_within_its_limits():
    run = [sys.executable, "-c", PROGRAM, str(COUNT)]
    done = subprocess.run(run, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    times = found["slowest"] / found["whole"]
    print(f"the slowest of {COUNT} takes {times:.1f} times as long as a whole file")
    assert found["accepted"] == []
    assert found["others"] == []
    assert found["refused"] == COUNT
    assert times < SLOWEST
