#ifndef ANIMATE_SERVER_CONFIG_SETTING_H_
#define ANIMATE_SERVER_CONFIG_SETTING_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/server_config.h"

namespace animate {

// One setting: how it is called, explained, read and written.
struct ConfigSetting {
  std::string name;   // "queue-capacity": the flag without dashes, the TOML key
  std::string group;  // heading in --help
  std::string value;  // what --help calls the value, "N"
  std::string help;

  // Returns INVALID_ARGUMENT, saying what is allowed, for a bad `text`.
  std::function<absl::Status(const std::string& text, ServerConfig& config)>
      read;
  std::function<std::string(const ServerConfig& config)> write;
  bool quoted = false;  // a string in TOML, rather than a number or boolean
};

// All settings, in the order of --help.
const std::vector<ConfigSetting>& ConfigSettings();

// "ANIMATE_QUEUE_CAPACITY" for "queue-capacity".
std::string EnvironmentName(const std::string& setting);

}  // namespace animate

#endif  // ANIMATE_SERVER_CONFIG_SETTING_H_
