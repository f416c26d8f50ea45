"""The learning map: chapters, prerequisites, progress, and neighboring topics."""

from __future__ import annotations

from pathlib import Path

import ipywidgets as widgets
from IPython.display import display

from course_lib import controls, journal
from course_lib.figures import course_map, picture
from course_lib.page import predict
from course_lib.page.positions import Positions
from course_lib.page.progress import Progress, calibration, progress

CHAPTERS = {
    "00": "Pruning in plain language",
    "01": "Training",
    "02": "Activation pruning",
    "03": "Magnitude masks",
    "04": "Structured pruning",
    "05": "Sparse storage",
    "06": "Your own model",
}
# the chapters that a chapter builds on, as its map lists them
PREREQUISITES = {
    "00": (), "01": (), "02": ("01",), "03": ("01", "02"), "04": ("02", "03"),
    "05": ("03", "04"), "06": ("04", "05"),
}  # fmt: skip
DOOR, ENDS = "Quantization", ("05", "06")  # the chapters that lead to the door
NEIGHBORS = {
    DOOR: "Quantization stores and multiplies each number in fewer bits, as an "
    "integer times a scale. Pruning decides how many numbers are left and quantization "
    "how long each one is, so their savings multiply.",
    "Distillation": "A small network learns from the answers of a large one, not only "
    "from the labels ([Hinton, Vinyals and Dean "
    "2015](https://arxiv.org/abs/1503.02531)). Chapters 02 to 05 use it to repair "
    "what pruning broke.",
    "LoRA": "Low-rank adaptation leaves the weights of a trained network as they are "
    "and learns two thin matrices whose product is added to them ([Hu et al. "
    "2021](https://arxiv.org/abs/2106.09685)). "
    "That makes training cheaper; the network that answers afterward is as large as "
    "before.",
    "Sparse mixture of experts": "Many subnetworks work side by side, and each input "
    "goes through only a few of them ([Shazeer et al. "
    "2017](https://arxiv.org/abs/1701.06538)). There is less arithmetic, but "
    "all weights must stay in memory: the opposite of what a mask in a file saves.",
}
_PLACES = {
    "00": (0.0, 1.2), "01": (0.0, 0.0), "02": (2.3, 0.75), "03": (2.3, -0.75),
    "04": (4.6, 0.75), "05": (4.6, -0.75), "06": (6.9, 0.0),
    DOOR: (6.9, -2.0), "Distillation": (0.0, -2.0), "LoRA": (2.3, -2.0),
    "Sparse mixture of experts": (4.6, -2.0),
}  # fmt: skip
# the lessons, all in one folder, so that they can link to each other
LESSONS = {
    "00": "00_plain_language.ipynb",
    "01": "01_training.ipynb",
    "02": "02_activation_pruning.ipynb",
    "03": "03_magnitude_masks.ipynb",
    "04": "04_structured_pruning.ipynb",
    "05": "05_sparse_storage.ipynb",
    "06": "06_your_own_model.ipynb",
}


def show(chapter: str) -> None:
    """Display the map as it looks from a chapter, and below it links to the others."""
    controls.display_bundle(*build(chapter))
    # Markdown of its own: in a widget, JupyterLab would not resolve the links
    links = {name: f"[{place_name(name)}]({page})" for name, page in LESSONS.items()}
    links[chapter] = f"**{place_name(chapter)}**"
    data = {"text/markdown": " · ".join(links.values()), "text/plain": "Links."}
    display(data, raw=True)


def build(chapter: str) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the map as a picture, and the map in words."""
    if chapter not in CHAPTERS:
        raise ValueError(f"chapter must be one of {list(CHAPTERS)}, got {chapter!r}")
    image, shown, line = controls.Picture(), controls.prose(""), controls.count()
    door = predict.gate("04", controls.prose(NEIGHBORS[DOOR]))
    places = [*CHAPTERS, *NEIGHBORS]
    listed = [(place_name(place), place) for place in places]
    look = controls.menu("look at", listed, chapter)

    def refresh(change: object = None) -> dict[str, Progress]:
        found, damaged = read_progress()
        begun = sum(one.share() > 0 for one in found.values())
        line.value = (
            f"place {places.index(look.value) + 1} of {len(places)} · "
            f"{begun} of {len(CHAPTERS)} chapters started"
        )
        shown.value = controls.html(_place_with_progress(look.value, found, damaged))
        controls.show_or_hide(door, look.value == DOOR)
        return found

    def reread() -> None:
        image.png = draw(chapter, refresh())

    look.observe(refresh, names="value")
    again = controls.button("update my progress", reread)
    reread()
    kept = Positions(f"{chapter}-map", {"place": look})
    view = widgets.VBox([image, look, shown, door, line, kept.saving, again])
    alt = f"The learning map, a choice of {len(places)} places. {describe(chapter)}"
    return view, image.png, alt


def read_progress(folder: Path | None = None) -> tuple[dict[str, Progress], list[str]]:
    """Return a learner's progress in every chapter, and which answers are damaged."""
    kept, damaged = journal.read(folder=folder)
    found = {name: progress(name, kept=kept, folder=folder) for name in CHAPTERS}
    return found, damaged


def draw(chapter: str, found: dict[str, Progress]) -> bytes:
    """Return the map as a PNG that shows the progress in each chapter."""
    done = {place_name(name): one.share() for name, one in found.items()}
    places = {place_name(name): place for name, place in _PLACES.items()}
    named = [(place_name(a), place_name(b)) for a, b in arrows()]
    figure = course_map(places, named, done, place_name(chapter), list(NEIGHBORS))
    return picture(figure)


def arrows() -> list[tuple[str, str]]:
    """Return the arrows of the map, from each place to one that builds on it."""
    found = [(a, b) for b, before in PREREQUISITES.items() for a in before]
    return found + [(name, DOOR) for name in ENDS]


def place_name(place: str) -> str:
    """Return the name of a place, for a chapter with its number."""
    return f"{place} {CHAPTERS[place]}" if place in CHAPTERS else place


def place_text(place: str) -> str:
    """Return the map's text about a place, as Markdown; the door's is a placeholder."""
    if place == DOOR:
        return (
            "**The door to quantization.** Before it opens: which pattern gets "
            "faster, and why? Chapter 04 measures it; chapters 05 and 06 "
            "end at this door."
        )
    if place in NEIGHBORS:
        return NEIGHBORS[place]
    before = ", ".join(map(place_name, PREREQUISITES[place])) or "nothing before it"
    return f"**{place_name(place)}** builds on {before}."


def _place_with_progress(
    place: str, found: dict[str, Progress], damaged: list[str]
) -> str:
    if place not in CHAPTERS:
        return place_text(place)
    return "\n\n".join([
        place_text(place),
        found[place].sentence(),
        calibration(list(found.values())),
        *damaged,
    ])  # fmt: skip


def describe(chapter: str) -> str:
    """Return a description of the map as it looks from a chapter."""
    built = "; ".join(
        f"{place_name(name)} builds on {' and '.join(before)}"
        for name, before in PREREQUISITES.items()
        if before
    )
    return (
        f"You are at {place_name(chapter)}. {built}. The last door of the course opens "
        f"on quantization; its neighbors are distillation, LoRA, and sparse mixtures "
        f"of experts."
    )
