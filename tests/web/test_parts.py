"""Every part as a reader uses it: what is entered is kept, no answer comes early."""

import re

import pytest

from course_lib import controls, journal, notes, transfer
from course_lib.page import predict
from course_lib.page.questions import plain, questions
from course_lib.page.storyboards import board

from .parts_page import CHAPTER, CLAIMS, body, page_with, visiting
from .scripts import functions, settle

ASKED = questions(CHAPTER).predict
VISIBLE = ", ".join(
    f"{name}:visible" for name in ("button", "select", "textarea", "input", "svg a")
)
# each control's name, its HTML, and the height in which a finger finds it
MEASURE = """(found) => found.map((one) => {
  const label = one.labels?.[0];
  const place = one.matches("[type=radio], [type=checkbox]") ? label : one;
  const name = one.ariaLabel || one.textContent.trim() || label?.textContent.trim();
  return [name, one.outerHTML, place.getBoundingClientRect().height];
})"""


def test_demo_and_answer_wait_for_a_guess_and_stay_after_a_reload(reader):
    reason = plain(ASKED.because)[:40]
    assert "the toy is here" not in reader.text("reveal")
    assert reason not in reader.text("reveal")
    reader.button("predict", "commit").click()
    assert "Choose first, then commit." in reader.text("predict")
    assert "the toy is here" not in reader.text("reveal")
    reader.guess("B")
    for _ in range(2):
        assert "1 guess kept · Your guess: B – " in reader.text("predict")
        assert "the toy is here" in reader.text("reveal")
        assert reason in reader.text("reveal")
        assert "Make your prediction first" not in reader.text("reveal")
        reader.open()


@pytest.mark.parametrize("key", ASKED.choices)
def test_verdict_is_that_of_the_notebook(reader, key):
    reader.guess(key, "reveal")
    expected = predict._verdict(ASKED, journal.Answer(ASKED.name, key, 50, ""))
    assert plain(expected) in reader.text("reveal")
    assert "1 guess kept" in reader.text("predict")  # the same guess, seen there too


def test_choice_that_was_not_committed_is_there_after_a_reload(reader):
    reader.choose("predict", "C:")
    reader.part("predict").locator("input[type=range]").fill("9")
    reader.open()
    assert reader.part("predict").locator("input:checked").count() == 1
    assert "90%" in reader.text("predict")
    assert "0 guesses kept" in reader.text("predict")
    assert "the toy is here" not in reader.text("reveal")


def test_storyboard_is_stepped_through_and_asks_at_its_end(reader):
    story = board("mask")
    shown = reader.part("storyboard")
    count = len(story.frames)
    assert story.question not in reader.text("storyboard")
    for number, frame in enumerate(story.frames, start=1):
        line = f"frame {number} of {count}: {frame.sentence}"
        assert line in reader.text("storyboard")
        assert f"mask-{number}.svg" in shown.locator("img").get_attribute("src")
        assert shown.locator("img").get_attribute("alt").startswith(f"Frame {number}")
        reader.button("storyboard", "next").click()
    assert story.question in reader.text("storyboard")
    assert plain(story.answer) not in reader.text("storyboard")
    shown.locator("textarea").fill("nothing was saved")
    assert "3 words · draft saved" in reader.text("storyboard")
    reader.open()
    assert f"frame {count} of {count}" in reader.text("storyboard")
    assert shown.locator("textarea").input_value() == "nothing was saved"
    reader.button("storyboard", "keep this answer").click()
    assert "3 words · kept" in reader.text("storyboard")
    reader.button("storyboard", "show our answer").click()
    assert plain(story.answer) in reader.text("storyboard")
    reader.button("storyboard", "previous").click()
    reader.open()
    assert f"frame {count - 1} of {count}" in reader.text("storyboard")
    assert story.question in reader.text("storyboard")  # its author sees the answer


