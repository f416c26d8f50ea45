"""What the chapter 06 demo says is what a search by hand finds, and what it costs."""

import re

import numpy as np
import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from course_lib.demos import search_explorer, search_results
from course_lib.demos.pruned_encoders import METHODS, SHARES, PrunedEncoders
from course_lib.demos.search_explorer import EMPTY, UNPRUNED, build, compute
from course_lib.demos.search_results import Outcome
from course_lib.encoder import Encoder, encode
from course_lib.measure import mac_count, parameter_count
from tests.demos import small_encoders
from tests.demos.small_encoders import DOCUMENTS, UNITS, WIDTH

KEYS = [key for key in small_encoders.encoders() if key != UNPRUNED]
QUERY = "how to join a table"


@pytest.fixture(scope="module")
def encoders():
    return small_encoders.encoders()


@pytest.fixture(scope="module")
def embedded(encoders):
    return {key: encode(encoder, DOCUMENTS) for key, encoder in encoders.items()}


def by_hand(encoder, query):
    """The documents from the nearest one on, each encoded alone."""
    (vector,) = encode(encoder, [query]).numpy()
    scores = [encode(encoder, [text])[0].numpy() @ vector for text in DOCUMENTS]
    return list(np.argsort(-np.array(scores), kind="stable"))


@pytest.mark.parametrize("key", [UNPRUNED, *KEYS])
def test_best_documents_are_those_of_a_search_by_hand(encoders, embedded, key):
    outcome = compute(encoders, embedded, QUERY, key)
    for name, best, places in zip(
        (UNPRUNED, key), outcome.best, outcome.ranks, strict=True
    ):
        order = by_hand(encoders[name], QUERY)
        assert best == order[:5]
        assert [places[document] for document in order] == [*range(1, 9)]
    first, second = (encode(encoders[name], [QUERY])[0] for name in (UNPRUNED, key))
    assert outcome.cosine == pytest.approx(float(first @ second))
    assert outcome.tokens == 7  # five words, [CLS], and [SEP]


@pytest.mark.parametrize("key", KEYS)
def test_parts_add_up_to_what_the_model_has_and_multiplies(encoders, embedded, key):
    outcome = compute(encoders, embedded, QUERY, key)
    ids = torch.zeros(1, outcome.tokens, dtype=torch.long)
    for name, parameters, macs in zip(
        (UNPRUNED, key), outcome.parameters, outcome.macs, strict=True
    ):
        model = encoders[name].model
        assert sum(parameters.values()) == parameter_count(model)
        assert parameters["word embeddings"] == parameter_count(model.embeddings)
        assert sum(macs.values()) == mac_count(model, ids)
    gone = round((1 - key[1]) * UNITS)
    before, after = (counts["feed-forward"] for counts in outcome.parameters)
    assert before - after == gone * (2 * WIDTH + 1)


@pytest.mark.slow  # importing transformers takes ten seconds
def test_parts_of_a_bert_of_transformers_are_named_and_counted():
    transformers = pytest.importorskip("transformers")
    config = transformers.BertConfig(
        vocab_size=50, hidden_size=12, num_hidden_layers=2, num_attention_heads=3,
        intermediate_size=20, max_position_embeddings=16,
    )  # fmt: skip
    model = transformers.BertModel(config, add_pooling_layer=False).eval()
    counts = search_results.parameters_by_part(model)
    assert sum(counts.values()) == parameter_count(model)
    layers = sum(counts[part] for part in search_results.LAYERS)
    assert layers == parameter_count(model.encoder)
    attention = [layer.attention for layer in model.encoder.layer]
    assert counts["attention"] == sum(map(parameter_count, attention))
    with sdpa_kernel(SDPBackend.MATH):
        expected = mac_count(model, torch.zeros(1, 9, dtype=torch.long))
    assert sum(search_results.macs_by_part(model, 9).values()) == expected


def outcome(before, after, **changed):
    """An outcome with these places; everything else is the same for both."""
    counts = {"word embeddings": 50, "attention": 20, "feed-forward": 30}
    fewer = counts | {"feed-forward": 15}
    given = {"cosine": 0.5, "tokens": 4, "unknown": 0, "cut": False} | changed
    return Outcome((before, after), **given, parameters=(counts, fewer),
                   macs=(counts, fewer))  # fmt: skip


