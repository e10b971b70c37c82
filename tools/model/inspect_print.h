#ifndef ANIMATE_TOOLS_MODEL_INSPECT_PRINT_H_
#define ANIMATE_TOOLS_MODEL_INSPECT_PRINT_H_

#include <string>

#include "tools/model/inspect.h"

namespace animate {

struct PrintOptions {
  // Lists every key with dtype and shape instead of a line per module.
  bool all_keys = false;
  // Emphasises headings with terminal escapes.
  bool colour = false;
};

// Returns `report` as text for people: a table of networks, digests as
// `sha256sum --check` reads them, then the modules of each network.
std::string ReportText(const ModelReport& report,
                       const PrintOptions& options = {});

// Returns `report`, with every key, as one JSON object for programs.
std::string ReportJson(const ModelReport& report);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_INSPECT_PRINT_H_
