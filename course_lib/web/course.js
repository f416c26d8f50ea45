// The script of the website: every part by its name.

import { mountAll } from "./host.js";
import { searchExplorer } from "./demos/search_explorer.js";
import { shapeExplorer } from "./demos/shape_explorer.js";
import { storageExplorer } from "./demos/storage_explorer.js";
import { whichFaster } from "./demos/which_faster.js";

// keyed by the Python modules
const demos = {
  search_explorer: searchExplorer,
  shape_explorer: shapeExplorer,
  storage_explorer: storageExplorer,
  which_faster: whichFaster,
};

mountAll({ ...demos });
