"""Whatever ends a kernel: no part takes what it would lose, and all is there again."""

import pytest

from course_lib.paper import CLASS, RUN_AGAIN
from course_lib.store import FOLDER

from . import parts
from .all_parts import NAME, PARTS, each, first, opened, part, settings
from .hands import CHOICES

GONE = ".course-part.jupyter-widgets-disconnected"
# what still takes an input; the text to take away needs no kernel
TAKES = """part => [...part.querySelectorAll(
  'button, select, textarea, input, .noUi-handle')].filter(e => {
    e.focus();
    const taken = document.activeElement === e && !e.readOnly;
    return taken && !e.closest('.course-copy');
}).length"""
SELECTED = "e => e.value.slice(e.selectionStart, e.selectionEnd)"


@pytest.fixture(scope="module")
def lab(context, server, lab_folder):
    """Return a notebook that shows every kind of part, each moved from its start."""
    with opened(context, server, lab_folder) as lab:
        assert not (server.work / FOLDER).exists()
        before = settings(lab)
        for tag, area in each(lab):
            move(lab, area, tag)
        lab.page.wait_for_timeout(1000)
        now = settings(lab)
        assert [tag for tag in PARTS if now[tag] == before[tag]] == []
        yield lab


def move(lab, area, tag):
    """Move the first of every kind of control in a part."""
    if tag == "predict":
        parts.commit(lab, area)
    elif area.locator(CHOICES).count():
        lab.choose_next(area)
    if area.locator(".noUi-handle:visible").count():
        lab.move_slider(area)
    if area.locator("textarea:visible").count():
        lab.type_text(area, "typed")
    if area.get_by_role("button", name="nudge", exact=True).count():
        lab.press_button(area, "nudge")
    for field, key in (("number", "ArrowUp"), ("checkbox", "Space")):
        if area.locator(f"input[type={field}]:visible").count():
            area.locator(f"input[type={field}]:visible").first.focus()
            lab.press(key)


def command(lab, name):
    """Execute one of JupyterLab's commands, which may ask before it ends."""
    lab.page.evaluate("name => void jupyterapp.commands.execute(name)", name)


def restart(lab):
    command(lab, "kernelmenu:restart")
    lab.accept_dialog("Restart Kernel")


def shut_down(lab):
    command(lab, "kernelmenu:shutdown")
    lab.page.get_by_text("No Kernel").first.wait_for()
    command(lab, "kernelmenu:restart")  # which starts another one


# JupyterLab marks the parts of a kernel that restarts or dies; look.js the others
@pytest.mark.parametrize("end", [restart, shut_down])
def test_parts_say_what_to_run_refuse_input_and_are_as_they_were_after_it(lab, end):
    before, counts = settings(lab), count(lab)
    end(lab)
    lab.page.locator(GONE).first.wait_for()
    lab.wait_until_idle()
    for tag, area in each(lab):
        shown = first(area)
        assert RUN_AGAIN.partition(". ")[0] in banner(shown), tag
        assert shown.evaluate(TAKES) == 0, tag
    lab.screenshot(f"kernel-ends-{end.__name__}")
    lab.run_all()
    assert settings(lab) == before
    assert count(lab) == counts
    for tag, area in each(lab):
        shown = first(area)
        assert banner(shown) == "none", tag
        assert shown.evaluate(TAKES) > 0, tag


def count(lab):
    """Return how many nudges and checks the practice counts."""
    texts = lab.readouts(part(lab, "practice"))
    counts = [text for text in texts if "nudges" in text]
    assert counts, texts
    return counts


def banner(shown):
    """Return what stands above the rest of a part."""
    return shown.evaluate("part => getComputedStyle(part, '::before').content")


def test_words_that_were_typed_when_the_kernel_died_can_still_be_copied(lab):
    area = part(lab, "practice")
    field = area.locator("textarea").first
    lab.type_text(area, "")
    lab.kill_kernel(NAME)
    lab.page.keyboard.insert_text(" as it died")  # at once, before anybody notices
    lab.accept_dialog("appears to have died")
    field.focus()
    lab.page.keyboard.insert_text(" and later")
    lab.press("Control+a")
    assert field.evaluate(SELECTED) == "typed as it died"
    assert "copy the last words first" in banner(area)
    lab.wait_until_idle()
    lab.run_all()


def test_page_that_is_loaded_again_goes_on_with_the_same_kernel(lab):
    before = settings(lab)
    lab.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    lab.page.reload()
    lab.wait_until_idle()
    assert settings(lab) == before
    assert lab.page.locator(GONE).count() == 0
    lab.type_text(part(lab, "practice"), " and on")
    lab.wait_for_number(lab.show_cell("practice"), r"(\d+) words · draft saved", 3)


def test_notebook_that_is_opened_later_shows_no_error_and_then_all_as_it_was(lab):
    before = settings(lab)
    lab.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    lab.shut_down()
    lab.open(NAME)
    for _, area in each(lab):
        paper = area.locator(f".{CLASS}").first
        paper.wait_for()
        assert RUN_AGAIN in paper.inner_text()
        assert len(paper.inner_text()) > 100 or paper.get_by_role("img").count() == 1
        assert not area.get_by_text("Error displaying widget").first.is_visible()
    lab.screenshot("kernel-ends-reopened")
    lab.run_all()
    assert settings(lab) == before
    assert lab.page.locator(f".{CLASS}:visible").count() == 0


def test_note_is_copied_at_the_press_of_a_button(context, lab):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    area = part(lab, "research-note")
    lab.press_button(area, "copy")
    area.get_by_role("button", name="copied").wait_for()
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert "I am working through chapter 02" in copied
    assert area.locator(".course-copy textarea").input_value() == copied
