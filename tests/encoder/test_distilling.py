"""A student comes closer to its targets, and nothing else changes."""

import copy

import pytest
import torch

from course_lib.encoder import distill, encode
from tests.encoder.small import TEXTS, small_encoder

HOW = {"steps": 40, "learning_rate": 3e-3, "batch_size": 2}


def pair():
    """Return an encoder, and embeddings unlike its own."""
    generator = torch.Generator().manual_seed(0)
    targets = torch.randn(len(TEXTS), 16, generator=generator)
    return small_encoder(), torch.nn.functional.normalize(targets, dim=1)


def alike(encoder, targets):
    return float((encode(encoder, TEXTS) * targets).sum(1).mean())


def test_embeddings_come_closer_and_the_tables_stay():
    student, targets = pair()
    before = copy.deepcopy(student.model.state_dict())
    trained, losses = distill(student, TEXTS, targets, **HOW)
    assert len(losses) == 40
    assert alike(trained, targets) > alike(student, targets) + 0.1
    after = trained.model.state_dict()
    for name, value in student.model.state_dict().items():
        assert torch.equal(value, before[name]), name
        assert torch.equal(after[name], value) == (
            name.endswith("embeddings.weight") or not value.is_floating_point()
        ), name
    assert not any(v.requires_grad for v in trained.model.parameters())
    assert not trained.model.training


def test_first_loss_is_one_minus_the_cosine_of_the_given_encoder():
    student, targets = pair()
    _, losses = distill(student, TEXTS, targets, **HOW | {"batch_size": len(TEXTS)})
    assert losses[0] == pytest.approx(1 - alike(student, targets), abs=1e-6)


def test_seed_sets_the_order_of_the_texts():
    student, targets = pair()
    runs = [distill(student, TEXTS, targets, **HOW, seed=seed)[1] for seed in (0, 0, 1)]
    assert runs[0] == runs[1] != runs[2]


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_every_text_is_read_once_before_any_is_read_again(steps):
    from course_lib.encoder.distilling import _shuffled

    student, size = small_encoder(), 3
    texts = [f"{text} {'a ' * i}" for i, text in enumerate(TEXTS * 5)]
    batches = _shuffled(student, texts, size, seed=0)
    for _ in range(steps):
        read = []
        while len(read) < len(texts):
            read += next(batches)[0].tolist()
        assert sorted(read) == [*range(len(texts))]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"steps": 19}, "steps must be .* 20, got 19"),
        ({"learning_rate": 0}, "learning_rate must be"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"targets": torch.ones(3, 16)}, r"targets must .*\(4, 16\), got \(3, 16\)"),
        ({"targets": torch.ones(4, 8)}, r"targets must .*\(4, 16\), got \(4, 8\)"),
        ({"targets": torch.full((4, 16), torch.nan)}, "targets"),
        ({"texts": []}, "texts must have at least one"),
        ({"texts": "one text"}, "texts must be a sequence"),
    ],
)
def test_errors_name_the_argument(change, match):
    given = {"texts": TEXTS, "targets": torch.ones(4, 16), **HOW, **change}
    with pytest.raises((TypeError, ValueError), match=match):
        distill(small_encoder(), **given)
