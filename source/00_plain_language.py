# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 00 Pruning in plain language
#
# A **model** (a program that learned from examples what to answer) keeps what
# it learned in **weights** or **parameters** (plain numbers, up to billions of
# them). **Pruning** (taking some weights out) is sold as smaller files, lower
# bills, and faster answers. This page is for people who decide whether to buy
# or build a pruned model, and write no code.
#
# Every number in a table was measured by this course, with small models, on
# **MNIST** (70,000 pictures of handwritten digits). Where we go beyond that,
# we write *Beyond MNIST*.

# %% tags=["hide-input"]
from course_lib import evidence, figures
from course_lib.demos import will_it_fit
from course_lib.evidence import plain_tables as plain
from course_lib.figures.city import erase, make_city, redraw
from course_lib.figures.plain import city_in_words, city_maps
from course_lib.page import (
    claim_review,
    learning_map,
    measured,
    practice,
    predict,
    research_note,
    storyboard,
)

# %% [markdown]
# ## In short
#
# - **It can save a lot.** Pruned, written with shorter numbers, and packed
#   well, our smallest files are 265 times smaller than before. Another model,
#   cut down, needs 13.0 times fewer multiplications. It is faster, too, but by
#   less than that.
# - **It costs right answers.** The models in those files get 1.56% of the test
#   pictures wrong instead of 0.98%; the model that was cut down, 0.85%
#   instead of 0.64%.
# - **Savings differ.** File, memory, bill, and wait do not shrink alike. How
#   much each one shrinks depends on what was removed.
# - **An average hides who loses.** One pruned model lost 0.94 **points** (right
#   answers in every hundred) overall, but 5.05 on the digit 8.
# - **It deletes no data.** With nine tenths of its weights removed, a model
#   still gave 57 of the 100 false answers that it had learned by heart.
# - **There is another way.** A model that was built small from the start ended
#   up 0.03 points behind the one that was cut down: hardly any difference.
#
# *Beyond MNIST*: expect to save less. Reading digits is an easy task.

# %% tags=["hide-input"]
smaller = plain.times_smaller_than_the_weights()
before = plain.errors_before_pruning()
after = plain.errors_of_the_smallest_files()
work = evidence.lenet_5_times_fewer_macs()
whole = plain.errors_before_the_cut()
cut = plain.errors_of_the_smaller_shape()
behind = evidence.points_from_scratch_behind_pruned()
measured.show(
    ("our smallest files", f"{smaller:.0f} times smaller", "05"),
    ("their mistakes", f"{before:.2f}% before, {after:.2f}% now", "05"),
    ("cut down: multiplications", f"{work:.1f} times fewer", "04"),
    ("cut down: mistakes", f"{whole:.2f}% before, {cut:.2f}% now", "04"),
    ("built small from the start", f"{behind:.2f} points behind", "04"),
)

# %% tags=["hide-input"]
average = plain.points_lost_on_average()
worst, digit = plain.points_lost_by_the_worst_digit(), plain.worst_digit()
false = plain.false_labels_repeated(0.9)
measured.show(
    ("seven tenths of the weights gone", f"{average:.2f} points lost", "03"),
    (f"the same, digit {digit:.0f} alone", f"{worst:.2f} points lost", "03"),
    ("nine tenths gone: false answers", f"{false:.0f} of 100", "00"),
)

# %% [markdown]
# The first table averages three models of each kind, on the final test's
# pictures. The points lost are those of one model, on pictures set aside for
# making choices.

# %% [markdown]
# ## What to ask a supplier, or your own team
#
# 1. What was removed: single weights here and there, or whole parts?
# 2. How large is the file, before and after?
# 3. How much memory does the model need to run?
# 4. How long is the wait for an answer on my device?
# 5. How many points were lost on pictures or texts like mine?
# 6. Which groups lost most, and how many answers changed?
# 7. Was the test data left untouched until every choice was made?
# 8. How good is a small model that was never pruned?
# 9. What else was done to the model, with whose data?

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | nothing |
# | **You will be able to** | tell the two kinds of pruning apart; judge a supplier's answers |
# | **Time** | under ten minutes to read aloud |
# | **Leads to** | the chapters that measure: [01](01_training.ipynb), [02](02_activation_pruning.ipynb), [03](03_magnitude_masks.ipynb), [04](04_structured_pruning.ipynb), [05](05_sparse_storage.ipynb), [06](06_your_own_model.ipynb) |

# %% tags=["map", "hide-input"]
learning_map.show("00")

# %% [markdown]
# ## Predict
#
# Make a guess before you read on. The demo below has the answer.

# %% tags=["predict", "hide-input"]
predict.show("00")

# %% [markdown]
# ## Intuition
#
# Think of a model as a city map and each weight as the width of a street. The
# weights form a **matrix** (numbers in rows and columns). A **mask** (a yes or
# no for each weight) marks those that stay. The size of a map is measured in
# **bytes** (each has room for one letter of text).

