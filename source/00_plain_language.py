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
# them). **Pruning** (taking some weights out) promises smaller files, lower
# bills and faster answers. This page, for people who decide about models and
# write no code, says which promises hold.
#
# Every number in a table was measured by this course, with small models, on
# **MNIST** (70 000 pictures of handwritten digits). Where we conclude more
# than that, the text says *Beyond MNIST*.

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | nothing |
# | **You will be able to** | tell the two kinds of pruning apart; say what gets smaller, and what does not; ask a supplier the right questions |
# | **Time** | under ten minutes, read aloud |
# | **Leads to** | the chapters that measure: [01](01_training.ipynb), [02](02_activation_pruning.ipynb), [03](03_magnitude_masks.ipynb), [04](04_structured_pruning.ipynb), [05](05_sparse_storage.ipynb) |

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

# %% tags=["map", "hide-input"]
learning_map.show("00")

# %% [markdown]
# ## Predict
#
# Commit to a guess before you read on. The demo below answers it.

# %% tags=["predict", "hide-input"]
predict.show("00")

# %% [markdown]
# ## Intuition
#
# Think of a model as a city, and of each weight as the width of a street. The
# weights stand in a **matrix** (numbers in rows and columns). A **mask** (a
# yes or no for each weight) says which may stay. The size of a sheet is counted
# in **bytes** (each has room for one letter of text).

# %% tags=["storyboard", "hide-input"]
storyboard.show("mask")

# %% [markdown]
# Here is a larger city. Most streets are narrow, and hardly anybody would miss
# them.

# %% tags=["hide-input"]
city = make_city()
maps = city, erase(city, 0.5), redraw(city, 9)
figures.show(city_maps(*maps), city_in_words(*maps))

# %% [markdown]
# Erase the narrower half, and you hold the same sheet of paper with blanks on
# it. That is **unstructured pruning** (single weights become zero): the
# **shape** (how many rows of weights there are, and how long) stays. Take
# whole streets out, from end to end, and the city can be redrawn on a smaller
# sheet. That is **structured pruning** (whole rows go, the shape shrinks).
#
# Many disappointments with pruning come from taking one for the other.

# %% [markdown]
# ## What is removed, and why it can be
#
# A weight near zero hardly moves an answer, so the smallest ones go first. We
# count in **points** (right answers in every hundred). **Fine-tuning** (some
# more learning, while the removed weights stay away) may follow.

# %% tags=["hide-input"]
rows = {
    "the smaller half set to zero": evidence.drop_without_the_smaller_half,
    "any half set to zero": plain.points_lost_without_a_random_half,
    "nine tenths set to zero": evidence.drop_without_the_smallest_weights,
    "one in twelve left, fine-tuned": plain.points_lost_after_fine_tuning,
}
measured.show(
    ("weights in the model", f"{plain.weights_of_the_model():.0f}", "03"),
    *((k, f"{lost():.2f} points lost", "03") for k, lost in rows.items()),
)

# %% [markdown]
# Models hold more than they need: half of this one goes for 0.04 points. But
# small is only a hint: nine tenths at once cost 32.86. Fine-tuning brings
# nearly all of that back. With one weight in twelve, 0.13 points are lost.
#
# *Beyond MNIST*: how much a large model can lose, only a test of that model
# tells.

# %% [markdown]
# ## Smaller files

# %% tags=["hide-input"]
zeros = evidence.bytes_left_after_masking()
listed = evidence.csr_bytes_at_half_density()
packed = evidence.bytes_left_in_our_format()
smaller = plain.times_smaller_than_the_weights()
before = plain.errors_before_pruning()
after = plain.errors_of_the_smallest_files()
measured.show(
    ("file with nine tenths zeros", f"{zeros:.1f} % of before", "03"),
    ("half of the weights left, as a list", f"{listed:.1f} % of before", "05"),
    ("one in ten left, packed well", f"{packed:.1f} % of before", "05"),
    ("our smallest files", f"{smaller:.1f} times smaller", "05"),
    ("mistakes before, after", f"{before:.2f} %, {after:.2f} %", "05"),
)

