"""What differs from class to class, so that published solutions are not the answer.

Class 0 is the published one: its solutions stand in the repository. Every other
class seed gives another variation than class 0.
"""

from __future__ import annotations

# exercise → the variations; the first belongs to class 0 alone
VARIATIONS: dict[str, tuple[dict[str, str], ...]] = {
    "checkpoint_bytes": (
        {"weights": "float32", "biases": "float32"},
        {"weights": "float16", "biases": "float32"},
        {"weights": "float64", "biases": "float32"},
        {"weights": "float16", "biases": "float64"},
    ),
    "choose": ({"cost": "parameters"}, {"cost": "macs"}, {"cost": "bytes"}),
    "masked_step": (
        {"velocity": "momentum * velocity + grad", "w": "w - lr * velocity"},
        {"velocity": "momentum * velocity + lr * grad", "w": "w - velocity"},
        {
            "velocity": "momentum * velocity + (1 - momentum) * grad",
            "w": "w - lr * velocity",
        },
    ),
    "shared_keep": (
        {"join": "sum"},
        {"join": "max"},
        {"join": "squares"},
        {"join": "first"},
    ),
    "shared_bytes": (
        {"order": "most significant first", "padding": "zeros"},
        {"order": "least significant first", "padding": "zeros"},
        {"order": "most significant first", "padding": "ones"},
        {"order": "least significant first", "padding": "ones"},
    ),
}


def variation(exercise: str, class_seed: int) -> dict[str, str]:
    """What an exercise asks of a class, for example ``{"cost": "macs"}``.

    Raises ValueError for an exercise without variations and for a class seed
    that is not a whole number from 0.
    """
    if exercise not in VARIATIONS:
        raise ValueError(f"exercise is {exercise!r}; allowed are {sorted(VARIATIONS)}")
    if isinstance(class_seed, bool) or not isinstance(class_seed, int):
        raise ValueError(f"class_seed is {class_seed!r}; allowed are whole numbers")
    if class_seed < 0:
        raise ValueError(f"class_seed is {class_seed!r}; allowed are numbers from 0")
    published, *others = VARIATIONS[exercise]
    chosen = others[(class_seed - 1) % len(others)] if class_seed else published
    return dict(chosen)
