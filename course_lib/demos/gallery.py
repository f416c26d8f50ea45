"""All demos, with the networks and data that their lessons use.

For the app, the tests, and any other use of a demo without its lesson. Nothing is
loaded before a demo is built, so a demo loads only its own networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from importlib import import_module
from types import MappingProxyType
from typing import Any

import ipywidgets as widgets

from course_lib import controls

Built = tuple[widgets.VBox, bytes | None, str]  # the view, its picture, its text


@dataclass(frozen=True)
class Entry:
    """A demo: its module, its chapter, and what to look for.

    ``look`` is two sentences for readers who have not read the chapter; ``arguments``
    loads the arguments of the module's ``build``.
    """

    name: str
    chapter: str
    title: str
    look: str
    arguments: Callable[[], tuple[Any, ...]]

    def build(self) -> Built:
        """Return the widget as its lesson opens it, with its picture and text.

        Where a model that it needs is not on this machine, a sentence and no picture.
        """
        from course_lib.encoder.locating import ModelNotFoundError

        module = import_module(f"course_lib.demos.{self.name}")
        try:
            built: Built = module.build(*self.arguments())
        except ModelNotFoundError as error:
            why = f"This demo needs a model: {error}."
            return widgets.VBox([controls.readout(escape(why))]), None, why
        return built


def entry(name: str) -> Entry:
    """Return the demo with this name; ValueError lists the names."""
    if name not in DEMOS:
        raise ValueError(f"name must be one of {list(DEMOS)}, got {name!r}")
    return DEMOS[name]


def show(name: str) -> None:
    """Display the demo with this name, as its lesson opens it."""
    controls.display_bundle(*entry(name).build())


def _no_arguments() -> tuple[()]:
    return ()


def _right_answers() -> tuple[Any, ...]:
    from course_lib.data import load_mnist
    from course_lib.models import load_checkpoint
    from course_lib.training import predictions

    images = load_mnist("validation")
    right = predictions(load_checkpoint("lenet5-0"), images) == images.labels
    return (right.numpy(),)


def _quiet_network() -> tuple[Any, ...]:
    from course_lib.activation import activation_statistics
    from course_lib.data import load_mnist
    from course_lib.models import load_checkpoint

    model = load_checkpoint("mlp-quiet-0")
    statistics = activation_statistics(model, load_mnist("train").first(10_000))
    return model, statistics, load_mnist("validation")


def _dense_network() -> tuple[Any, ...]:
    from course_lib.data import load_mnist
    from course_lib.models import load_checkpoint

    return load_checkpoint("mlp300-0"), load_mnist("validation").first(2000)


def _filters_and_importance() -> tuple[Any, ...]:
    from course_lib.data import load_mnist
    from course_lib.models import load_checkpoint
    from course_lib.structured import weight_norms

    model, part = load_checkpoint("lenet5-0"), load_mnist("validation").first(500)
    return model, weight_norms(model, p=1), part


def _first_layer() -> tuple[Any, ...]:
    from course_lib.models import load_checkpoint

    return (load_checkpoint("mlp300-0").get_parameter("fc1.weight"),)


def _encoders() -> tuple[Any, ...]:
    from course_lib.encoder import documentation_pairs, load_encoder

    encoder = load_encoder()  # before the texts: there may be no model
    from course_lib.demos.pruned_encoders import PrunedEncoders

    pairs = documentation_pairs({"networkx": 30, "pandas": 40})
    both = zip(pairs["pandas"].queries, pairs["pandas"].documents, strict=True)
    shown = [" ".join(pair)[:250] for pair in both]
    few = [text[:300] for text in pairs["networkx"].texts]
    return PrunedEncoders(encoder, few), shown


_ALL = (
    Entry(
        "will_it_fit",
        "00",
        "Will it fit?",
        "Remove weights, and the file may still be as large as before: it depends on "
        "how it is stored. Change the assumptions below the picture, because they "
        "decide what fits and what it costs.",
        _no_arguments,
    ),
    Entry(
        "sample_size",
        "01",
        "How sure is an accuracy?",
        "Four times as many images halve the ±. Before you believe that one network is "
        "better than another by a tenth of a point, see how many images it takes to "
        "tell.",
        _right_answers,
    ),
    Entry(
        "threshold_explorer",
        "02",
        "Which neurons can go?",
        "A neuron goes if its mean and its standard deviation are both below their "
        "thresholds. Move one threshold at a time, and compare how many parameters go "
        "with what that costs in accuracy.",
        _quiet_network,
    ),
    Entry(
        "mask_explorer",
        "03",
        "What does a mask save?",
        "Prune more and more weights and watch the file: its length does not change, "
        "because a zero is stored like any other number. Then prune the same share of "
        "every layer, and see what that does to the accuracy.",
        _dense_network,
    ),
    Entry(
        "which_faster",
        "04",
        "Which one gets faster?",
        "Each of six patterns removes part of a layer's weights; guess which one makes "
        "it faster, before anything is measured. Then choose another kernel, and guess "
        "again.",
        _no_arguments,
    ),
    Entry(
        "shape_explorer",
        "04",
        "What goes with a removed channel?",
        "Remove units from one layer, and the next layer loses the inputs that they "
        "fed. Compare the share of units that stay with the shares of parameters, "
        "arithmetic, and bytes.",
        _filters_and_importance,
    ),
    Entry(
        "storage_explorer",
        "05",
        "Where do the bytes of a sparse layer go?",
        "With half of the weights left, a sparse format may be larger than the dense "
        "array, because it also records where each weight is. Keep fewer weights, or "
        "give their values fewer bits, and see which part takes the bytes then.",
        _first_layer,
    ),
    Entry(
        "search_explorer",
        "06",
        "What does a pruned search engine still find?",
        "Type a question about pandas, and a sentence encoder finds the nearest of 40 "
        "docstrings, with all of its feed-forward units and with some of them. Keep "
        "fewer units, or choose another method, and see which documents move.",
        _encoders,
    ),
)
DEMOS: Mapping[str, Entry] = MappingProxyType({one.name: one for one in _ALL})
