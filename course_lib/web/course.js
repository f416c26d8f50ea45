// The script of the website: every part by its name.

import { mountAll } from "./host.js";

mountAll({});
