"""Six patterns: exact counts, an honest race, and no reveal before a guess."""

import itertools
from operator import itemgetter

import numpy as np
import pandas as pd
import pytest
import torch

from course_lib import controls, journal
from course_lib.demos import pattern_race, patterns, which_faster
from course_lib.demos.pattern_race import ALL, GUESSES, NONE, WHOLE, Race, Speed
from course_lib.demos.pattern_words import before, sentence, table, verdict
from course_lib.demos.patterns import (
    BATCH,
    CUT,
    KERNELS,
    PATTERNS,
    RATIOS,
    SIDE,
    compute,
    layer,
    matrix,
    pattern_mask,
)
from course_lib.storage.csr import csr
from tests.sampling import sample

GRID = list(itertools.product(PATTERNS, RATIOS))
OTHERS = ("unstructured", "2:4", "row", "block")


def race(ratio=0.9, kernel="dense", **faster):
    """A race as if it had been run: 1 unless another speed is named."""
    speeds = {name: Speed(2.0, faster.get(name, 1.0)) for name in PATTERNS}
    return Race(ratio, kernel, {WHOLE: Speed(2.0, 1.0), **speeds})


# --- the patterns ---


@pytest.mark.parametrize(("pattern", "ratio"), GRID)
def test_each_pattern_removes_what_its_parts_allow(pattern, ratio):
    parts, weights = {
        "unstructured": (SIDE * SIDE, 1),
        "row": (SIDE, SIDE),
        "filter": (SIDE, SIDE),
        "head": (16, 64 * SIDE),
        "block": (32 * 32, 32 * 32),
        "2:4": (SIDE * SIDE // 2, 1),
    }[pattern]
    gone = 0 if pattern == "2:4" else round(ratio * parts)
    outcome = compute(pattern, ratio)
    assert outcome.kept == (parts - gone) * weights
    assert outcome.kept == outcome.mask.sum()
    assert outcome.removed == pytest.approx(100 - 100 * outcome.kept / SIDE**2)


@pytest.mark.parametrize("ratio", RATIOS)
def test_masks_are_made_of_the_parts_that_their_names_say(ratio):
    masks = {name: compute(name, ratio).mask for name in PATTERNS}
    assert (masks["2:4"].reshape(-1, 4).sum(axis=1) == 2).all()
    assert all(len(np.unique(row)) == 1 for row in masks["row"])
    assert np.array_equal(masks["row"], masks["filter"])
    heads = masks["head"].reshape(16, -1).mean(axis=1)
    blocks = masks["block"].reshape(32, 32, 32, 32).mean(axis=(1, 3))
    assert set(np.unique(heads)) == set(np.unique(blocks)) == {0, 1}


@pytest.mark.parametrize("ratio", RATIOS)
def test_smallest_parts_go_first(ratio):
    weight = layer().numpy().astype(float)
    sizes = {
        "unstructured": abs(weight),
        "row": np.linalg.norm(weight, axis=1)[:, None],
        "head": np.linalg.norm(weight.reshape(16, -1), axis=1)[:, None],
    }
    for name, size in sizes.items():
        mask = compute(name, ratio).mask.reshape(len(size), -1)
        kept = np.broadcast_to(mask, np.broadcast_shapes(mask.shape, size.shape))
        size = np.broadcast_to(size, kept.shape)
        assert size[~kept].max() <= size[kept].min()


@pytest.mark.parametrize(("pattern", "ratio"), sample(GRID, 0.3, kind=itemgetter(0)))
def test_stored_bytes_are_those_of_the_real_arrays(pattern, ratio):
    outcome = compute(pattern, ratio)
    left = matrix(outcome).numpy()
    assert left.shape == outcome.shape
    assert outcome.dense_bytes == layer().numpy().nbytes == 4194304
    if pattern == "2:4":
        _, columns = np.nonzero(left)
        places = np.unpackbits((columns % 4).astype(np.uint8)[:, None], axis=1)[:, 6:]
        packed = np.packbits(places)
        assert outcome.stored_bytes == left[outcome.mask].nbytes + packed.nbytes
        return
    compressed = sum(map(len, csr(left).streams().values()))
    if pattern in CUT:
        assert outcome.stored_bytes == left.nbytes
        assert outcome.stored_as == "dense, smaller"
    else:
        assert outcome.stored_bytes == min(left.nbytes, compressed)
        assert outcome.stored_as == ("CSR" if compressed < left.nbytes else "dense")


@pytest.mark.parametrize(("pattern", "ratio"), sample(GRID, 0.3, kind=itemgetter(0)))
def test_dense_kernel_multiplies_zeros_and_the_sparse_one_does_not(pattern, ratio):
    outcome = compute(pattern, ratio)
    left = matrix(outcome).numpy()
    assert outcome.macs("dense") == BATCH * left.size
    assert outcome.macs("sparse") == BATCH * np.count_nonzero(left)
    assert outcome.useful_macs == outcome.macs("sparse")
    assert outcome.whole_macs == BATCH * SIDE * SIDE


@pytest.mark.parametrize("ratio", RATIOS)
def test_masked_layer_and_the_next_one_equal_those_that_were_cut(ratio):
    rng = np.random.default_rng(7)
    x, after = rng.standard_normal((SIDE, 3)), rng.standard_normal((20, SIDE))
    for pattern in CUT:
        outcome = compute(pattern, ratio)
        masked = np.where(outcome.mask, layer().numpy(), 0).astype(float)
        rows = outcome.mask.any(axis=1)
        small = matrix(outcome).numpy().astype(float)
        assert np.allclose(masked[rows] @ x, small @ x)
        assert np.allclose(after @ (masked @ x), after[:, rows] @ (small @ x))


@pytest.mark.parametrize("ratio", RATIOS)
def test_zeros_stay_in_their_place_in_the_other_patterns(ratio):
    for pattern in OTHERS:
        outcome = compute(pattern, ratio)
        expected = layer().numpy() * outcome.mask
        assert np.array_equal(matrix(outcome).numpy(), expected)


def test_mask_that_all_share_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        compute("row", 0.5).mask[0, 0] = True
    before_change = compute("row", 0.5).kept
    matrix(compute("row", 0.5)).zero_()
    assert compute("row", 0.5).kept == before_change
    assert layer().count_nonzero() > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute("diagonal", 0.5), r"pattern must be one of .*'diagonal'"),
        (lambda: compute("row", 1.5), r"sparsity must be a number .*, got 1\.5"),
        (lambda: compute("row", float("nan")), "sparsity must be .*, got nan"),
        (
            lambda: pattern_mask(torch.ones(6, 8), "block", 0.5, block_side=4),
            r"multiple of 4 rows and of 4 .*shape \(6, 8\)",
        ),
        (lambda: compute("row", 0.5).macs("gpu"), "kernel must be .*, got 'gpu'"),
        (lambda: pattern_race.products(0.5, "gpu"), "kernel must be .*, got 'gpu'"),
        (lambda: race().holds(""), "guess must be one of .*, got ''"),
    ],
)
def test_odd_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- the race ---


