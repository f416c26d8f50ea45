"""Pictures of the website: small files of a known size, with words in their place."""

import base64
import hashlib
import html
import io
from pathlib import Path

from PIL import Image

FOLDER = "pictures"
WIDEST = 1600  # pixels: twice the column of text, for sharp screens
FEW = 12_000  # colors


def picture(png: bytes | str, alt: str, folder: Path, up: str) -> str:
    """Write a PNG (bytes, or base64) as WebP into ``folder`` and return its element.

    ``up`` leads from the page to the root of the website. Raises ValueError without an
    alternative text.
    """
    if not alt.strip():
        raise ValueError("a picture needs an alternative text")
    data = base64.b64decode(png) if isinstance(png, str) else png
    image = Image.open(io.BytesIO(data))
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")
    if image.width > WIDEST:
        image.thumbnail((WIDEST, 10 * WIDEST))
    small = smallest(image)
    name = f"{hashlib.sha256(small).hexdigest()[:12]}.webp"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(small)
    return (
        f'<img class="course-figure dark-light" src="{up}{FOLDER}/{name}"'
        f' alt="{html.escape(alt)}" width="{image.width}" height="{image.height}"'
        ' loading="lazy" decoding="async">'
    )


def smallest(image: Image.Image) -> bytes:
    """Return a WebP file: without loss where there are few colors, as in most plots.

    A picture with many shades is smaller with it.
    """
    file, few = io.BytesIO(), image.getcolors(FEW) is not None
    image.save(file, "WEBP", lossless=few, quality=60 if few else 88, method=3)
    return file.getvalue()