def test_storyboard_plays_to_its_end_and_a_step_by_hand_stops_it(context, file):
    with visiting(context, file) as reader:
        reader.page.clock.install()
        reader.open()
        reader.button("storyboard", "play").click()
        reader.page.clock.run_for(4100)
        assert "frame 3 of 8" in reader.text("storyboard")
        reader.button("storyboard", "previous").click()
        reader.page.clock.run_for(9000)
        assert "frame 2 of 8" in reader.text("storyboard")
        reader.button("storyboard", "play").click()
        reader.page.clock.run_for(60_000)
        assert "frame 8 of 8" in reader.text("storyboard")
        assert board("mask").question in reader.text("storyboard")
        reader.button("storyboard", "play").click()  # from the start again
        assert "frame 1 of 8" in reader.text("storyboard")
        reader.button("storyboard", "stop").click()


def test_nothing_plays_for_readers_who_asked_for_less_motion(reader):
    assert reader.button("storyboard", "play").is_visible()
    reader.page.emulate_media(reduced_motion="reduce")
    reader.open()
    assert reader.button("storyboard", "play").count() == 0
    assert reader.button("storyboard", "next").is_visible()
    reader.page.emulate_media(reduced_motion="no-preference")


def test_inquiry_says_why_for_each_candidate_and_remembers_the_first(reader):
    assert "It shows why" not in reader.text("inquiry")
    reader.choose("inquiry", "B:")
    assert "1 of 3 looked at · your first choice: B" in reader.text("inquiry")
    assert "Our choice, too." not in reader.text("inquiry")
    reader.choose("inquiry", "A:")
    reader.choose("inquiry", "B:")
    reader.choose("inquiry", "A:")
    for _ in range(2):
        assert "2 of 3 looked at · your first choice: B" in reader.text("inquiry")
        assert "Our choice, too." in reader.text("inquiry")
        reader.open()


def test_nudges_open_one_by_one_and_stay_open(reader):
    asked = questions(CHAPTER).practice[0]
    nudges = [plain(text) for text in asked.nudges]
    for shown in range(4):
        text = reader.text("practice")
        assert [nudge in text for nudge in nudges] == [i < shown for i in range(3)]
        assert f"{shown} of 3 nudges · 0 of 3 checks" in text
        if shown < 3:
            reader.button("practice", "nudge").click()
    assert reader.button("practice", "nudge").is_disabled()
    reader.part("practice").locator("input[type=checkbox]").first.check()
    reader.open()
    assert "3 of 3 nudges · 1 of 3 checks" in reader.text("practice")
    of_the_next = "0 of 3 nudges · 0 of 3 checks"
    assert of_the_next in reader.text("practice")


def test_empty_answer_is_not_kept(reader):
    reader.button("practice", "keep this answer").click()
    assert "nothing to keep yet" in reader.text("practice")
    assert reader.stored() == ""


def test_again_answers_at_once_and_looks_back(reader, tmp_path):
    asked = questions("01").again
    right = plain(asked.because)[:30]
    assert "Look back" not in reader.text("again")
    wrong = next(key for key in asked.choices if key != asked.answer)
    reader.choose("again", f"{wrong}:")
    assert f"It is {asked.answer}." in reader.text("again")
    assert right in reader.text("again")
    reader.choose("again", f"{asked.answer}:")
    assert "Yes." in reader.text("again")
    journal.keep("01-predict", "A", 50)
    name = questions("01").practice[0].name
    journal.keep(f"01-{name}", "I wrote this")
    transfer.export(tmp_path / "mine.jsonl")
    reader.read_file(tmp_path / "mine.jsonl")
    assert "Look back: in chapter 01, you predicted A (2" in reader.text("again")
    assert f"you wrote “I wrote this” ({name}) Would you still?" in reader.text("again")


def test_claim_shows_its_status_only_after_a_verdict(reader):
    assert "Status" not in reader.text("claims")
    assert "0 of 3 judged" in reader.text("claims")
    reader.choose("claims", "supported")
    assert reader.text("claims").count("Status") == 1
    assert "You say supported; the course says overstated." in reader.text("claims")
    assert "course_lib" not in reader.text("claims")
    reader.part("claims").get_by_text("How this was checked").click()
    assert "Check: course_lib.evidence:neurons_gone" in reader.text("claims")
    assert "In the notebook, the button measure it now" in reader.text("claims")
    reader.choose("claims", "overstated")
    for _ in range(2):
        said = "You say overstated (at first: supported), and so does the course."
        assert said in reader.text("claims")
        assert "1 of 3 judged" in reader.text("claims")
        reader.open()


