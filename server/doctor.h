#ifndef ANIMATE_SERVER_DOCTOR_H_
#define ANIMATE_SERVER_DOCTOR_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/server.h"
#include "server/server_config.h"
#include "server/store/store_checkup.h"

namespace animate {

// The parts of the server that the doctor tries.
struct DoctorTools {
  // Whether the files of a model are all there.
  std::function<absl::Status(const std::string& model_dir)> find_model;
  Server::Factories factories;
};

// Looks through what `config` names, and changes nothing: settings, store,
// model, pose detector, each device, which runs one small step as before
// serving. Where a server has the store open, devices are left to it.
std::vector<CheckLine> Examine(const ServerConfig& config,
                               const DoctorTools& tools);

// Runs "animate-server doctor [--json] [SETTING…]": one line per check to
// `out`, wrong settings to `err`. Returns the exit code: 0, 1 when a check
// failed, 2 for wrong settings.
//   arguments: those after "doctor".
//   make_tools: called once, with the settings.
int RunDoctor(
    const std::vector<std::string>& arguments,
    const std::function<const char*(const std::string& name)>& environment,
    const std::function<DoctorTools(const ServerConfig&)>& make_tools,
    std::ostream& out, std::ostream& err);

}  // namespace animate

#endif  // ANIMATE_SERVER_DOCTOR_H_