@pytest.mark.parametrize("ratio", sample(RATIOS, 0.4))
def test_both_kernels_multiply_the_same_matrices(ratio):
    dense, sparse = (pattern_race.products(ratio, kernel) for kernel in KERNELS)
    assert list(dense) == list(sparse) == [WHOLE, *PATTERNS]
    for name in PATTERNS:
        expected = np.asarray(dense[name]())
        assert expected.shape == (BATCH, compute(name, ratio).shape[0])
        assert np.allclose(np.asarray(sparse[name]()).T, expected, atol=1e-3)


@pytest.mark.parametrize("kernel", KERNELS)
def test_real_race_times_every_pattern(kernel):
    times = pattern_race.measure_times(0.9, kernel, rounds=1)
    assert list(times) == [WHOLE, *PATTERNS]
    assert np.isfinite(times.to_numpy()).all()
    assert (times > 0).all(axis=None)


def test_fastest_round_counts_because_a_busy_machine_only_slows_down():
    columns = {name: [0.001, 0.003, 0.002] for name in PATTERNS}
    columns |= {WHOLE: [0.009, 0.002, 0.008], "head": [0.004, 0.008, 0.005]}
    found = pattern_race.speeds(pd.DataFrame(columns))
    assert found["row"] == (1.0, 2.0)
    assert found["head"] == (4.0, 0.5)
    assert found[WHOLE] == (2.0, 1.0)


@pytest.mark.parametrize(
    ("faster", "true"),
    [
        ({}, {NONE}),
        ({"row": 1.24}, {NONE}),
        ({"filter": 1.25, "head": 7.0}, {"filter", "head"}),
        (dict.fromkeys(PATTERNS, 2.0), {*PATTERNS, ALL}),
    ],
)
def test_guess_holds_when_its_pattern_got_a_quarter_faster(faster, true):
    run = race(**faster)
    assert {guess for guess in GUESSES if run.holds(guess)} == true


