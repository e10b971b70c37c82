#include "server/server_config.h"

#include <CLI/CLI.hpp>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "engine/base/status_macros.h"
#include "server/config_setting.h"

namespace animate {
namespace {

constexpr char kDescription[] =
    "Animates reference pictures by pose clips and serves the result over "
    "gRPC.";

constexpr char kFooter[] =
    "Every setting can also come from the environment (ANIMATE_QUEUE_CAPACITY "
    "for\n--queue-capacity) or from the TOML file given with --config "
    "(queue-capacity = 64).\nA flag beats the environment, which beats the "
    "file.\n\n"
    "SIGTERM and SIGINT drain: accepted jobs are finished, then the server "
    "exits. A\nsecond signal cancels what is still running.\n\n"
    "animate-server doctor looks through store, model and devices with the "
    "same\nsettings and changes nothing (doctor --help).\n\n"
    "Exit codes: 0 stopped as asked; 1 could not start (model, device, "
    "address);\n2 wrong settings.";

// Where the value of a setting came from, as an error names it.
struct Value {
  std::string source;
  std::string text;
};
using Values = std::map<std::string, Value>;

// The command line, with CLI11, which knows how to take it apart and how to
// print help.
struct CommandLine {
  Values values;
  std::string config_file;
  bool help = false;
  bool version = false;
  bool print_config = false;
  std::string help_text;
};

absl::StatusOr<CommandLine> ParseArguments(
    const std::vector<std::string>& args) {
  CommandLine result;
  CLI::App app(kDescription, "animate-server");
  app.set_help_flag();
  app.get_formatter()->column_width(34);
  app.footer(kFooter);
  const ServerConfig defaults;
  std::map<std::string, std::string> texts;
  for (const ConfigSetting& setting : ConfigSettings()) {
    const std::string standard = setting.write(defaults);
    std::string help = setting.help;
    if (!standard.empty()) absl::StrAppend(&help, " Default: ", standard);
    app.add_option("--" + setting.name, texts[setting.name], help)
        ->type_name(setting.value)
        ->group(setting.group);
  }
  app.add_option("--config", result.config_file, "Settings in a TOML file.")
      ->type_name("FILE");
  app.add_flag("--print-config", result.print_config,
               "Print the effective settings as TOML and exit.");
  app.add_flag("--version", result.version, "Print the version and exit.");
  app.add_flag("-h,--help", result.help, "Print this help and exit.");
  try {
    // CLI11 takes them from the back.
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(error.what(), " (--help lists the flags)"));
  }
  for (const ConfigSetting& setting : ConfigSettings()) {
    if (app.count("--" + setting.name) == 0) continue;
    result.values[setting.name] = {"--" + setting.name, texts[setting.name]};
  }
  result.help_text = app.help();
  return result;
}

Values ReadEnvironment(
    const std::function<const char*(const std::string&)>& environment) {
  Values values;
  for (const ConfigSetting& setting : ConfigSettings()) {
    const std::string name = EnvironmentName(setting.name);
    const char* value = environment(name);
    if (value != nullptr) values[setting.name] = {name, value};
  }
  return values;
}

absl::StatusOr<Values> ReadConfigFile(const std::string& path) {
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_file(path);
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("--config ", path, ": ", error.what()));
  }
  std::set<std::string> known;
  for (const ConfigSetting& setting : ConfigSettings()) {
    known.insert(setting.name);
  }
  Values values;
  for (const CLI::ConfigItem& item : items) {
    const std::string name = absl::StrReplaceAll(item.fullname(), {{"_", "-"}});
    if (!known.contains(name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": there is no setting \"", item.fullname(), "\""));
    }
    // Lists may be written as TOML arrays.
    values[name] = {absl::StrCat(path, ": ", item.fullname()),
                    absl::StrJoin(item.inputs, ",")};
  }
  return values;
}

absl::Status Apply(const Values& values, ServerConfig& config) {
  for (const ConfigSetting& setting : ConfigSettings()) {
    const auto value = values.find(setting.name);
    if (value == values.end()) continue;
    if (const absl::Status status = setting.read(value->second.text, config);
        !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(value->second.source, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

std::string ToToml(const ServerConfig& config) {
  std::string text;
  for (const ConfigSetting& setting : ConfigSettings()) {
    const std::string value = setting.write(config);
    if (value.empty()) continue;  // not set, and has no default
    absl::StrAppend(
        &text, setting.name, " = ",
        setting.quoted
            ? absl::StrCat(
                  "\"",
                  absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}}),
                  "\"")
            : value,
        "\n");
  }
  return text;
}

// The settings of all sources; the first one that has a setting counts.
absl::StatusOr<ServerConfig> Collect(
    CommandLine line,
    const std::function<const char*(const std::string&)>& environment) {
  if (line.config_file.empty()) {
    const char* file = environment("ANIMATE_CONFIG");
    if (file != nullptr) line.config_file = file;
  }
  Values values = std::move(line.values);
  values.merge(ReadEnvironment(environment));  // keeps what is there
  if (!line.config_file.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(Values file, ReadConfigFile(line.config_file));
    values.merge(file);
  }
  ServerConfig config;
  ANIMATE_RETURN_IF_ERROR(Apply(values, config));
  if (config.upload_budget_bytes < config.limits.max_upload_bytes) {
    return absl::InvalidArgumentError(
        "upload-budget is smaller than max-upload-bytes: such an upload could "
        "never be accepted");
  }
  return config;
}

}  // namespace

absl::StatusOr<ServerCommand> ParseServerCommand(
    const std::vector<std::string>& args,
    const std::function<const char*(const std::string& name)>& environment,
    const std::string& version) {
  ANIMATE_ASSIGN_OR_RETURN(CommandLine line, ParseArguments(args));
  ServerCommand command;
  if (line.help) {
    command.text = line.help_text;
    return command;
  }
  if (line.version) {
    command.text = absl::StrCat("animate-server ", version, "\n");
    return command;
  }
  const bool print_config = line.print_config;
  ANIMATE_ASSIGN_OR_RETURN(command.config,
                           Collect(std::move(line), environment));
  if (print_config) {
    command.text = ToToml(command.config);
  } else if (command.config.model_dir.empty()) {
    return absl::InvalidArgumentError(
        "the model is missing: give --model-dir DIR, ANIMATE_MODEL_DIR, or "
        "model-dir in the configuration file");
  }
  return command;
}

absl::StatusOr<ServerConfig> ParseServerSettings(
    const std::vector<std::string>& args,
    const std::function<const char*(const std::string& name)>& environment) {
  ANIMATE_ASSIGN_OR_RETURN(CommandLine line, ParseArguments(args));
  if (line.help || line.version || line.print_config) {
    return absl::InvalidArgumentError(
        "takes settings only, not --help, --version or --print-config");
  }
  return Collect(std::move(line), environment);
}

}  // namespace animate