# %% [markdown]
# A zero is stored like any other number, so erasing alone saves nothing. A
# list must say of each weight where it belongs: at one half, that costs as
# much as it saves. Only fewer weights, packed for the purpose, take less. Our
# smallest files are 264.5 times smaller and pay with mistakes: 1.56 % instead
# of 0.98 %.
#
# *Beyond MNIST*: expect smaller factors. Reading digits is an easy task.

# %% [markdown]
# ## Cheaper hosting
#
# **Hosting** (renting the computer that runs the model) is paid by memory and
# time. First the time, counted in multiplications.

# %% tags=["hide-input"]
fewer = plain.times_fewer_weights_in_the_smaller_shape()
work = evidence.lenet_5_times_fewer_macs()
lost = plain.points_lost_by_the_smaller_shape()
idle = 100 - evidence.macs_left_after_masking()
measured.show(
    ("nine tenths set to zero: multiplications", f"{idle:.1f} % fewer", "03"),
    ("smaller shape: weights", f"{fewer:.1f} times fewer", "04"),
    ("smaller shape: multiplications", f"{work:.1f} times fewer", "04"),
    ("smaller shape: points lost", f"{lost:.2f}", "04"),
)

# %% [markdown]
# The zeros are all multiplied. The smaller shape, of another model, multiplies
# 13.0 times less and lost 0.15 points.
#
# *Beyond MNIST*: what that is worth depends on your prices; type them into the
# demo below. It also answers for the memory.

# %% [markdown]
# ## Privacy on the device
#
# What you type stays with you if the model runs on your device and its program
# sends nothing. Pruning helps with the first half: the model has to fit.

# %% tags=["hide-input"]
size = plain.bytes_of_the_smallest_files()
measured.show(("our smallest files, on average", f"{size:.0f} bytes", "05"))

# %% [markdown]
# This page is longer than such a file. *Beyond MNIST*: whether a language
# model fits is arithmetic, and the demo does it. What the program sends, no
# file tells you.

# %% [markdown]
# ## Latency
#
# **Latency** (the wait for an answer), timed on the computer that made this
# page. Your figures will differ, their order hardly.

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
# Zeros are multiplied like anything else. The smaller shape is faster, though
# by less than its multiplications promise, and least with one picture: then
# one waits for the program around it, too.
#
# *Beyond MNIST*: a **server** (a computer that answers over the internet) adds
# the way there and back, which a model on the device saves. Programs that skip
# zeros exist; chapter 05 shows where they win.

# %% [markdown]
# ## Demo
#
# *Will it fit?* A **bit** (one yes or no) is an eighth of a byte; the more of
# them a weight takes, the more exact it is. A **gigabyte** or **GB** (a
# billion bytes) is what devices have a few of. **KB** or **MB** (a thousand
# or a million bytes) are smaller; **Mbit/s** (a million bits a second) is how
# fast they travel.

# %% tags=["demo", "hide-input"]
predict.reveal("00", *will_it_fit.build())

# %% [markdown]
# It opens with half of the weights at zero. Choose the list, then the smaller
# shape, and watch which of the three fits this phone. Nothing here is
# measured: it is arithmetic on assumptions, and they are yours to change.

# %% [markdown]
# ---
# # After the first pass
#
# ## Questions and answers

