"""Pictures of the website: small files with known sizes and alternative texts."""

import base64
import hashlib
import html
import io
from pathlib import Path

from PIL import Image, ImageChops

FOLDER = "pictures"
WIDEST = 1600  # pixels: twice the column of text, for sharp screens
FEW = 12_000  # colors
BROAD = 700  # pixels: on a phone, such a picture's labels would be too small to read
DARKEST = (0, 34, 78)  # of cividis, the colors of activations, where dark is zero


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
    classes = ["course-figure", "dark-light"]
    if keeps_colors(image.convert("RGB")):
        classes.append("course-paper")
    if image.width > BROAD:
        classes.append("course-broad")
    return (
        f'<img class="{" ".join(classes)}" src="{up}{FOLDER}/{name}"'
        f' alt="{html.escape(alt)}" width="{image.width}" height="{image.height}"'
        ' loading="lazy" decoding="async">'
    )


def keeps_colors(image: Image.Image) -> bool:
    """Return whether an RGB picture must keep its colors in dark mode.

    Inverted, a heat map in which dark is zero would say that bright is zero, and
    many phones would not read a QR code.
    """
    darkest = [
        channel.point(lambda value, least=least: 255 * (abs(value - least) < 12))
        for channel, least in zip(image.split(), DARKEST, strict=True)
    ]
    zero = ImageChops.multiply(ImageChops.multiply(darkest[0], darkest[1]), darkest[2])
    black = image.convert("L").point(lambda value: 255 * (value < 60))
    return _share(zero) > 0.004 or _share(black) > 0.25


def _share(mask: Image.Image) -> float:
    return mask.histogram()[255] / (mask.width * mask.height)


def smallest(image: Image.Image) -> bytes:
    """Return a WebP file: lossless where there are few colors, as in most plots.

    A picture with many shades is smaller with it.
    """
    file, few = io.BytesIO(), image.getcolors(FEW) is not None
    image.save(file, "WEBP", lossless=few, quality=60 if few else 88, method=3)
    return file.getvalue()
