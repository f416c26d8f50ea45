// The script of the website: every part by its name.

import { maskExplorer } from "./demos/mask_explorer.js";
import { sampleSize } from "./demos/sample_size.js";
import { thresholdExplorer } from "./demos/threshold_explorer.js";
import { willItFit } from "./demos/will_it_fit.js";
import { mountAll } from "./host.js";

// by the names of the modules of course_lib/demos
const demos = {
  mask_explorer: maskExplorer,
  sample_size: sampleSize,
  threshold_explorer: thresholdExplorer,
  will_it_fit: willItFit,
};

mountAll({ ...demos });