# %% tags=["storyboard", "hide-input"]
storyboard.show("mask")

# %% tags=["hide-input"]
city = make_city()
maps = city, erase(city, 0.5), redraw(city, 9)
figures.show(city_maps(*maps), city_in_words(*maps))

# %% [markdown]
# Erase the narrower half, and you have the same sheet of paper with blanks on
# it. That is **unstructured pruning** (individual weights become zero). The
# **shape** (how many rows of weights there are, and how long) stays the same.
# Remove whole streets, from end to end, and you can redraw the city on a
# smaller sheet. That is **structured pruning** (whole rows go, the shape
# shrinks).

# %% [markdown]
# ## Demo
#
# *Will it fit?* A **bit** (one yes or no) is an eighth of a byte; the more
# bits a weight has, the more exact it is. Memory is measured in **gigabytes**
# or **GB** (a billion bytes each), smaller files in **KB** or **MB** (a
# thousand or a million bytes), and download speed in **Mbit/s** (a million
# bits per second). The model can run on a phone, a laptop, or a **server** (a
# computer that answers over the internet).

# %% tags=["demo", "hide-input"]
predict.reveal("00", *will_it_fit.build())

# %% [markdown]
# The demo opens with half of the weights at zero. Choose the list, then the
# smaller shape, and see which of the three fits the phone. Nothing here is
# measured: it is arithmetic on assumptions that you can change.

# %% [markdown]
# ## What is removed, and why it can be
#
# Setting the smallest weights to zero changes them least, so they go first.
# **Fine-tuning** (some more learning, while the removed weights stay out) may
# follow.

# %% tags=["hide-input"]
one_in_twelve = evidence.points_lost_with_one_weight_in_twelve
rows = {
    "the smaller half set to zero": evidence.drop_without_the_smaller_half,
    "a random half set to zero": plain.points_lost_without_a_random_half,
    "nine tenths set to zero": evidence.drop_without_the_smallest_weights,
    "one in twelve left, fine-tuned": one_in_twelve,
}
measured.show(
    ("weights in the model", f"{plain.weights_of_the_model():,.0f}", "03"),
    *((k, f"{lost():.2f} points lost", "03") for k, lost in rows.items()),
)

# %% [markdown]
# This model holds more than it needs: losing the smaller half costs 0.04
# points, losing a random half 4.09. But size is only a hint: losing the
# smallest nine tenths at once costs 32.86. Going gradually, with fine-tuning
# along the way, is gentler: without eleven in twelve, models lost 0.05 points,
# compared with whole models that learned for as long. That row averages three
# models on the final test's pictures; the others use one model, and the
# pictures for making choices.
#
# *Beyond MNIST*: only a test of a large model can show how much it can lose.

# %% [markdown]
# ## Smaller files
#
# Files are often **zipped** (packed so that nothing is lost) before they are
# sent.

# %% tags=["hide-input"]
zeros = evidence.bytes_left_after_masking()
zipped = plain.bytes_left_when_zipped(0.9)
half = plain.bytes_left_when_zipped(0.5)
listed = evidence.csr_bytes_at_half_density()
packed = evidence.bytes_left_in_our_format()
measured.show(
    ("file with nine tenths zeros", f"{zeros:.1f}% of before", "03"),
    ("the same file, zipped", f"{zipped:.0f}% of before", "03"),
    ("file with half zeros, zipped", f"{half:.0f}% of before", "03"),
    ("half of the weights left, as a list", f"{listed:.1f}% of before", "05"),
    ("one in ten left, packed well", f"{packed:.1f}% of before", "05"),
)

# %% [markdown]
# A zero takes as much space as any other number, so the file stays the same
# size.
# But zeros pack well: with nine tenths zeros, the zipped file has 12% of its
# former size. To run the model, you must unpack it.
#
# A list of the weights that are left must record where each one belongs. With
# half of them left, that costs as much as it saves. Few weights, packed well,
# take much less space. Our smallest files owe their size to more than pruning:
# their models also learned from shifted and rotated pictures and from the
# unpruned model's answers.
#
# *Beyond MNIST*: expect to save less.

# %% [markdown]
# ## Cheaper hosting
#
# You pay for **hosting** (renting the computer that runs the model) by memory
# and time. We start with time, counted in multiplications.

# %% tags=["hide-input"]
fewer = plain.times_fewer_weights_in_the_smaller_shape()
idle = 100 - evidence.macs_left_after_masking()
changed = plain.answers_changed_by_the_smaller_shape()
measured.show(
    ("nine tenths set to zero: multiplications", f"{idle:.1f}% fewer", "03"),
    ("smaller shape: weights", f"{fewer:.1f} times fewer", "04"),
    ("smaller shape: multiplications", f"{work:.1f} times fewer", "04"),
    ("smaller shape: points lost", f"{cut - whole:.2f}", "04"),
    ("smaller shape: answers changed", f"{changed:.2f}%", "04"),
)

