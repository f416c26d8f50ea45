"""All parts of a page share one look: read in both themes, and no wider than a page."""

import pytest

from .all_parts import PARTS, opened, part
from .colors import contrast

THEMES = ("JupyterLab Light", "JupyterLab Dark")
CHANGE = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
WIDTHS = (1280, 800, 560)
TEXTS = "p, li, td, th, label, button, option, .course-readout, .widget-readout"


@pytest.fixture(scope="module")
def lab(context, server, lab_folder):
    """Return a notebook that shows every kind of part, after a run."""
    with opened(context, server, lab_folder) as lab:
        yield lab


@pytest.fixture
def themed(lab):
    """Return what puts on a theme; afterwards it is the light one again."""

    def put_on(theme):
        lab.page.evaluate(CHANGE, theme)
        light = str(theme == THEMES[0]).lower()
        body = lab.page.locator(f"body[data-jp-theme-light={light}]")
        body.wait_for(state="attached")

    yield put_on
    put_on(THEMES[0])


@pytest.fixture
def wide(lab):
    """Return what makes the window so wide; afterwards it is as before."""
    before = lab.page.viewport_size
    yield lambda width: lab.page.set_viewport_size({"width": width, "height": 1000})
    lab.page.set_viewport_size(before)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_its_column(lab, wide, width):
    wide(width)
    script = """part => {
      const right = e => e.getBoundingClientRect().right;
      const seen = [...part.querySelectorAll('*')].filter(e => e.checkVisibility());
      const wide = seen.filter(e => right(e) > right(part) + 1);
      if (right(part) > right(part.parentElement) + 1) wide.push(part);
      if (part.scrollWidth > part.clientWidth) wide.push(part);
      return wide.map(e => `${e.tagName} ${e.className}`);
    }"""
    found = {tag: part(lab, tag).evaluate(script) for tag in PARTS}
    assert found == {tag: [] for tag in PARTS}
    lab.screenshot(f"look-{width}")


COLORS = """(part, wanted) => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
  const brush = canvas.getContext('2d', {willReadFrequently: true});
  const seen = layers => {
    for (const color of ['white', ...layers]) {
      brush.fillStyle = color;
      brush.fillRect(0, 0, 1, 1);
    }
    return `rgb(${brush.getImageData(0, 0, 1, 1).data.slice(0, 3).join(', ')})`;
  };
  const ground = e => e === null ? []
    : [...ground(e.parentElement), getComputedStyle(e).backgroundColor];
  const look = e => {
    const style = getComputedStyle(e), around = ground(e.parentElement);
    return {
      name: `${e.className} ${e.innerText.slice(0, 30)}`,
      primary: e.matches('.course-primary'),
      ink: seen([...ground(e), style.color]),
      paper: seen(ground(e)),
      around: seen(around),
      border: seen([...around, style.borderTopColor]),
      line: parseFloat(style.borderTopWidth),
    };
  };
  return [...part.querySelectorAll(wanted)].filter(e => e.checkVisibility()).map(look);
}"""


def looks(lab, expected):
    """List how the elements of all parts look that a selector finds."""
    return [look for tag in PARTS for look in part(lab, tag).evaluate(COLORS, expected)]


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_is_read_on_its_ground(lab, themed, theme):
    themed(theme)
    found = looks(lab, TEXTS)
    assert len(found) > 100
    assert [x["name"] for x in found if contrast(x["ink"], x["paper"]) < 4.5] == []


@pytest.mark.parametrize("theme", THEMES)
def test_buttons_and_fields_stand_out_and_one_kind_of_button_leads(lab, themed, theme):
    themed(theme)
    found = looks(
        lab, "button, select, textarea, input:not([type=checkbox], [type=radio])"
    )
    flat = [x for x in found if not x["line"] or contrast(x["border"], x["around"]) < 3]
    assert [x["name"] for x in flat] == []
    (leading,) = {x["paper"] for x in found if x["primary"]}
    others = {x["paper"] for x in found if not x["primary"]}
    assert min(contrast(leading, other) for other in others) > 3
    lab.screenshot(f"look-{theme.split()[1].lower()}")
