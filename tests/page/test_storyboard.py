"""Storyboards show what their sentences say, step, play, and keep the answer."""

import asyncio
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib import journal
from course_lib.figures import frames
from course_lib.page import inquiry, storyboard
from course_lib.page.inquiries import CHAPTERS
from course_lib.page.storyboards import (
    NAMES,
    Frame,
    Storyboard,
    activations,
    board,
    mask,
    small_book,
    small_layer,
    small_lenet,
    small_matrix,
    tiny_step,
)
from tests.sampling import sample

from .panels import picture_with_text_inside

PNG = b"\x89PNG\r\n\x1a\n"


def player(seconds=0.001):
    return storyboard.Player(board("mask"), seconds)


@pytest.mark.parametrize("name", NAMES)
def test_frames_are_different_pictures_and_their_text_stays_inside(name):
    pictures = [picture_with_text_inside(frame.draw) for frame in board(name).frames]
    blank = picture_with_text_inside(lambda axes: None)
    assert all(png.startswith(PNG) for png in pictures)
    assert len({blank, *pictures}) == len(pictures) + 1


@pytest.mark.parametrize("name", NAMES)
def test_frame_has_one_short_sentence(name):
    for frame in board(name).frames:
        ends = re.findall(r"[.?!](?=\s|$)", frame.sentence)
        assert len(ends) == 1
        assert frame.sentence[-1] in ".?"
        assert len(frame.sentence.split()) <= 30


@pytest.mark.parametrize("name", NAMES)
def test_storyboard_has_its_name_and_one_question(name):
    story = board(name)
    assert story.name == name
    assert re.fullmatch("[0-9]{2}-storyboard-[a-z-]+", story.kept_as)
    assert story.question.count("?") == 1


@pytest.mark.parametrize("name", NAMES)
def test_alternative_text_says_every_sentence_and_the_question(name):
    view, png, alt = storyboard.build(name)
    assert isinstance(view, storyboard.Player)
    assert png.startswith(PNG)
    story = board(name)
    places = [alt.index(f" {i}. {f.sentence}") for i, f in enumerate(story.frames, 1)]
    assert places == sorted(places)
    assert alt.endswith(f"Question: {story.question}")


@pytest.mark.parametrize(
    ("captions", "message"),
    [
        (["word " * 40], "caption must fit .*'word word"),
        (["a", "b"], "draws, captions and names .* got 1, 2 and 1"),
    ],
)
def test_sheet_refuses_captions_that_do_not_fit(captions, message):
    with pytest.raises(ValueError, match=message):
        frames.sheet([lambda axes: None], captions, ["1"], title="t")


def test_sheet_draws_every_panel_once():
    drawn = []
    made = frames.sheet([drawn.append] * 5, ["a."] * 5, list("12345"), title="t")
    assert isinstance(made, Figure)
    assert len(set(drawn)) == len(made.axes) == 5


def test_slider_and_buttons_step_through_the_frames():
    view = player()
    story, seen = board("mask"), {view.image.png}
    assert view.line.value == f"frame 1 of 8: {story.frames[0].sentence}"
    for number in range(2, 9):
        view.forward.click()
        assert view.frame.value == number
        sentence = story.frames[number - 1].sentence
        assert view.line.value == f"frame {number} of 8: {sentence}"
        seen.add(view.image.png)
    assert len(seen) == 8
    view.forward.click()  # there is none after the last
    assert view.frame.value == 8
    view.back.click()
    assert view.line.value.startswith("frame 7 of 8")
    view.frame.value = 1
    view.back.click()
    assert view.line.value.startswith("frame 1 of 8")


def test_pictures_are_drawn_when_first_seen_and_only_then():
    drawn = []
    frame = Frame("One.", drawn.append)
    story = Storyboard("x", "01", "t", (frame,) * 6, "Why?", "So.")
    view = storyboard.Player(story)
    assert len(drawn) == 1
    view.frame.value = 3
    view.frame.value = 1
    view.frame.value = 3
    assert len(drawn) == 2


def test_play_without_a_loop_goes_to_the_end():
    view = player()
    view.play.click()
    assert view.frame.value == 8
    assert view.play.description == "play"


