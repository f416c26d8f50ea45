"""The preview image (Open Graph) that other sites show when a page is shared."""

import random
from functools import cache
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

FOLDER = "cards"
WIDTH, HEIGHT = 1200, 630
PAPER, INK, KEPT, GONE = "#ffffff", "#1b1b1b", "#0072b2", "#e3e6ea"
CELL, COLUMNS, ROWS, LEFT, TOP = 34, 10, 15, 820, 48


def card(title: str, course: str, folder: Path, page: str) -> str:
    """Write the card of a page into ``folder`` and return the name of its file.

    It shows the title beside a matrix in which most weights are pruned.
    """
    image = _ground().copy()
    draw = ImageDraw.Draw(image)
    draw.text((60, 54), course, font=_font(34), fill=KEPT)
    size, lines = _fitted(draw, title.replace(": ", ":\n", 1))
    draw.multiline_text((60, 150), lines, font=_font(size), fill=INK, spacing=16)
    folder.mkdir(parents=True, exist_ok=True)
    name = page.replace("/", "-") + ".png"
    image.save(folder / name, optimize=True)
    return name


@cache
def _ground() -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw, chance = ImageDraw.Draw(image), random.Random(7)
    for row in range(ROWS):
        for column in range(COLUMNS):
            x, y = LEFT + column * (CELL + 2), TOP + row * (CELL + 2)
            fill = KEPT if chance.random() < 0.12 else GONE
            draw.rectangle((x, y, x + CELL, y + CELL), fill=fill)
    return image.quantize(8).convert("RGB")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(fonts / "DejaVuSans-Bold.ttf"), size)


def _fitted(draw: ImageDraw.ImageDraw, title: str) -> tuple[int, str]:
    """Return the largest size at which the title fits beside the matrix, in lines."""
    for size in (64, 54, 46, 38, 32, 26):
        lines: list[str] = []
        for paragraph in title.split("\n"):
            line = ""
            for word in paragraph.split():
                longer = f"{line} {word}".strip()
                if line and draw.textlength(longer, font=_font(size)) > LEFT - 110:
                    lines.append(line)
                    longer = word
                line = longer
            lines.append(line)
        widest = max(draw.textlength(line, font=_font(size)) for line in lines)
        if len(lines) * (size + 16) < HEIGHT - 200 and widest < LEFT - 100:
            break
    return size, "\n".join(lines)
