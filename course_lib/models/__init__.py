"""The networks of the course, and the trained ones that ship with it."""

from course_lib.models.base import ACTIVATIONS, Activations, Network
from course_lib.models.checkpoints import (
    checkpoint_metadata,
    checkpoint_names,
    checkpoint_path,
    load_checkpoint,
    load_predictions,
    load_study,
    save_checkpoint,
    save_predictions,
)
from course_lib.models.lenet import LeNet5
from course_lib.models.mlp import MLP
from course_lib.models.registry import MODELS, build_model, description_of
from course_lib.models.resnet import ResidualBlock, TinyResNet
from course_lib.models.transformer import TinyTransformer, TransformerBlock

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "MODELS",
    "Activations",
    "LeNet5",
    "Network",
    "ResidualBlock",
    "TinyResNet",
    "TinyTransformer",
    "TransformerBlock",
    "build_model",
    "checkpoint_metadata",
    "checkpoint_names",
    "checkpoint_path",
    "description_of",
    "load_checkpoint",
    "load_predictions",
    "load_study",
    "save_checkpoint",
    "save_predictions",
]
