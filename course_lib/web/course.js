// The script of the website: every part by its name.

import { drawDigit } from "./digit/draw_digit.js";
import { mountAll } from "./host.js";

mountAll({ drawDigit });