def test_quoted_claim_says_why_it_is_not_measured(reader):
    number = CLAIMS.index("li-2017-vgg-16")
    reader.choose("claims", "not shown here", number)
    text = reader.text("claims")
    assert re.search(r"You say not shown here\. This claim is quoted, not re-run", text)
    assert "measure it now" not in text


def test_note_is_the_notebooks_note_and_can_be_taken_away(reader, tmp_path):
    note = reader.part("note")
    note.locator("select").select_option(index=3)
    texts = {"question": "why?", "note": "## not a heading\nlast line", "assumed": "x "}
    for name, text in texts.items():
        label = "note" if name == "note" else name
        note.get_by_label(label, exact=True).fill(text)
    reader.button("note", "keep this note").click()
    assert "Kept in this browser." in reader.text("note")
    assert "1 note kept" in reader.text("note")
    path = reader.download(tmp_path / "records" / "web.jsonl")
    (kept,), damaged = notes.read(CHAPTER, folder=path.parents[1])
    assert damaged == []
    assert (kept.question, kept.note) == ("why?", texts["note"])
    assert kept.assumed == "x"
    assert kept.evidence.startswith(f"- {kept.label.split(',')[0]} {kept.anchor} on")
    copy = note.locator("textarea[readonly]").input_value()
    assert copy == notes.handoff(kept).replace("verified: x", "verified: x ")
    reader.open()
    assert note.get_by_label("question", exact=True).input_value() == "why?"
    assert note.locator("select").evaluate("one => one.selectedIndex") == 3
    reader.button("note", "new note").click()
    assert note.get_by_label("question", exact=True).input_value() == ""
    reader.button("note", "keep this note").click()
    assert "Not kept: write a question or a note first." in reader.text("note")
    assert "1 note kept" in reader.text("note")


def test_draft_of_a_note_is_there_after_a_reload(reader):
    field = reader.part("note").get_by_label("verified here")
    field.fill("half a thought")
    reader.open()
    assert field.input_value() == "half a thought"
    assert "0 notes kept" in reader.text("note")
    assert "What is the smallest" not in field.page.evaluate(
        "document.querySelector('[data-part=note] textarea[readonly]').value"
    )


def test_map_counts_what_is_done_and_opens_the_door_after_a_prediction(reader):
    look = reader.part("map").locator("select")
    assert "02: 0% done – prediction 0 of 1, practice 0 of 3" in reader.text("map")
    assert "No prediction yet." in reader.text("map")
    reader.guess("C")
    assert "prediction 1 of 1" in reader.text("map")
    assert "Predictions: 1 of 1 right, 50% sure on average." in reader.text("map")
    link = reader.part("map").get_by_role("link", name="02 Activation pruning")
    assert link.first.get_attribute("href") == "02_activation_pruning.html"
    spoken = link.first.get_attribute("aria-label")
    assert re.search(r", [1-9]% done, you are here", spoken)
    look.select_option("Quantization")
    assert "Make your prediction first." in reader.text("map")
    assert "savings multiply" not in reader.text("map")
    reader.guess("A", "map")
    for _ in range(2):
        assert "savings multiply" in reader.text("map")
        assert "place 8 of 11 · 2 of 7 chapters started" in reader.text("map")
        reader.open()


def test_part_that_fails_leaves_its_words_and_the_others_work(context, tmp_path):
    broken = '<div data-part="broken"><script type="application/json">{}</script>'
    made = f"{broken}<p>in words</p></div>{body(('predict.show', CHAPTER))}"
    path = tmp_path / "page.html"
    path.write_text(page_with(made), encoding="utf-8")
    page = context.new_page()
    page.goto(path.as_uri())
    settle(page)
    assert page.locator("[data-part=broken]").inner_text() == "in words"
    assert page.get_by_role("button", name="commit").is_visible()
    page.close()


