// The second script of the website, on pages with a field to draw a digit in.

import { breakEven } from "./demos/break_even.js";
import { drawDigit } from "./digit/draw_digit.js";
import { mountAll } from "./host.js";

mountAll({ break_even: breakEven, drawDigit });
