"""What the most common errors of Python, NumPy and PyTorch mean in an answer."""

import re

ANY = "Your function stopped with this error. Call it by hand on the input above."
# the error's type and a pattern of its text → what to look at; the first that fits
EXPLAINED = (
    (
        "TypeError|NotImplementedError",
        r"bitwise_|unsupported operand type\(s\) for [&|]",
        "& and | bind more tightly than comparisons, so a < b & c means a < (b & c). "
        "Put each comparison in parentheses: (a < b) & (c < d).",
    ),
    (
        "ValueError|RuntimeError",
        r"truth value of an array|Boolean value of Tensor",
        "A whole array is used where one True or False is needed: after if, next to "
        "and, or, or not, or in a < x < b. Combine arrays with & and |, each "
        "comparison in parentheses, or reduce them with .any() or .all().",
    ),
    (
        "IndexError",
        r"out of (range|bounds)",
        "An index is out of range: Python counts from 0, so the last of n entries has "
        "the index n - 1. An input may also be shorter than you expect, or empty.",
    ),
    (
        "TypeError",
        r"list indices must be integers",
        "A list takes only one whole number at a time as its index. Convert it to an "
        "array first, with np.asarray.",
    ),
    (
        "IndexError|TypeError",
        r"valid indices|scalar index|interpreted as an integer",
        "An index must be a whole number: int(x) makes one, and // divides without a "
        "remainder.",
    ),
    (
        "ValueError|RuntimeError",
        r"broadcast|not aligned|core dimension|must match|cannot be multiplied",
        "Two arrays have shapes that do not fit together. Print both .shape; "
        "A[:, None] adds an axis, and .T swaps rows and columns.",
    ),
    (
        "AttributeError",
        r"'(list|tuple|int|float|dict)' object has no attribute",
        "A plain Python value does not have the methods of an array. Convert it to an "
        "array first, with np.asarray.",
    ),
    (
        "TypeError",
        r"positional arguments?",
        "The function does not take the arguments that the exercise lists. Keep the "
        "first line, def …, as it was given.",
    ),
    (
        "NameError|UnboundLocalError",
        r"",
        "A name has no value here. Run the cells above, imports included, and look "
        "for a typo.",
    ),
    (
        "ZeroDivisionError",
        r"",
        "Something was divided by zero. Which input makes the divisor zero, and what "
        "should the function return then?",
    ),
)


def is_stub(text: str) -> bool:
    """Tell a stub's NotImplementedError from PyTorch's by its text."""
    return "not implemented for" not in text


def explain(kind: str, text: str) -> str:
    """Return a hint for an error, given the name of its type and its text."""
    for kinds, pattern, hint in EXPLAINED:
        if re.fullmatch(kinds, kind) and re.search(pattern, text):
            return hint
    return ANY