def test_price_of_a_mac_is_time_over_macs_against_the_dense_layer():
    # a tenth of the MACs in all of the time: ten times as long for each
    sparse = race(kernel="sparse").price_of_a_mac("unstructured")
    assert sparse == pytest.approx(SIDE**2 / compute("unstructured", 0.9).kept)
    assert race(kernel="dense").price_of_a_mac("unstructured") == 1


# --- words and picture ---


@pytest.mark.parametrize(("pattern", "ratio"), GRID)
def test_words_and_picture_exist_over_the_whole_grid(pattern, ratio):
    outcome = compute(pattern, ratio)
    figure = which_faster.draw(outcome)
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    assert str(outcome.kept) in texts
    assert f"this layer: {outcome.shape[0]} × 1024" in texts
    assert f"the next layer: {outcome.shape[0]} columns" in texts
    for kernel in KERNELS:
        run = race(ratio, kernel, filter=3.0)
        words = sentence(run, pattern)
        assert f"{outcome.kept:,} of 1,048,576 weights left" in words
        assert f"{outcome.stored_bytes:,} bytes" in words
        assert f"{outcome.macs(kernel):,} MACs" in words
        lines = table(run, pattern).splitlines()
        assert len(lines) == 2 + len(PATTERNS) + 1
        (marked,) = (line for line in lines if "→" in line)
        assert marked.startswith(f"| **→ {pattern}**")


def test_verdict_says_what_was_guessed_what_was_measured_and_why():
    run = race(filter=8.0, head=7.0)
    wrong = verdict(run, "unstructured", 90)
    assert "Your guess: unstructured, 90% sure" in wrong
    assert "**filter, head**" in wrong
    assert "Your guess was wrong" in wrong
    assert "Your guess was right" in verdict(run, "head", 10)
    assert f"**{NONE}**" in verdict(race(), NONE, 0)
    assert "10.0 times as long" in verdict(race(kernel="sparse"), NONE, 0)


# --- the widget ---


@pytest.fixture
def demo(monkeypatch):
    """Makes the demo with an empty journal and a race that is never run."""
    runs = []

    def run_race(ratio, kernel):
        runs.append((ratio, kernel))
        return race(ratio, kernel, filter=8.25, head=6.5)

    monkeypatch.setattr(which_faster, "run_race", run_race)

    return lambda: Parts(*which_faster.build(), runs)


class Parts:
    """The demo's widgets by name."""

    def __init__(self, view, png, alt, runs):
        self.png, self.alt, self.runs = png, alt, runs
        _, self.explained, self.ratio, self.kernel, _, self.form, *rest = view.children
        _, self.beside, self.pattern, self.line, self.image, self.table = rest

    def guess(self, choice, sure=50):
        self.form.choose.value, self.form.sure.value = choice, sure
        self.form.commit.click()

    def is_locked(self):
        """No table, no picture and no count of weights are in any widget."""
        shown = [self.line.value, self.table.value, self.beside.value]
        return (
            self.image.png == b""
            and self.image.layout.display == "none"
            and self.table.value == ""
            and "1048576" not in "".join(shown)
            and f"0 of {len(PATTERNS)} patterns measured" in self.line.value
        )


def test_opens_on_nine_tenths_of_zeros_by_a_dense_kernel(demo):
    parts = demo()
    state = (parts.pattern.value, parts.ratio.value, parts.kernel.value)
    assert state == which_faster.START == ("unstructured", 0.9, "dense")
    assert parts.line.value == before(*state)


def test_nothing_is_computed_or_shown_before_the_guess(demo, monkeypatch):
    compute.cache_clear()
    monkeypatch.setattr(patterns, "layer", lambda: pytest.fail("computed"))
    parts = demo()
    for pattern, ratio, kernel in itertools.product(PATTERNS, RATIOS, KERNELS):
        parts.pattern.value, parts.ratio.value = pattern, ratio
        parts.kernel.value = kernel
        assert parts.is_locked()
        assert parts.line.value == before(pattern, ratio, kernel)
    assert parts.runs == []


def test_guess_opens_the_reveal_and_stays_beside_it(demo):
    parts = demo()
    parts.guess("unstructured", 90)
    assert parts.runs == [(0.9, "dense")]
    run = race(filter=8.25, head=6.5)
    assert parts.line.value == sentence(run, "unstructured")
    assert parts.beside.value == controls.html(verdict(run, "unstructured", 90))
    assert "8.25" in parts.table.value
    assert parts.image.png.startswith(b"\x89PNG")
    assert parts.image.layout.display is None
    assert parts.form.choose.value == "unstructured"
    assert parts.form.choose.disabled
    assert parts.form.commit.disabled