PLACES = [1, 2, 3, 4, 5, 6, 7]
TEXTS = [f"text <{letter}>" for letter in "abcdefg"]


def test_sentence_names_both_denominators():
    sentence = outcome(PLACES, PLACES).sentence()
    assert "15 parameters are gone: 30.0% of the 50 in the encoder’s lay" in sentence
    assert "15.0% of the 100 in the whole model" in sentence
    assert sentence.startswith("5 of the 5 best documents are the same, 5 of them")


def test_every_move_is_marked_in_words_and_nothing_else_is():
    after = [1, 3, 2, 4, 7, 6, 5]
    found = outcome(PLACES, after)
    assert found.best == ([0, 1, 2, 3, 4], [0, 2, 1, 3, 6])
    assert found.sentence().startswith("4 of the 5 best documents are the same, 2 of")
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", found.table(TEXTS))
    marks = [re.sub(r"<[^>]+>", "", row) for row in rows]
    assert marks == [
        "1text &lt;a&gt;text &lt;a&gt;",
        "2text &lt;b&gt;text &lt;c&gt; ▲ up from 3",
        "3text &lt;c&gt;text &lt;b&gt; ▼ down from 2",
        "4text &lt;d&gt;text &lt;d&gt;",
        "5text &lt;e&gt; ▼ now 7text &lt;g&gt; ▲ up from 7",
    ]


def test_fewer_documents_than_places_are_listed():
    found = outcome([1, 2], [2, 1])
    assert found.best == ([0, 1], [1, 0])
    assert "5 best" not in found.sentence()


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("sort " * 10_000, "Only the first 128 tokens of the query are read."),
        ("x" * 10_000, "Unknown to both encoders: 1 of the 3 tokens of the query, so"),
        ("😀 😀", "2 of the 4 tokens of the query, so these places mean nothing."),
        ("sort 😀", "Unknown to both encoders: 1 of the 4 tokens of the query."),
        ("<b>sort", "Unknown to both encoders: 3 of the 6 tokens of the query."),
        ("sort", "of the 5 best documents are the same"),
    ],
)
def test_odd_query_is_answered_with_a_word_about_it(encoders, query, note):
    view, png, _ = build(encoders, DOCUMENTS, query=query)
    line = view.children[5].value
    assert note in line
    assert png


@pytest.mark.parametrize("query", ["", "  \t "])
def test_query_of_white_space_is_asked_for_and_the_next_one_is_answered(
    encoders, query
):
    view, png, _ = build(encoders, DOCUMENTS, query=QUERY)
    text, share, *_, line, table, clock, image = view.children
    said = line.value
    text.value = query
    assert line.value == EMPTY
    assert (table.value, clock.value, image.png) == ("", "", b"")
    share.value = 0.25
    assert line.value == EMPTY
    share.value = search_explorer.START
    text.value = QUERY
    assert (line.value, image.png) == (said, png)


@pytest.mark.parametrize("query", ["", " "])
def test_search_for_nothing_is_refused(encoders, embedded, query):
    with pytest.raises(ValueError, match="query must have at least one word, got"):
        compute(encoders, embedded, query, UNPRUNED)


def test_widget_says_in_every_state_what_compute_does(encoders, embedded):
    view, png, alt = build(encoders, DOCUMENTS, embedded, QUERY)
    _, share, method, _, _, line, table, clock, image = view.children
    for name in small_encoders.METHODS:
        for value in (*small_encoders.SHARES, 1.0):
            method.value, share.value = name, value
            key = UNPRUNED if value == 1 else (name, value)
            found = compute(encoders, embedded, QUERY, key)
            assert line.value == found.sentence()
            assert table.value == found.table(DOCUMENTS)
            assert re.search(r"[\d.]+ ms</strong> unpruned, .*[\d.]+ ms", clock.value)
            assert image.png.startswith(b"\x89PNG")
    assert "0 parameters are gone: 0.0%" in line.value
    assert "▲" not in table.value
    method.value, share.value = small_encoders.METHODS[0], search_explorer.START
    assert (image.png, line.value in alt) == (png, True)