def test_play_in_a_loop_shows_every_frame_and_ends():
    async def run():
        view, shown = player(), []
        view.frame.observe(lambda change: shown.append(change.new), names="value")
        view.play.click()
        assert view.play.description == "stop"
        assert view.frame.value == 1
        async with asyncio.timeout(60):
            while view.play.description == "stop":
                await asyncio.sleep(0.001)
        return view, shown

    view, shown = asyncio.run(run())
    assert shown == [2, 3, 4, 5, 6, 7, 8]
    assert view.frame.value == 8


def test_play_at_the_end_starts_over():
    async def run():
        view = player(seconds=60)
        view.frame.value = 8
        view.play.click()
        started = view.frame.value, view.play.description
        view.play.click()
        return started, view

    started, view = asyncio.run(run())
    assert started == (1, "stop")
    assert view.play.description == "play"


@pytest.mark.parametrize("by_hand", ["play", "forward", "back", "frame"])
def test_a_hand_stops_what_plays(by_hand):
    async def run():
        view = player(seconds=0.01)
        view.play.click()
        if by_hand == "frame":
            view.frame.value = 5
        else:
            getattr(view, by_hand).click()
        stopped_at = view.frame.value
        await asyncio.sleep(0.1)  # many frames long
        return view, stopped_at

    view, stopped_at = asyncio.run(run())
    assert view.play.description == "play"
    assert view.frame.value == stopped_at


def test_question_is_asked_at_the_last_frame_and_then_stays():
    view = player()
    assert view.question.layout.display == "none"
    view.frame.value = 8
    assert view.question.layout.display is None
    view.frame.value = 1
    assert view.question.layout.display is None


def test_answer_is_kept_and_found_again():
    view = player()
    view.answer.area.value = "another kernel"
    view.answer.keep.click()
    assert journal.newest(board("mask").kept_as).answer == "another kernel"
    again = player()
    assert again.answer.area.value == "another kernel"
    assert again.question.layout.display is None


@pytest.mark.parametrize("name", NAMES)
def test_our_answer_is_shown_to_whoever_asks_for_it_and_not_before(name):
    view, _, alt = storyboard.build(name)
    story = board(name)
    assert len(story.answer.split()) > 10
    assert story.answer not in alt
    view.frame.value = len(story.frames)
    assert view.ours.value == ""
    view.ask.click()
    assert story.answer.split(". ")[0] in view.ours.value
    assert view.ask.disabled


def test_unknown_name_lists_what_there_is():
    message = r"name must be one of \['training'.*got 'masks'"
    with pytest.raises(ValueError, match=message):
        storyboard.build("masks")


@pytest.mark.parametrize(
    ("count", "question", "message"),
    [
        (5, "Why?", "must be 6 to 8, got 5"),
        (9, "Why?", "must be 6 to 8, got 9"),
        (6, "Why.", r"question must end.*got 'Why\.'"),
    ],
)
def test_storyboard_of_another_form_is_refused(count, question, message):
    frame = Frame("One.", lambda axes: None)
    with pytest.raises(ValueError, match=message):
        Storyboard("x", "01", "t", (frame,) * count, question, "So.")


def test_another_process_says_the_same_and_leaves_the_readers_random_numbers():
    boards, inquiries = sample(NAMES, 0.1), sample(CHAPTERS, 0.1)
    code = (
        "import torch, numpy\n"
        "from course_lib.page import inquiry, storyboard\n"
        "before = torch.get_rng_state().clone(), numpy.random.get_state()[1].copy()\n"
        f"for name in {boards}: print(storyboard.build(name)[2])\n"
        f"for name in {inquiries}: print(inquiry.build(name)[2])\n"
        "assert torch.equal(before[0], torch.get_rng_state())\n"
        "assert (before[1] == numpy.random.get_state()[1]).all()\n"
    )
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    here = [storyboard.build(name)[2] for name in boards]
    here += [inquiry.build(chapter)[2] for chapter in inquiries]
    assert said.splitlines() == here


# What the frames draw, held against NumPy and the networks themselves.


def test_threshold_parts_the_sizes_as_the_mask_does():
    W, M = mask.weights()
    assert ((np.abs(W) > mask.threshold()) == M).all()
    assert (~M).sum() == 21
    assert np.count_nonzero(W) == W.size  # every zero of the product is pruned


def test_step_of_training_raises_the_right_score():
    seen = tiny_step.one_pass()
    # one sum is NumPy's and one is PyTorch's: they may differ in the last bit
    assert seen.stripe == pytest.approx(np.maximum(seen.sums, 0), rel=1e-12)
    assert np.flatnonzero(seen.push > 0).tolist() == [seen.label]
    assert seen.after[seen.label] > seen.logits[seen.label]
    still = (seen.sums < 0)[:, None] | (seen.image.reshape(1, -1) == 0)
    assert (seen.change[still] == 0).all()
    assert (seen.change[~still] != 0).all()


