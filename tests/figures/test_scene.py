"""A scene looks as if it had been drawn anew, whatever it showed before."""

import io
from itertools import combinations

import numpy as np
import pytest
from matplotlib import image
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_lib import figures
from course_lib.figures import CutLayer

RNG = np.random.default_rng(0)
LAYERS = {
    "fc1": (RNG.normal(size=40) / 9, RNG.exponential(size=40) / 9),
    "fc2": (RNG.normal(size=20) / 9, RNG.exponential(size=20) / 9),
}
WEIGHTS = {"fc1": RNG.normal(size=(12, 784)), "fc2": RNG.normal(size=(9, 12))}
MATRIX = RNG.normal(size=(9, 12))


def masks(limit):
    kept = {name: np.abs(weight) > limit for name, weight in WEIGHTS.items()}
    return kept, dict.fromkeys(WEIGHTS, limit)


def cut(rows, columns, share, matrix=MATRIX):
    layer = CutLayer(matrix, rows, columns, f"w\n9×12\n→ {rows}×{columns}", "in", "out")
    return [layer], {"parameters": share}


def bars(*sizes, reach=None):
    parts = dict(zip(("values", "index", "codebook"), sizes, strict=False))
    return {"dense": {"values": 500.0}, "sparse": parts}, 150.0, reach


def encoder_parts(left):
    whole = {"word embeddings": 50, "attention": 20, "feed-forward": 30}
    pruned = whole | {"feed-forward": left}
    return {"parameters": whole, "MACs": whole}, {"parameters": pruned, "MACs": pruned}


SCENES = {
    "encoders": (
        lambda: figures.PartsLeft(("parameters", "MACs")),
        [encoder_parts(30), encoder_parts(20), encoder_parts(0)],
    ),
    "neurons": (
        lambda: figures.MeanAgainstStd(LAYERS),
        [((0.0, 0.0),), ((0.01, 0.1),), ((0.1, 0.1),), ((9.0, 9.0),)],
    ),
    "masks": (
        lambda: figures.WeightsAndMasks(WEIGHTS),
        [masks(0), masks(0.5), masks(2), masks(9)],
    ),
    "shapes": (
        lambda: figures.CutLayers(*cut(9, 12, 100)),
        [cut(9, 12, 100), cut(4, 12, 44.4), cut(4, 3, 11.1), cut(4, 3, 9, -2 * MATRIX)],
    ),
    "storage": (
        lambda: figures.BytesByPart(2),
        [bars(200, 100), bars(90, 300, 64), bars(10, 20, reach=60), bars(600)],
    ),
}


def pixels(png):
    return image.imread(io.BytesIO(png))


def painted(make, states):
    """The pictures of one scene that is taken through some states."""
    scene = make()
    for state in states:
        scene.update(*state)
        yield pixels(scene.picture())


def after(make, *states):
    """The picture of the last of some states, each of which has been painted."""
    *_, last = painted(make, states)
    return last


@pytest.mark.parametrize(("make", "states"), SCENES.values(), ids=SCENES)
def test_nothing_of_the_states_before_is_left(make, states):
    first, places = states[0], range(len(states))
    direct = [after(make, first, state) for state in states]
    # every state follows every other one, once
    pairs = combinations(places, 2)
    walk = [*(place for pair in pairs for place in pair), 0]
    pictures = painted(make, [states[i] for i in walk])
    for place, picture in zip(walk, pictures, strict=True):
        assert np.array_equal(picture, direct[place])


@pytest.mark.parametrize(("make", "states"), SCENES.values(), ids=SCENES)
def test_what_is_painted_is_the_whole_figure(make, states):
    scene = make()
    for state in states:
        scene.update(*state)
        painted = pixels(scene.picture())
        buffer = io.BytesIO()
        FigureCanvasAgg(scene.figure).print_png(buffer)
        different = np.abs(painted - pixels(buffer.getvalue())).max(axis=2) > 0.1
        assert different.mean() < 0.003  # what moves lies in front of grid and frame
        scene.repaint()  # its canvas was taken away


def test_kept_weights_are_counted_as_numpy_counts():
    scene = figures.WeightsAndMasks(WEIGHTS)
    kept, limits = masks(0.7)
    scene.update(kept, limits)
    for axes, (name, values) in zip(scene.figure.axes, WEIGHTS.items(), strict=False):
        whole, shown = (patch.get_data() for patch in axes.patches)
        for data, part in ((whole, values), (shown, values[kept[name]])):
            expected, _ = np.histogram(part, data.edges)
            assert np.array_equal(np.where(data.values < 1, 0, data.values), expected)


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_bars_or_layers_is_refused(count):
    stacks = {str(i): {"values": 1.0} for i in range(count)}
    with pytest.raises(ValueError, match="argument"):
        figures.BytesByPart(2).update(stacks, 1.0)
    layers, left = cut(4, 3, 9)
    with pytest.raises(ValueError, match="argument"):
        figures.CutLayers(layers * 2, left).update(layers * count, left)


def test_picture_that_is_not_trimmed_has_the_size_of_the_figure():
    figure = Figure(figsize=(3, 2))
    figure.subplots().plot([1, 2])
    assert pixels(figures.picture(figure, trim=False)).shape[:2] == (200, 300)
    trimmed = pixels(figures.picture(figure)).shape
    assert trimmed[0] < 200