def test_words_without_a_kernel_have_no_milliseconds_and_both_lists(encoders):
    alt = build(encoders, DOCUMENTS, query=QUERY)[2]
    assert " ms" not in alt
    assert all(text in alt for text in DOCUMENTS[:1])
    assert alt.count(" 1. ") == alt.count(" 5. ") == 2


class Asked(dict):
    """Encoders, and which of them were asked for."""

    def __init__(self, *given):
        super().__init__(*given)
        self.keys_asked = []

    def __getitem__(self, key):
        self.keys_asked.append(key)
        return super().__getitem__(key)


def test_documents_are_read_once_by_an_encoder_and_only_when_needed(
    encoders, embedded, monkeypatch
):
    read = []

    def counted(encoder, texts):
        read.append(encoder)
        return encode(encoder, texts)

    monkeypatch.setattr(search_explorer, "encode", counted)
    asked = Asked(encoders)
    first = (small_encoders.METHODS[0], search_explorer.START)
    given = {UNPRUNED: embedded[UNPRUNED]}
    share = build(asked, DOCUMENTS, given, QUERY)[0].children[1]
    assert read == [encoders[first]]
    assert {*asked.keys_asked} == {UNPRUNED, first}
    for value in (0.25, 0.75, 0.25):
        share.value = value
    assert read == [encoders[first], encoders[first[0], 0.25]]


def test_reader_sees_what_is_waited_for(encoders, embedded, monkeypatch):
    view = build(encoders, DOCUMENTS, query=QUERY)[0]
    share, line = view.children[1], view.children[5]
    seen = []

    def watched(encoder, texts):
        seen.append(line.value)
        return encode(encoder, texts)

    monkeypatch.setattr(search_explorer, "encode", watched)
    share.value = 0.25
    assert seen == [
        "Reading the 8 documents with the pruned (norm, 25%) encoder, once. It can "
        "take half a minute."
    ]


def test_method_that_lacks_a_share_is_refused(encoders):
    less = {key: encoders[key] for key in encoders if key != KEYS[-1]}
    with pytest.raises(ValueError, match=re.escape(f"got none for [{KEYS[-1]}]")):
        build(less, DOCUMENTS)


@pytest.mark.parametrize("given", [{}, {UNPRUNED: None}])
def test_encoders_without_a_pruned_one_are_refused(given):
    with pytest.raises(ValueError, match="encoders must have"):
        build(given, DOCUMENTS)


TEXTS_READ = [" ".join(DOCUMENTS[i : i + 3]) for i in range(6)]


@pytest.fixture(scope="module")
def pruned():
    whole = small_encoders.encoders()[UNPRUNED]
    longer = [" ".join(DOCUMENTS[i:]) for i in (0, 4)]
    return PrunedEncoders(whole, [*DOCUMENTS, *longer])


def test_pruned_encoders_are_made_once_with_the_share_of_the_units(pruned):
    assert len(pruned) == len(list(pruned)) == 1 + len(METHODS) * len(SHARES)
    for method in METHODS:
        for share in SHARES:
            found = pruned[method, share]
            assert isinstance(found, Encoder)
            (layer,) = found.model.encoder["layer"]
            assert layer["intermediate"]["dense"].out_features == share * UNITS
            assert pruned[method, share] is found
    with pytest.raises(KeyError):
        pruned[METHODS[0], 0.1]


def test_methods_keep_the_same_units_and_fit_what_reads_them_ever_better(pruned):
    errors, kept = [], []
    for method in METHODS:
        model = pruned[method, 0.5].model
        (layer,) = model.encoder["layer"]
        kept.append(layer["intermediate"]["dense"].weight)
        errors.append(0.0)
        for _, inputs in pruned[UNPRUNED].batches(TEXTS_READ, padding=False):
            wanted = pruned[UNPRUNED].model(**inputs).last_hidden_state
            found = model(**inputs).last_hidden_state
            errors[-1] += float((found - wanted).norm() ** 2)
    assert torch.equal(kept[0], kept[1])
    assert torch.equal(kept[0], kept[2])
    norm, folded, squares = errors
    assert norm > 1.1 * folded > 1.1**2 * squares