def test_silent_neurons_are_silent_and_go():
    found = activations.pruned()
    assert found.silent.any()
    assert (found.stack[:, found.silent] < activations.THRESHOLD).all()
    assert found.mean == pytest.approx(found.stack.mean(axis=0))
    assert found.std == pytest.approx(found.stack.std(axis=0))
    assert found.smaller.widths == (49, 6 - found.silent.sum(), 10)
    assert found.same_logits


def test_filter_that_goes_is_the_one_with_the_smallest_sum():
    found = small_lenet.cut()
    sums = np.abs(found.weights("conv1")).sum(axis=(1, 2, 3))
    assert found.sizes == pytest.approx(sums)
    assert found.gone == sums.argmin()
    kept = np.arange(len(sums)) != found.gone
    for layer, index in (("conv1", kept), ("conv2", (slice(None), kept))):
        after = found.weights(layer, found.after)
        assert (after == found.weights(layer)[index]).all()


def test_work_of_the_convolutions_is_that_of_their_shapes():
    assert small_lenet.macs() == {
        "conv1": (4 * 25 * 24**2, 3 * 25 * 24**2),
        "conv2": (3 * 4 * 25 * 8**2, 3 * 3 * 25 * 8**2),
    }


def test_stored_matrix_is_the_matrix():
    A = small_matrix.matrix()
    assert (small_matrix.rows().dense() == A).all()
    assert (small_matrix.steps().dense() == A).all()
    assert not A[3].any()
    assert small_matrix.steps().fillers == 2


def test_centroids_are_means_and_their_gradients_sums():
    found = small_book.shared()
    for code in range(4):
        mine = found.codes == code
        assert found.centroids[code] == pytest.approx(found.weights[mine].mean())
        assert found.summed[code] == pytest.approx(found.gradient[mine].sum())
    assert small_book.bits_in_file() == (16 * 32, 16 * 2, 4 * 32)


def test_folded_weights_are_those_of_numpys_least_squares():
    X, W = small_layer.outputs(), small_layer.weights()
    rows = np.column_stack([X, np.ones(len(X))])
    for unit in range(len(small_layer.UNITS)):
        stay = np.arange(len(small_layer.UNITS) + 1) != unit
        fit = np.linalg.lstsq(rows[:, stay], rows @ W.T, rcond=None)[0]
        found = small_layer.refitted(unit)
        assert found[:, stay] == pytest.approx(fit.T)
        assert not found[:, unit].any()
        share = np.linalg.lstsq(rows[:, stay], X[:, unit], rcond=None)[0]
        assert small_layer.shares(unit)[stay] == pytest.approx(share)
        assert small_layer.predicted(unit) == pytest.approx(rows[:, stay] @ share)


def test_each_way_of_folding_loses_less_than_the_one_before():
    unit = small_layer.outputs()[:, small_layer.GONE]
    column = small_layer.weights()[:, small_layer.GONE]
    without, strays = np.outer(unit, column), np.outer(unit - unit.mean(), column)
    assert small_layer.lost(small_layer.removed()) == pytest.approx(without)
    assert small_layer.lost(small_layer.mean_folded()) == pytest.approx(strays)
    ways = small_layer.removed(), small_layer.mean_folded(), small_layer.refitted()
    errors = [small_layer.error(matrix) for matrix in ways]
    assert errors[0] > 4 * errors[1] > 16 * errors[2]


def test_inquiry_of_chapter_06_is_right_about_every_unit():
    without = [small_layer.error(small_layer.refitted(unit)) for unit in range(4)]
    faint, short = small_layer.norms().argmin(), small_layer.contributions().argmin()
    assert np.argmin(without) == small_layer.GONE
    assert len({int(faint), int(short), small_layer.GONE}) == 3
    assert small_layer.norms()[small_layer.GONE] > small_layer.norms()[faint]
    # large, read with large weights, and predicted by the first two
    sizes = small_layer.contributions()
    assert sizes[small_layer.GONE] > np.median(sizes)
    assert (small_layer.shares()[:2] > 0.5).all()
    assert abs(small_layer.shares()[2]) < 0.1
