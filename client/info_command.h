#ifndef ANIMATE_CLIENT_INFO_COMMAND_H_
#define ANIMATE_CLIENT_INFO_COMMAND_H_

#include <string>

#include "animate/v1/server_info.pb.h"
#include "client/command.h"
#include "client/exit_code.h"

namespace animate {

// `animate info`: what the server runs and what it allows.
ExitCode Info(const CommonOptions& options, const Console& console);

// `animate health`: kOk when grpc.health.v1 says that `service` ("" is the
// whole server) is SERVING, else kUnavailable; for probes and scripts.
ExitCode Health(const CommonOptions& options, const std::string& service,
                const Console& console);

std::string InfoText(const v1::GetServerInfoResponse& info);

}  // namespace animate

#endif  // ANIMATE_CLIENT_INFO_COMMAND_H_
