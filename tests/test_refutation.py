"""Every check of a claim could have refuted it."""

from inspect import signature

import pytest
import torch

from course_lib import claims, evidence
from course_lib.data import Split
from course_lib.evaluation import predictions
from course_lib.evidence.shapes import VGG_16
from course_lib.measure import nonzero_count
from course_lib.models import MLP, LeNet5, load_study

from .small import small_model, small_split

FLOAT64 = {"dtype": torch.float64}
ZEROS = torch.zeros(100).long()  # the labels of 100 images


def sparse_bytes(model):
    """The length of a file that leaves zeros out."""
    return 4 * nonzero_count(model)


def self_taught(model):
    """A split on which a model makes no error."""
    images = small_split(200).images
    return Split(images, predictions(model, Split(images, torch.zeros(200).long())))


@torch.no_grad()
def with_silent_neurons(activation="relu"):
    """A network in which seven of ten neurons are always zero."""
    torch.manual_seed(0)
    model = MLP((784, 10, 10), activation, **FLOAT64)
    model.fc1.weight[:7], model.fc1.bias[:7] = 0, 0
    model.fc1.weight[7:] *= 10
    model.fc2.weight[:] *= 10
    return model


@torch.no_grad()
def memory_in_small_weights():
    """A network whose answer, always 3, rests on its smallest weights."""
    model = MLP((784, 2, 10), **FLOAT64)
    for parameter in model.parameters():
        parameter.zero_()
    model.fc1.weight[0], model.fc1.weight[1], model.fc2.weight[3, 0] = 0.01, 1, 0.01
    return model


def first_places(*networks):
    """Ranks of queries that these networks answer best, and all others second."""
    ranks = load_study("encoder_ranks") * 0 + 2
    return ranks.assign(**dict.fromkeys(networks, 1))


def without_errors(check, model):
    """Run a check of accuracy on images of which a model makes no error."""
    split = self_taught(model)
    observed = {"observed": split} if "observed" in signature(check).parameters else {}
    return check(model, split=split, **observed)


def remembered():
    model = memory_in_small_weights()
    return evidence.percent_still_remembered(model, self_taught(model))


def shares_of_one_layer():
    """In one hidden layer, neurons and parameters have the same shares."""
    torch.manual_seed(0)
    model = MLP((784, 200, 10), **FLOAT64)
    return evidence.neurons_gone_at_74_percent(model, small_split())


@torch.no_grad()
def every_neuron_decides():
    """A network with a neuron for each class, all of them equally important."""
    model = MLP((784, 10, 10), **FLOAT64)
    model.fc2.weight[:] = torch.eye(10)
    torch.nn.init.normal_(model.fc1.weight, generator=torch.Generator().manual_seed(0))
    return model


@torch.no_grad()
def answer_in_a_bias():
    """A network whose answer does not depend on its weights."""
    model = MLP((784, 10, 10), **FLOAT64)
    model.fc2.weight[:] = 0
    model.fc2.bias[:] = torch.arange(10)
    return model


def skipping_zeros(weight, batch):
    """A product as short as an ideal kernel's: as many inputs as its share of weights.

    A real one comes close to the limit of the claim on some machines.
    """
    share = weight.count_nonzero().item() / weight.numel()
    few = max(1, round(share * weight.shape[1]))
    short, x = weight[:, :few].contiguous(), batch[:few].contiguous()
    return lambda: short @ x


def wrong_answers(**errors):
    """Answers of three seeds to 100 images of zeros, with so many errors each."""
    return {
        f"{way.replace('_', '-')}-test-{seed}": (torch.arange(100) < count).long()
        for way, count in errors.items()
        for seed in (0, 1, 2)
    }


@torch.no_grad()
def dead_units_and_tiny_readers():
    """A network that can lose half of its units, but not its smallest weights."""
    torch.manual_seed(0)
    model = MLP((784, 10, 10), **FLOAT64)
    model.fc1.weight[:5], model.fc1.bias[:5] = 0, 0
    model.fc2.weight[:] /= 1000
    model.fc2.bias[:] = 0
    return model