# %% tags=["hide-input"]
average = plain.points_lost_on_average()
worst, digit = plain.points_lost_by_the_worst_digit(), plain.worst_digit()
changed = plain.answers_changed_by_the_smaller_shape()
behind = evidence.points_from_scratch_behind_pruned()
alone = plain.times_smaller_by_list_alone()
shared = plain.times_smaller_with_shared_numbers()
measured.show(
    ("smaller shape: answers changed", f"{changed:.2f} %", "04"),
    ("lost without seven tenths", f"{average:.2f} points", "03"),
    (f"lost by the digit {digit:.0f} alone", f"{worst:.2f} points", "03"),
    ("smaller shape, never pruned: behind", f"{behind:.2f} points", "04"),
    ("smallest file, as a list", f"{alone:.1f} times smaller", "05"),
    ("with shorter numbers", f"{shared:.1f} times smaller", "05"),
)

# %% [markdown]
# ### Does pruning make a model less smart?
#
# It can. At first it costs next to nothing, in the end nearly everything. And
# nearly as many right answers are not the same answers: our smaller shape lost
# 0.15 points, but changed 0.46 % of them.
#
# ### Why should I care about size?
#
# Because files are sent and memory is rented. At the prices that the demo
# assumes, a thousand downloads cost 600 with zeros and 300 redrawn. If neither
# bothers you, do not prune.
#
# ### Can I prune a model myself?
#
# Yes, if you hold its weights, and examples to fine-tune and test with;
# chapter 03 does it in fifteen lines of code. A model that you only use over
# the internet, only its owner can prune.

# %% [markdown]
# ### Is pruning the same as deleting data?
#
# No, and it is no way to delete any. We gave a model 1 000 examples to learn
# by heart, 100 of them with a false answer that nobody could guess. Then we
# pruned it.

# %% tags=["hide-input"]
shares = {"none": 0, "half": 0.5, "seven tenths": 0.7, "nine tenths": 0.9}
chance = plain.false_labels_by_chance()
measured.show(
    *(
        (
            f"false answers given, {name} of the model gone",
            f"{plain.false_labels_repeated(share):.0f} of 100",
            "00",
        )
        for name, share in shares.items()
    ),
    ("by a model never taught them", f"{chance:.0f} of 100", "00"),
)

# %% [markdown]
# Weights went; what was learned by heart stayed, much of it even where the
# model was hardly of use any more. Whoever must delete data needs a model that
# learns anew, without it.
#
# ### Does it get worse for some people more than for others?
#
# It can. Without seven tenths of its weights, our model lost 0.94 points – and
# 5.05 on the digit 8. An average hides that. Ask for a table by group.
#
# ### Why is my pruned model not faster?
#
# Most likely its weights were set to zero, and the program multiplies zeros.
# Ask for a smaller shape, or for a program that skips zeros.
#
# ### Which kind do I want?
#
# For a smaller file alone, unstructured and packed: in our tests it removed
# the most. For speed and memory with ordinary programs, structured.
#
# ### What does it cost?
#
# Setting weights to zero takes seconds. Fine-tuning takes more: one weight in
# twelve took three more rounds through 50 000 examples. Then everything is
# tested anew, for each new version.
#
# ### How much smaller can it get?
#
# Here, 264.5 times as a file and 22.9 times as a shape. *Beyond MNIST*: we
# expect less. Ask how many points each step cost.
#
# ### Is it the same as quantization?
#
# No. **Quantization** (writing each weight with fewer bits) keeps all weights.
# The two add up: a list made one file 33.9 times smaller, and shorter numbers
# 115.5 times.
#
# ### Will it run on a phone, without the internet?
#
# If it fits, and the app was built so. Try it with the internet switched off.
#
# ### Why not use a small model to begin with?
#
# Often you should; compare. Ours, which learned from nothing for as long,
# stayed 0.13 points behind the pruned one. That is not much.
#
# ### What do I ask my supplier?
#
# 1. Set to zero, or redrawn smaller?
# 2. How long is the file, before and after?
# 3. How much memory does it take to run?
# 4. How long is the wait, on my device?
# 5. How many points were lost, on pictures or texts like mine?
# 6. Which groups lost most, and how many answers changed?
# 7. Was the test kept apart until the last choice was made?

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
