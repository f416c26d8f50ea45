"""Every exercise's correct answers in five styles."""

from .correct_styles_01 import CORRECT as CORRECT_01
from .correct_styles_02 import CORRECT as CORRECT_02
from .correct_styles_03 import CORRECT as CORRECT_03
from .correct_styles_04 import CORRECT as CORRECT_04
from .correct_styles_05 import CORRECT as CORRECT_05
from .correct_styles_06 import CORRECT as CORRECT_06

CORRECT = CORRECT_01 | CORRECT_02 | CORRECT_03 | CORRECT_04 | CORRECT_05 | CORRECT_06
