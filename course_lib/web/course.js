// The script of the website: every part by its name.

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

const demos = {};

mountAll({
  again,
  claims,
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