@torch.no_grad()
def faint_neurons():
    """A network whose loss is nearly linear in what each of its neurons adds."""
    torch.manual_seed(0)
    model = MLP((784, 6, 4, 10), **FLOAT64)
    model.fc3.weight[:] /= 100
    return model


def untrained_index_bits():
    """The largest weights of an untrained network are anywhere."""
    torch.manual_seed(0)
    return evidence.index_bits_above_independent(MLP((784, 300, 100, 10), **FLOAT64))


# for each claim: a figure of its check, from another network or other data
REFUTING = {
    "plain-page-lighter-and-faster": lambda: evidence.bytes_left_after_masking(
        small_model("relu"), size=sparse_bytes
    ),
    "plain-page-intelligence": lambda: evidence.points_lost_by_the_small_lenet_5(
        wrong_answers(dense=0, l1=1), ZEROS
    ),
    "plain-page-cheaper-and-faster": (
        lambda: evidence.macs_left_without_half_of_the_neurons(small_model("relu"))
    ),
    "plain-page-not-deleting-data": remembered,
    "plain-page-branches": lambda: evidence.times_longer_with_zeros(
        small_model("relu"), MLP((784, 6, 9, 10), **FLOAT64), size=sparse_bytes
    ),
    "han-2015-lenet-300-100-size": lambda: evidence.lenet_300_100_parameters(
        MLP((784, 300, 10))
    ),
    "han-2015-lenet-5-size": lambda: evidence.lenet_5_parameters(LeNet5((6, 16), 120)),
    "deep-compression-1070-kb": lambda: evidence.lenet_300_100_kilobytes(
        MLP((784, 300, 10))
    ),
    "han-2015-flop": lambda: evidence.lenet_300_100_twice_the_macs(
        MLP((784, 300, 10), **FLOAT64)
    ),
    "li-2017-flop": lambda: evidence.vgg_16_cifar_macs((*VGG_16[:-1], 256)),
    "han-2015-fewer-errors": lambda: evidence.hans_gain_in_standard_errors(1.64, 1.34),
    "article-always-has-neurons": lambda: without_errors(
        evidence.least_lost_without_one_neuron, with_silent_neurons()
    ),
    "article-74-percent-of-neurons": shares_of_one_layer,
    "article-62-percent": lambda: without_errors(
        evidence.article_pair_on_plain, with_silent_neurons()
    ),
    "article-quarter": lambda: without_errors(
        evidence.points_lost_with_a_quarter, every_neuron_decides()
    ),
    "article-near-zero": lambda: evidence.neurons_near_zero_in_plain(
        with_silent_neurons(), small_split()
    ),
    "article-little-impact": lambda: without_errors(
        evidence.points_lost_at_the_article_pair, with_silent_neurons()
    ),
    "article-variance-if-negative": lambda: without_errors(
        evidence.tanh_drop_by_mean_alone, with_silent_neurons("tanh")
    ),
    "plain-page-close-to-zero": lambda: without_errors(
        evidence.drop_without_the_smallest_weights, answer_in_a_bias()
    ),
    "concept-page-naive-rules": lambda: without_errors(
        evidence.points_between_random_and_small, answer_in_a_bias()
    ),
    "concept-page-only-with-kernels": (
        lambda: evidence.time_left_after_masking(skipping_zeros)
    ),
    "han-2015-free-lunch": lambda: without_errors(
        evidence.drop_without_the_smaller_half, every_neuron_decides()
    ),
    "han-2015-twelve-times": lambda: evidence.points_lost_with_one_weight_in_twelve(
        wrong_answers(twelfth_12=1, dense_12=0), ZEROS
    ),
    "han-2015-vgg-16-times": lambda: evidence.vgg_16_times_fewer((*VGG_16[:-1], 256)),
    "zhu-gupta-2018-large-sparse": (
        lambda: evidence.points_small_dense_behind_large_sparse(
            wrong_answers(small=0, gradual_12=1), ZEROS
        )
    ),
    "frankle-2019-tickets": lambda: evidence.points_a_ticket_loses(
        wrong_answers(ticket_3=1), {f"test-{i}": ZEROS + 1 for i in (0, 1, 2)}, ZEROS
    ),
    "concept-page-shape": lambda: evidence.lenet_5_times_fewer_macs(
        LeNet5((4, 6), 9, **FLOAT64), LeNet5((4, 6), 9, **FLOAT64)
    ),
    "concept-page-smaller-compression": lambda: without_errors(
        evidence.points_that_units_cost_beyond_weights, dead_units_and_tiny_readers()
    ),
    "torch-pruning-three-quarters": (
        lambda: evidence.percent_gone_when_every_layer_is_halved(
            MLP((784, 100, 10), **FLOAT64)
        )
    ),
    "torch-pruning-delta": lambda: evidence.depgraph_gain_by_subtraction(93.53, 93.91),
    "li-2017-half-the-filters": lambda: evidence.macs_gone_with_lis_filters(
        (*VGG_16[:7], *[256] * 6)
    ),
    "li-2017-best-epoch": lambda: evidence.luck_of_the_best_of_forty(
        torch.ones(100, dtype=torch.bool)
    ),
    "liu-2019-from-scratch": lambda: evidence.points_from_scratch_behind_pruned(
        wrong_answers(scratch=1, l1=0), ZEROS
    ),
    "molchanov-2019-correlation": lambda: evidence.taylor_against_removal(
        faint_neurons(), small_split(200)
    ),
    # on images that our networks have never learned to tell apart
    "deep-compression-lenet-300-100": lambda: evidence.lenet_300_100_times_smaller(
        small_split()
    ),
    "deep-compression-lenet-5": lambda: evidence.lenet_5_times_smaller(small_split()),
    "deep-compression-index-below-floor": untrained_index_bits,
    "deep-compression-index-bits": lambda: evidence.bits_that_eight_bit_gaps_waste(
        0.995
    ),
    "plain-page-smaller-files": lambda: evidence.csr_bytes_at_half_density("csr-16"),
    # beside a file with one byte for each weight that is left
    "concept-page-unstructured-storage": lambda: evidence.bytes_left_in_our_format(
        small_model("relu"), nonzero_count
    ),
    "kwon-2022-without-retraining": lambda: evidence.change_at_half_the_arithmetic(
        first_places("unpruned", "ours, half")
    ),
    "frantar-2023-half-in-one-shot": lambda: evidence.change_at_half_the_weights(
        first_places("unpruned")
    ),
    "sun-2024-above-magnitude": lambda: evidence.wanda_above_magnitude(
        first_places("70% magnitude")
    ),
    "an-2024-bias-compensation": lambda: evidence.gain_of_folding_means(
        load_study("encoder").assign(cosine=range(len(load_study("encoder")), 0, -1))
    ),
    "men-2025-layers": lambda: evidence.layers_above_units(
        first_places("three layers dropped")
    ),
}


def test_every_measured_claim_can_be_refuted():
    assert list(REFUTING) == [
        name for name, claim in claims.load_claims().items() if claim.check
    ]


@pytest.mark.parametrize("name", REFUTING)
def test_other_networks_or_data_refute_the_status(name):
    claim = claims.claim(name)
    figure = REFUTING[name]()
    assert abs(figure - claim.expected) > claim.tolerance
    assert claim.refuted_by(figure)


def test_a_network_that_stops_working_does_not_show_the_articles_reduction():
    with torch.no_grad():
        model = with_silent_neurons()
        model.fc1.weight[8:] /= 1000
        model.fc2.weight[:, 8:] *= 1000
    assert without_errors(evidence.points_lost_at_the_article_pair, model) > 1
    assert without_errors(evidence.article_pair_on_plain, model) == 0
    assert not claims.claim("article-62-percent").refuted_by(0)