def test_another_pattern_swaps_the_picture_without_another_race(demo):
    parts = demo()
    parts.guess(NONE)
    seen = {parts.image.png}
    for pattern in PATTERNS[1:]:
        parts.pattern.value = pattern
        seen.add(parts.image.png)
        assert parts.line.value.startswith(f"{pattern}, ")
        assert f"→ {pattern}" in parts.table.value
    assert len(seen) == len(PATTERNS)
    assert len(parts.runs) == 1


@pytest.mark.parametrize(("control", "value"), [("ratio", 0.75), ("kernel", "sparse")])
def test_another_share_or_kernel_asks_again_and_the_first_answer_stays(
    demo, control, value
):
    parts = demo()
    parts.guess("head", 80)
    first = (parts.line.value, parts.beside.value, parts.image.png)
    moved = getattr(parts, control)
    start, moved.value = moved.value, value
    assert parts.is_locked()
    assert parts.form.choose.value == controls.UNDECIDED
    assert not parts.form.commit.disabled
    parts.guess("row", 20)
    assert "Your guess: row, 20% sure" in parts.beside.value
    moved.value = start
    again = (parts.line.value, parts.beside.value, parts.image.png)
    assert again == first
    assert len(parts.runs) == 2


def test_button_pressed_twice_keeps_one_guess_and_measures_once(demo):
    parts = demo()
    parts.guess("filter", 70)
    parts.guess("head", 100)
    assert [entry.answer for entry in journal.answers()] == ["filter"]
    assert len(parts.runs) == 1
    assert "Your guess: filter, 70% sure" in parts.beside.value


def test_guess_outlives_a_race_that_fails_and_is_asked_for_again(demo, monkeypatch):
    def breaks(ratio, kernel):
        raise MemoryError("no room")

    monkeypatch.setattr(which_faster, "run_race", breaks)
    parts = demo()
    parts.guess("block", 40)
    assert parts.is_locked()
    assert "Earlier you guessed <strong>block</strong>" in parts.beside.value
    assert not parts.form.commit.disabled
    (entry,) = journal.answers()
    assert entry.question == "04-faster-90-dense"
    assert (entry.answer, entry.confidence) == ("block", 40)


def test_earlier_guess_is_found_again_and_opens_nothing(demo):
    parts = demo()
    parts.guess("block", 40)
    parts.kernel.value = "sparse"
    parts.guess(ALL, 100)
    parts.kernel.value = "dense"
    parts = demo()
    assert parts.is_locked()
    assert "Earlier you guessed <strong>block</strong>, 40%" in parts.beside.value
    assert (parts.form.choose.value, parts.form.sure.value) == ("block", 40)
    parts.kernel.value = "sparse"
    assert f"<strong>{ALL}</strong>, 100%" in parts.beside.value
    parts.ratio.value = 0.5
    assert parts.beside.value == ""
    assert parts.form.choose.value == controls.UNDECIDED


def test_choice_that_was_not_committed_is_found_again_for_its_state(demo):
    parts = demo()
    parts.form.choose.value, parts.form.sure.value = "head", 70
    parts.kernel.value = "sparse"
    assert parts.form.choose.value == controls.UNDECIDED
    parts = demo()
    assert parts.kernel.value == "sparse"
    assert parts.form.choose.value == controls.UNDECIDED
    parts.kernel.value = "dense"
    assert (parts.form.choose.value, parts.form.sure.value) == ("head", 70)
    assert journal.answers() == []


def test_answer_that_is_no_guess_is_passed_over(demo):
    journal.keep("04-faster-90-dense", "the second one", 30)
    parts = demo()
    assert parts.beside.value == ""
    assert parts.form.choose.value == controls.UNDECIDED


def test_earlier_confidence_between_two_stops_goes_to_the_nearest(demo):
    journal.keep("04-faster-90-dense", "head", 38)
    assert demo().form.sure.value == 40
    journal.keep("04-faster-90-dense", "head", None)
    assert demo().form.sure.value == 50


def test_fallback_is_the_question_whatever_was_guessed(demo, monkeypatch):
    shown = []
    monkeypatch.setattr(controls, "display", lambda data, **how: shown.append(data))
    which_faster.show()
    first = demo()
    assert shown[0]["text/plain"] == first.alt
    first.guess("head", 80)
    second = demo()
    assert first.alt == second.alt
    assert first.png == second.png == first.explained.png
    assert first.alt.startswith("Demo, a prediction before anything is measured")
    assert first.alt.endswith(before(*which_faster.START))
    assert all(name in first.alt for name in PATTERNS)