# %% [markdown]
# The zeros are still multiplied. The smaller shape, from a second model, loses
# 0.21 points.
#
# *Beyond MNIST*: what that saves depends on your prices. Type them into the
# demo above.

# %% [markdown]
# ## Latency
#
# **Latency** (the wait for an answer) was timed on the computer that made this
# page. Your times will differ. Below one is slower.

# %% tags=["hide-input", "nbval-ignore-output"]
times = plain.times_faster().iloc[1:]
times = times.map("{:.1f} times as fast".format)
measured.show(
    *(
        (f"{way}, {size}", value, "04")
        for size, column in times.items()
        for way, value in column.items()
    )
)

# %% [markdown]
# The smaller shape is faster, but by less than its multiplications suggest. It
# gains less with a single picture, because part of that wait is spent in the
# program around the model.
#
# *Beyond MNIST*: a server adds the time to send a question and its answer.
# Some programs skip zeros; chapter 05 shows when they win.

# %% [markdown]
# ## Privacy on the device
#
# What you type stays with you if the model runs on your device and its program
# sends nothing. Pruning helps with the first condition: the model has to fit.

# %% tags=["hide-input"]
size = plain.bytes_of_the_smallest_files()
measured.show(("our smallest files, on average", f"{size:,.0f} bytes", "05"))

# %% [markdown]
# This page is longer than such a file. *Beyond MNIST*: whether a language
# model fits is arithmetic, and the demo does it. No file can tell you what the
# program sends.

# %% [markdown]
# ---
# # After the first pass
#
# ## Questions and answers
#
# ### Does pruning make a model less smart?
#
# It can. Light pruning may cost almost nothing; heavy pruning in one step can
# ruin a model. And losing few points does not mean keeping the same answers:
# our smaller shape lost 0.21 points but changed 0.52% of its answers.
#
# ### Why should I care about size?
#
# Because files are sent and memory is rented. At the prices that the demo
# assumes, a thousand downloads cost 600 with zeros and 300 in the smaller
# shape. If neither matters to you, size is no reason to prune.
#
# ### Can I prune a model myself?
#
# Yes, if you have its weights and examples for fine-tuning and testing.
# If you only use a model online, only its owner can prune it.
#
# ### Which kind do I want?
#
# For a smaller file alone, choose unstructured pruning and good packing. For
# speed and memory with ordinary programs, choose structured pruning.
#
# ### What does it cost?
#
# Setting weights to zero takes seconds. Fine-tuning takes longer: getting to
# one weight in twelve took twelve more passes through 50,000 examples. And
# every new version must be tested again.
#
# ### Why not use a small model to begin with?
#
# Often you should, so compare. Ours learned from scratch for just as long.
#
# ### Will it run on a phone without the internet?
#
# Yes, if it fits and the app was built for that.
#
# ### Does it hurt some people more than others?
#
# It can, as the digit 8 shows. Ask for results by group.

# %% [markdown]
# ### Is it the same as quantization?
#
# No. **Quantization** (writing each weight with fewer bits) keeps every
# weight. The two work together.

# %% tags=["hide-input"]
alone = plain.times_smaller_by_list_alone()
shared = plain.times_smaller_with_shared_numbers()
measured.show(
    ("few weights left, as a list", f"{alone:.1f} times smaller", "05"),
    ("with shorter numbers", f"{shared:.1f} times smaller", "05"),
)

# %% [markdown]
# ### Is pruning the same as deleting data?
#
# No, and it is not a way to delete any. We had a model learn 1,000 examples by
# heart, 100 of them with a false answer drawn at random. Then we pruned it.

# %% tags=["hide-input"]
shares = {"none": 0, "half": 0.5, "seven tenths": 0.7, "nine tenths": 0.9}
chance = plain.false_labels_by_chance()
measured.show(
    *(
        (
            f"false answers given, {name} of the weights gone",
            f"{plain.false_labels_repeated(share):.0f} of 100",
            "00",
        )
        for name, share in shares.items()
    ),
    ("by a model never taught them", f"{chance:.0f} of 100", "00"),
)

# %% [markdown]
# The weights were gone, but much of what was learned by heart remained. To
# delete data, have a model learn from scratch without it.

# %% [markdown]
# ## Claims

# %% tags=["claims", "hide-input"]
claim_review.show(
    "plain-page-lighter-and-faster",
    "plain-page-intelligence",
    "plain-page-cheaper-and-faster",
    "plain-page-privacy",
    "plain-page-not-deleting-data",
    "plain-page-branches",
)

# %% [markdown]
# ## Practice

# %% tags=["practice", "hide-input"]
practice.show("00")

# %% [markdown]
# ## Research note

# %% tags=["research-note", "hide-input"]
research_note.show("00")
