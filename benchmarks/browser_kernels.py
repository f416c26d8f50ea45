"""Networks in a browser: our kernels, dense and sparse, and ONNX Runtime Web if there.

python benchmarks/browser_kernels.py [--rounds 15] [--onnxruntime node_modules/…]

Every file of chapter 05 on one page of an installed Chromium, one thread: the same
weights through the dense kernel, zeros included, and through compressed sparse rows. In
every round all take turns, at least 200 runs each; a ratio is the median over rounds,
and the numbers beside it are its quartiles. Also printed: milliseconds to decode the
file, the first time and at best, and bytes of everything that the browser needs.

ONNX Runtime Web is the peer: `npm install onnxruntime-web` in any folder, and
`--onnxruntime` names node_modules/onnxruntime-web in it. It runs the same network, with
its zeros, through its own dense kernels.
"""

import argparse
import base64
import contextlib
import functools
import gzip
import http.server
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import torch
from playwright.sync_api import sync_playwright

from course_lib import digit, web
from course_lib.storage import export_onnx, load, shipped, shipped_names

MODULES = ("digit/reader.js", "digit/network.js", "digit/timing.js")
RUNTIME = "ort.wasm.min.js"  # the smallest one, without graphics cards
TIME = """async ([wasm, file, onnx, rounds]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const decoded = [];
  let found;
  for (let i = 0; i < 9; i += 1) {
    const start = performance.now();
    found = await readPruned(bytes(file));
    decoded.push(performance.now() - start);
  }
  const kernels = await loadKernels(bytes(wasm));
  const networks = [false, true].map((sparse) => buildNetwork(kernels, found, sparse));
  const image = Float32Array.from({ length: 784 }, (_, i) => (i % 7) / 7);
  for (const network of networks) network.image.set(image);
  let peer = null;
  if (onnx) {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = new URL("dist/", document.baseURI).href;
    const options = { executionProviders: ["wasm"] };
    peer = await ort.InferenceSession.create(bytes(onnx), options);
  }
  const feeds = peer && {
    [peer.inputNames[0]]: new ort.Tensor("float32", image, [1, 1, 28, 28]),
  };
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const ours = await timeTurns(networks.map((network) => network.run), undefined, 1);
    const row = ours.flat();
    if (peer) {
      const start = performance.now();
      for (let i = 0; i < 200; i += 1) await peer.run(feeds);
      row.push(1000 * (performance.now() - start) / 200);
    }
    times.push(row);
  }
  let away = 0;
  if (peer) {
    const { data } = Object.values(await peer.run(feeds))[0];
    away = Math.max(...data.map((logit, i) => Math.abs(logit - networks[1].logits[i])));
  }
  return { decoded, times, away };
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *_) -> None: ...


@contextlib.contextmanager
def served(folder: Path):
    """Serve a folder on this machine and yield its address."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def text(content: bytes) -> str:
    """Return bytes as a page can be given them."""
    return base64.b64encode(content).decode()


def as_onnx(name: str, folder: Path) -> bytes:
    """Return the same network, with its zeros, for the peer."""
    example = torch.zeros(1, 1, 28, 28)
    export_onnx(load(shipped(name)), folder / "network.onnx", example)
    return (folder / "network.onnx").read_bytes()


def print_sizes(runtime: Path | None) -> None:
    """Print what a browser loads, gzipped."""
    files = b"".join(shipped(file).read_bytes() for file in digit.NETWORKS.values())
    wasm = (Path(web.__file__).parent / "digit/kernels.wasm").read_bytes()
    parts = {"two networks": files, "kernels": wasm}
    parts["decoder and network"] = web.bundled(*MODULES).encode()
    if runtime is not None:
        wasm = (runtime / "dist/ort-wasm-simd-threaded.wasm").read_bytes()
        parts["ONNX Runtime Web"] = wasm + (runtime / "dist" / RUNTIME).read_bytes()
    for name, content in parts.items():
        print(f"{name:20} {len(gzip.compress(content, 9)):>10,} bytes, gzipped")


def main() -> None:
    """Time every shipped network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--onnxruntime", type=Path)
    options = parser.parse_args()
    print_sizes(options.onnxruntime)
    wasm = text((Path(web.__file__).parent / "digit/kernels.wasm").read_bytes())
    print("\nmicroseconds an image; times as fast as dense [quartiles]; decoding in ms")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "index.html").write_text("<!doctype html><title>Times</title>")
        if options.onnxruntime is not None:
            (folder / "dist").symlink_to((options.onnxruntime / "dist").resolve())
        address = stack.enter_context(served(folder))
        names = ("chromium", "chromium-browser", "google-chrome")
        executable = next(filter(None, map(shutil.which, names)), None)
        flags = ["--no-sandbox", "--disable-gpu"]
        playwright = stack.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path=executable, args=flags)
        page = stack.enter_context(chromium).new_page()
        page.goto(address)
        page.add_script_tag(content=web.bundled(*MODULES))
        if options.onnxruntime is not None:
            page.add_script_tag(url=f"{address}/dist/{RUNTIME}")
        for name in shipped_names():
            onnx = text(as_onnx(name, folder)) if options.onnxruntime else None
            file = text(shipped(name).read_bytes())
            found = page.evaluate(TIME, [wasm, file, onnx, options.rounds])
            times = np.array(found["times"])
            dense, sparse, *peer = np.median(times, axis=0)
            low, ratio, high = np.percentile(times[:, 0] / times[:, 1], [25, 50, 75])
            first, best = found["decoded"][0], min(found["decoded"])
            beside = f", ONNX Runtime {peer[0]:6.1f}" if peer else ""
            print(
                f"{name:14} dense {dense:6.1f}, sparse {sparse:5.1f}: {ratio:4.1f}x "
                f"[{low:.1f}, {high:.1f}]{beside}; decoded in {first:.0f}, {best:.0f}"
            )
            if peer and found["away"] > 1e-4:
                sys.exit(f"{name}: logits are {found['away']:.1e} away from the peer's")


if __name__ == "__main__":
    main()
