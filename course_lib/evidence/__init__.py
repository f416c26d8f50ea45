"""Functions that measure what ``claims.toml`` states, one per claim.

Each returns one number in the claim's unit, from the shipped networks and data, in a
few seconds. With another network or other images it measures those, which is how the
tests show figures that refute the claim's status. There is a module per chapter;
``shapes`` counts.
"""

from course_lib.evidence.activation import (
    article_pair_on_plain,
    neurons_gone_at_74_percent,
    neurons_near_zero_in_plain,
    points_lost_at_the_article_pair,
    points_lost_with_a_quarter,
    tanh_drop_by_mean_alone,
)
from course_lib.evidence.encoder import (
    change_at_half_the_arithmetic,
    change_at_half_the_weights,
    gain_of_folding_means,
    layers_above_units,
    wanda_above_magnitude,
)
from course_lib.evidence.magnitude import (
    bytes_left_after_masking,
    drop_without_the_smaller_half,
    drop_without_the_smallest_weights,
    points_a_ticket_loses,
    points_between_random_and_small,
    points_lost_with_one_weight_in_twelve,
    points_small_dense_behind_large_sparse,
    time_left_after_masking,
)

# chapter 00 shows it; no claim rests on a count that cannot see zeros
from course_lib.evidence.magnitude import (
    macs_left_after_masking as macs_left_after_masking,
)
from course_lib.evidence.plain import (
    macs_left_without_half_of_the_neurons,
    percent_still_remembered,
    points_lost_by_the_small_lenet_5,
    times_longer_with_zeros,
)
from course_lib.evidence.shapes import (
    lenet_5_parameters,
    lenet_300_100_kilobytes,
    lenet_300_100_parameters,
    lenet_300_100_twice_the_macs,
    macs_gone_with_lis_filters,
    vgg_16_cifar_macs,
    vgg_16_times_fewer,
)
from course_lib.evidence.storage import (
    bits_that_eight_bit_gaps_waste,
    bytes_left_in_our_format,
    csr_bytes_at_half_density,
    index_bits_above_independent,
    lenet_5_times_smaller,
    lenet_300_100_times_smaller,
)
from course_lib.evidence.structured import (
    depgraph_gain_by_subtraction,
    lenet_5_times_fewer_macs,
    luck_of_the_best_of_forty,
    percent_gone_when_every_layer_is_halved,
    points_from_scratch_behind_pruned,
    points_that_units_cost_beyond_weights,
    taylor_against_removal,
)
from course_lib.evidence.training import (
    hans_gain_in_standard_errors,
    least_lost_without_one_neuron,
)

__all__ = [
    "article_pair_on_plain", "bits_that_eight_bit_gaps_waste",
    "bytes_left_after_masking", "bytes_left_in_our_format",
    "change_at_half_the_arithmetic", "change_at_half_the_weights",
    "csr_bytes_at_half_density", "depgraph_gain_by_subtraction",
    "drop_without_the_smaller_half", "drop_without_the_smallest_weights",
    "gain_of_folding_means", "hans_gain_in_standard_errors",
    "index_bits_above_independent", "layers_above_units",
    "least_lost_without_one_neuron", "lenet_5_parameters", "lenet_5_times_fewer_macs",
    "lenet_5_times_smaller", "lenet_300_100_kilobytes", "lenet_300_100_parameters",
    "lenet_300_100_times_smaller", "lenet_300_100_twice_the_macs",
    "luck_of_the_best_of_forty", "macs_gone_with_lis_filters",
    "macs_left_without_half_of_the_neurons", "neurons_gone_at_74_percent",
    "neurons_near_zero_in_plain", "percent_gone_when_every_layer_is_halved",
    "percent_still_remembered", "points_a_ticket_loses",
    "points_between_random_and_small", "points_from_scratch_behind_pruned",
    "points_lost_at_the_article_pair", "points_lost_by_the_small_lenet_5",
    "points_lost_with_a_quarter", "points_lost_with_one_weight_in_twelve",
    "points_small_dense_behind_large_sparse", "points_that_units_cost_beyond_weights",
    "tanh_drop_by_mean_alone", "taylor_against_removal", "time_left_after_masking",
    "times_longer_with_zeros", "vgg_16_cifar_macs", "vgg_16_times_fewer",
    "wanda_above_magnitude",
]  # fmt: skip