def test_page_is_drawn_once_the_last_of_its_scripts_is_done(context):
    with functions(context, "host.js") as page:
        drawn = page.evaluate(
            """async () => {
              document.body.innerHTML = [..."abb"].map((name) => (
                `<div data-part="${name}"><script type="application/json">{}<\\/script>
                </div>`)).join("");
              const done = () => "drawn" in document.documentElement.dataset;
              const calls = [mountAll({ a() {} }), mountAll({ b() {} })];
              return [done(), await calls[0].then(done), await calls[1].then(done)];
            }"""
        )
    assert drawn == [False, False, True]


def test_everything_works_by_keyboard_alone(reader):
    press, focused = reader.page.keyboard.press, "document.activeElement"
    reader.page.evaluate("document.querySelector('[data-part=predict] input').focus()")
    press("ArrowDown")  # B
    press("Tab")
    assert reader.page.evaluate(f"{focused}.type") == "range"
    for _ in range(3):
        press("ArrowRight")
    press("Tab")
    press("Space")
    assert "Your guess: B" in reader.text("predict")
    assert "80% sure" in reader.text("predict")
    reader.button("storyboard", "next").focus()
    for _ in range(7):
        press("Enter")
    assert "frame 8 of 8" in reader.text("storyboard")
    reader.button("keep", "erase all").focus()
    press("Enter")
    assert reader.page.evaluate(f"{focused}.textContent") == "no, keep it"
    press("Enter")
    assert reader.page.evaluate(f"{focused}.textContent") == "erase all"
    assert "Your guess: B" in reader.text("predict")


def test_every_control_has_a_name_and_room_for_a_finger(reader):
    reader.page.set_viewport_size({"width": 390, "height": 800})
    reader.open()
    found = reader.page.locator(VISIBLE).evaluate_all(MEASURE)
    assert len(found) > 70
    assert [html for name, html, _ in found if not name] == []
    assert [(name, size) for name, _, size in found if size < 24] == []
    width = reader.page.evaluate("document.documentElement.scrollWidth")
    reader.page.set_viewport_size({"width": 1280, "height": 1000})
    assert width <= 390


def test_words_for_readers_without_scripts_hide_every_answer():
    made = body(
        ("predict.show", CHAPTER), ("practice.show", CHAPTER), ("practice.again", "01"),
        ("claim_review.show", *CLAIMS), ("storyboard.show", "mask"),
        ("inquiry.show", CHAPTER),
    )  # fmt: skip
    words = re.sub(r"<script.*?</script>", "", made, flags=re.DOTALL)
    assert words.count("<details>") == 9 + 1 + 2 * 3 + 1 + 3
    open_text = re.sub(r"<details>.*?</details>", "", words, flags=re.DOTALL)
    for told in (questions("01").again.because, board("mask").answer, "*Status*"):
        told = controls.html(told).removeprefix("<p>").removesuffix("</p>\n")
        assert told[:40] in words
        assert told[:40] not in open_text


def test_arrow_keys_pass_over_verdicts_and_a_decision_is_kept(reader):
    verdicts = reader.part("claims").locator("fieldset").first
    verdicts.locator("input").first.focus()
    for _ in range(2):
        reader.page.keyboard.press("ArrowDown")
    assert "0 of 3 judged" in reader.text("claims")
    reader.page.keyboard.press("Space")
    assert "1 of 3 judged" in reader.text("claims")
    assert "at first" not in reader.text("claims")
    assert reader.stored().count("claim-") == 1
    verdicts.locator("input").last.focus()
    reader.page.keyboard.press("ArrowUp")
    reader.page.keyboard.press("Tab")  # to leave is to decide, too
    assert "You say" in reader.text("claims")


def test_no_browser_fills_a_field_with_what_stood_there_before(reader):
    # Back would put old text over the newest draft, and the next key would save it
    fields = reader.page.locator("textarea:not([readonly])")
    assert fields.count() > 5
    for field in fields.all():
        assert field.get_attribute("autocomplete") == "off"
