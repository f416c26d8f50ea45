"""*Draw a digit* answers to mouse, keyboard, and menu; what it states is measured."""

import gzip
import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from course_lib import digit, web
from course_lib.storage import shipped
from tests.browser.chromium import Complaints
from tests.web.pages import write_page
from tests.web.scripts import functions
from tools.chromium import START_SECONDS
from tools.website.digit import DENSE_SCRIPT, dense_script, html
from tools.website.kernels import SOURCE

expect.set_options(timeout=START_SECONDS * 1000)  # machines differ
LARGEST_DOWNLOAD = 50_000  # bytes, gzipped: model, kernels, and decoder
PEN = 11

DRAW = """async ([data, drawings]) => {
  const kernels = await loadKernels(digitBytes(data.kernels));
  const networks = [];
  for (const { file } of [...data.networks, data.dense]) {
    const found = await readPruned(digitBytes(file));
    for (const sparse of [false, true]) {
      networks.push(buildNetwork(kernels, found, sparse));
    }
  }
  return drawings.map(([strokes, pen]) => {
    const found = digitImage(strokes, pen);
    return networks.map((network) => bestClass(answerOf(network, found)));
  });
}"""
MODULES = ("digit/draw_digit.js", "digit/reader.js", "digit/network.js")


def turned(degrees):
    a = np.radians(degrees)
    return [[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]


def shaken(points):
    """Bend a stroke as a hand that trembles would."""
    x, y = points.T
    return np.stack([x + 7 * np.sin(y / 9), y + 7 * np.sin(x / 11)], 1)


# how ten people write the same: a matrix around the middle, a shift, the radius of the
# pen, and a change of the line
HANDS = {
    "plain": ([[1, 0], [0, 1]], (0, 0), PEN, None),
    "thin": ([[1, 0], [0, 1]], (0, 0), 5, None),
    "thick": ([[1, 0], [0, 1]], (0, 0), 18, None),
    "shifted": ([[0.7, 0], [0, 0.7]], (40, -40), PEN, None),
    "small": ([[0.4, 0], [0, 0.4]], (-60, 50), PEN, None),
    "slanted": ([[1, -0.5], [0, 1]], (0, 0), PEN, None),
    "turned left": (turned(-20), (0, 0), PEN, None),
    "turned right": (turned(25), (0, 0), PEN, None),
    "wide": ([[1.4, 0], [0, 0.7]], (0, 0), PEN, None),
    "shaky": ([[1, 0], [0, 1]], (0, 0), PEN, shaken),
}


def by_hand(strokes, hand):
    """Return strokes of the menu's digits as this hand would draw them, and its pen."""
    matrix, shift, pen, change = HANDS[hand]
    drawn = []
    for stroke in strokes:
        points = np.array(stroke, float)
        steps = np.linspace(0, len(points) - 1, 8 * len(points))
        fine = [np.interp(steps, range(len(points)), axis) for axis in points.T]
        points = np.stack(fine, 1)
        points = change(points) if change else points
        drawn.append(((points - 140) @ np.array(matrix).T + 140 + shift).tolist())
    return drawn, pen


@pytest.fixture
def opened(context, tmp_path):
    """Return a page from disk that has the part, and what it complains about."""
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / DENSE_SCRIPT).write_text(dense_script(), encoding="utf-8")
    path = write_page(tmp_path, html(), web.bundled("digit.js"))
    page = context.new_page()
    complaints = Complaints(page, {})
    page.goto(path.as_uri())
    yield page
    assert complaints() == []
    page.close()


