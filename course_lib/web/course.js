// The script of the website: every part by its name.

import { breakEven } from "./demos/break_even.js";
import { maskExplorer } from "./demos/mask_explorer.js";
import { sampleSize } from "./demos/sample_size.js";
import { searchExplorer } from "./demos/search_explorer.js";
import { shapeExplorer } from "./demos/shape_explorer.js";
import { storageExplorer } from "./demos/storage_explorer.js";
import { thresholdExplorer } from "./demos/threshold_explorer.js";
import { whichFaster } from "./demos/which_faster.js";
import { willItFit } from "./demos/will_it_fit.js";
import { drawDigit } from "./digit/draw_digit.js";
import { mountAll } from "./host.js";
import { claims } from "./parts/claims.js";
import { inquiry } from "./parts/inquiry.js";
import { keep } from "./parts/keep.js";
import { map } from "./parts/map.js";
import { note } from "./parts/note.js";
import { again, practice } from "./parts/practice.js";
import { predict } from "./parts/predict.js";
import { reveal } from "./parts/reveal.js";
import { storyboard } from "./parts/storyboard.js";

// by the names of the modules of course_lib/demos
const demos = {
  break_even: breakEven,
  mask_explorer: maskExplorer,
  sample_size: sampleSize,
  search_explorer: searchExplorer,
  shape_explorer: shapeExplorer,
  storage_explorer: storageExplorer,
  threshold_explorer: thresholdExplorer,
  which_faster: whichFaster,
  will_it_fit: willItFit,
};

mountAll({
  again,
  claims,
  drawDigit,
  inquiry,
  keep,
  map,
  note,
  practice,
  predict,
  reveal: (context) => reveal(context, demos),
  storyboard,
  ...demos,
});
