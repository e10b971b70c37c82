#include "client/command.h"

#include "client/error_report.h"
#include "nlohmann/json.hpp"

namespace animate {

ExitCode ReportError(const absl::Status& status, bool json,
                     const Console& console) {
  if (json) {
    console.out << nlohmann::json({{"error", ErrorJson(status)}}).dump()
                << std::endl;
  } else {
    console.err << "animate: " << ErrorText(status) << std::endl;
  }
  return ExitCodeFor(status);
}

}  // namespace animate