def stroke(page, points):
    """Draw with the mouse on the field; points are in its 280 × 280 units."""
    box = page.get_by_role("application").bounding_box()
    scale = box["width"] / 280
    placed = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in points]
    page.mouse.move(*placed[0])
    page.mouse.down()
    for place in placed[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def answered(page, answer):
    said = f"LeNet-300-100 answers {answer} .*, LeNet-5 answers {answer} "
    expect(page.locator(".course-readout").first).to_have_text(re.compile(said))
    expect(page.locator(".course-digit-answer")).to_have_text([f"{answer}"] * 4)


def test_mouse_draws_and_every_network_answers_at_once(opened):
    stroke(opened, [(90, 66), (190, 62), (130, 226)])
    answered(opened, 7)
    bars = opened.get_by_role(
        "img", name="Scores of LeNet-5, sparse kernel: skips the zeros: 0: "
    )
    expect(bars).to_be_visible()
    opened.get_by_role("button", name="Clear").click()
    expect(opened.locator(".course-digit-answer")).to_have_text(["–"] * 4)


def test_networks_answer_while_a_stroke_is_being_drawn(opened):
    stroke(opened, [(140, 60), (140, 220)])
    answered(opened, 1)
    opened.mouse.down()
    opened.mouse.move(300, 200, steps=8)
    aria = "Scores of LeNet-5, sparse kernel: skips the zeros"
    before = opened.get_by_role("img", name=aria).get_attribute("aria-label")
    opened.mouse.move(120, 130, steps=8)
    bars = opened.get_by_role("img", name=aria)
    expect(bars).not_to_have_attribute("aria-label", before)
    opened.mouse.up()


def test_finger_draws_and_the_page_stays_where_it_is(opened):
    opened.set_viewport_size({"width": 390, "height": 600})
    browser = opened.context.new_cdp_session(opened)
    browser.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    box = opened.get_by_role("application").bounding_box()
    kinds = ("touchStart", "touchMove", "touchMove")
    points = [(90, 66), (190, 62), (130, 226)]
    for kind, (x, y) in zip(kinds, points, strict=True):
        scale = box["width"] / 280
        place = {"x": box["x"] + x * scale, "y": box["y"] + y * scale}
        touch = {"type": kind, "touchPoints": [place]}
        browser.send("Input.dispatchTouchEvent", touch)
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    answered(opened, 7)
    assert opened.evaluate("scrollY") == 0
    assert opened.evaluate("document.documentElement.scrollWidth") == 390


def test_keyboard_draws(opened):
    field = opened.get_by_role("application")
    field.focus()
    opened.keyboard.press("Space")
    for _ in range(15):
        opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Space")
    answered(opened, 1)


@pytest.mark.parametrize("digit", range(10))
def test_menu_draws_every_digit_which_is_read_right(opened, digit):
    opened.get_by_label("Draw for me").select_option(f"a {digit}")
    answered(opened, digit)


def test_times_and_ratios_are_measured_after_a_stroke(opened):
    opened.get_by_label("Draw for me").select_option("a 2")
    opened.get_by_role("button", name="Measure again").wait_for()
    times = opened.locator(".course-digit-card li", has_text="µs").all_inner_texts()
    assert len(times) == 4
    for text in times:
        median, low, high = map(float, re.findall(r"[\d.]+", text.replace(",", "")))
        assert 0 < low <= median <= high
    said = opened.locator(".course-count", has_text="Measured in").inner_text()
    print(said)
    assert all(float(times) > 1 for times in re.findall(r"([\d.]+) times", said))


def test_slider_prunes_the_dense_network_until_it_breaks(opened):
    opened.get_by_label("Draw for me").select_option("a 8")
    answered(opened, 8)
    slider = opened.get_by_label("Prune weights up to")
    slider.focus()
    stops = json.loads(web.read(digit.MEASURED))["stops"]
    seen = set()
    for threshold, kept, right in stops[1:]:
        opened.keyboard.press("ArrowRight")
        said = opened.locator(".course-readout").last
        expect(said).to_contain_text(
            f"{kept:,} of 266,200 weights are more than {threshold} "
            f"from zero and stay. "
            f"{right / 100:.2f}% of 10,000 test images are answered correctly. "
            "Your drawing: "
        )
        seen.add(re.search(r"Your drawing: (\d)", said.inner_text())[1])
    assert "8" in seen
    assert len(seen) > 1


def test_missing_script_is_named(context, tmp_path):
    page = context.new_page()
    page.goto(write_page(tmp_path, html(), web.bundled("digit.js")).as_uri())
    page.get_by_label("Prune weights up to").press("ArrowRight")
    message = f"could not be loaded: _static/{DENSE_SCRIPT} is not there."
    expect(page.locator(".course-readout").last).to_contain_text(message)
    page.close()


@pytest.mark.slow
def test_statements_about_test_images_are_measured():
    measured = json.loads(json.dumps(digit.measure()))
    assert json.loads(web.read(digit.MEASURED)) == measured


def test_ten_digits_in_ten_hands(context):
    data = digit.data(file=digit.dense_text())
    with functions(context, *MODULES, "digit/samples.js") as page:
        samples = page.evaluate("[...Array(10).keys()].map(sampleStrokes)")
        drawings = [by_hand(each, hand) for hand in HANDS for each in samples]
        answers = np.array(page.evaluate(DRAW, [data, drawings]))
    answers = answers.reshape(len(HANDS), 10, 3, 2)  # dense kernel, sparse kernel
    assert (answers[..., 0] == answers[..., 1]).all()
    names = ("LeNet-300-100, pruned", "LeNet-5, pruned", "LeNet-300-100, dense")
    print(f"{'':37} 0 1 2 3 4 5 6 7 8 9")
    for hand, drawn in zip(HANDS, answers[..., 0], strict=True):
        for name, given in zip(names, drawn.T, strict=True):
            print(f"{hand:14} {name:22} {' '.join(map(str, given))}")
    right = (answers[..., 0] == np.arange(10)[:, None]).sum((0, 1))
    print("right of 100:", dict(zip(names, right.tolist(), strict=True)))
    assert right.tolist() == [97, 97, 94]


def test_models_kernels_and_decoder_are_small():
    files = [shipped(file).read_bytes() for file in digit.NETWORKS.values()]
    parts = {
        "models": b"".join(files),
        "kernels": SOURCE.with_suffix(".wasm").read_bytes(),
        "decoder": web.bundled(
            "digit/reader.js", "digit/network.js", "digit/timing.js"
        ).encode(),
    }
    sizes = {name: len(gzip.compress(content, 9)) for name, content in parts.items()}
    print(sizes, sum(sizes.values()))
    assert sum(sizes.values()) <= LARGEST_DOWNLOAD


def test_clear_ends_a_stroke_and_a_measurement(opened):
    stroke(opened, [(90, 66), (190, 62), (130, 226)])
    measuring = opened.get_by_text("Measuring …")
    measuring.wait_for()
    box = opened.get_by_role("application").bounding_box()
    opened.mouse.move(box["x"] + 140, box["y"] + 60)
    opened.mouse.down()
    opened.mouse.move(box["x"] + 140, box["y"] + 90)
    opened.evaluate("[...document.querySelectorAll('button')][0].click()")  # Clear
    opened.mouse.move(box["x"] + 150, box["y"] + 120)
    opened.mouse.up()
    expect(opened.locator(".course-digit-answer")).to_have_text(["–"] * 4)
    measuring.wait_for(state="detached")


def test_ink_stays_in_the_field_and_does_not_pile_up(opened):
    box = opened.get_by_role("application").bounding_box()
    stroke(opened, [(140, 60), (140, 220)])
    answered(opened, 1)
    opened.get_by_role("button", name="Clear").click()
    stroke(opened, [(140, 60), (140, 60 + 1200), (140, 220)])  # far below, and back
    answered(opened, 1)
    assert box == opened.get_by_role("application").bounding_box()
