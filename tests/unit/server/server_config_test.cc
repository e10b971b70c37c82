#include "server/server_config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/config_setting.h"

namespace animate {
namespace {

using Environment = std::map<std::string, std::string>;

absl::StatusOr<ServerCommand> Parse(std::vector<std::string> args,
                                    const Environment& environment = {}) {
  return ParseServerCommand(
      args,
      [&environment](const std::string& name) -> const char* {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
      },
      "1.2.3");
}

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + name;
  std::ofstream(path) << text;
  return path;
}

void ExpectError(const absl::StatusOr<ServerCommand>& command,
                 const std::vector<std::string>& words) {
  EXPECT_EQ(command.status().code(), absl::StatusCode::kInvalidArgument);
  for (const std::string& word : words) {
    EXPECT_TRUE(absl::StrContains(command.status().message(), word))
        << command.status() << " lacks " << word;
  }
}

TEST(ServerConfigTest, DefaultsNeedNothingButTheModel) {
  const auto command = Parse({"--model-dir", "m"});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_FALSE(command->text.has_value());
  EXPECT_EQ(command->config.model_dir, "m");
  EXPECT_EQ(command->config.listen_address, "0.0.0.0:50051");
  EXPECT_EQ(command->config.metrics_address, "0.0.0.0:9400");
  EXPECT_EQ(command->config.devices, std::vector<std::string>{"auto"});
  ExpectError(Parse({}), {"--model-dir", "ANIMATE_MODEL_DIR"});
}

TEST(ServerConfigTest, ReadsEveryKindOfFlag) {
  const auto command = Parse(
      {"--model-dir=m", "--device", "cuda:0, cuda:1", "--dtype", "bfloat16",
       "--queue-capacity", "7", "--output-budget", "3GiB", "--max-frames", "48",
       "--max-guidance-scale", "7.5", "--drain-timeout", "1m30s", "--log-level",
       "warning", "--reflection", "false"});
  ASSERT_TRUE(command.ok()) << command.status();
  const ServerConfig& config = command->config;
  EXPECT_EQ(config.devices, (std::vector<std::string>{"cuda:0", "cuda:1"}));
  EXPECT_EQ(config.dtype, "bfloat16");
  EXPECT_EQ(config.queue_capacity, 7);
  EXPECT_EQ(config.output_budget_bytes, int64_t{3} << 30);
  EXPECT_EQ(config.limits.max_frames, 48);
  EXPECT_EQ(config.limits.max_guidance_scale, 7.5);
  EXPECT_EQ(config.drain_timeout, absl::Seconds(90));
  EXPECT_EQ(config.log_level, LogSeverity::kWarning);
  EXPECT_FALSE(config.reflection);
}

TEST(ServerConfigTest, ReadsHowLongClipsAndReferencesAreTreated) {
  const auto usual = Parse({"--model-dir=m"});
  EXPECT_EQ(usual->config.context_schedule, "model");
  EXPECT_EQ(usual->config.reference_cache_mib, 256);
  const auto command = Parse(
      {"--model-dir=m", "--context-schedule=edge", "--reference-cache-mib=0"});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->config.context_schedule, "edge");
  EXPECT_EQ(command->config.reference_cache_mib, 0);
}

TEST(ServerConfigTest, ReadsHowThePortIsProtected) {
  const auto command =
      Parse({"--model-dir", "m", "--tls-cert", "tls.crt", "--tls-key",
             "tls.key", "--tls-client-ca", "ca.crt", "--auth-file", "callers",
             "--insecure-tokens", "true", "--health-address", "0.0.0.0:1",
             "--min-upload-rate", "0"});
  ASSERT_TRUE(command.ok()) << command.status();
  const ServerConfig& config = command->config;
  EXPECT_EQ(config.tls.certificate, "tls.crt");
  EXPECT_EQ(config.tls.key, "tls.key");
  EXPECT_EQ(config.tls.client_ca, "ca.crt");
  EXPECT_EQ(config.auth_file, "callers");
  EXPECT_TRUE(config.insecure_tokens);
  EXPECT_EQ(config.health_address, "0.0.0.0:1");
  EXPECT_EQ(config.min_upload_rate, 0);
}

TEST(ServerConfigTest, AFlagBeatsTheEnvironmentWhichBeatsTheFile) {
  const std::string file = WriteFile("precedence.toml",
                                     "model-dir = \"file\"\n"
                                     "queue-capacity = 1\n"
                                     "max-frames = 1\n"
                                     "max_steps = 1\n");
  const auto command =
      Parse({"--config", file, "--queue-capacity", "3"},
            {{"ANIMATE_QUEUE_CAPACITY", "2"}, {"ANIMATE_MAX_FRAMES", "2"}});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->config.queue_capacity, 3);
  EXPECT_EQ(command->config.limits.max_frames, 2);
  EXPECT_EQ(command->config.limits.max_steps, 1);
  EXPECT_EQ(command->config.model_dir, "file");
}

TEST(ServerConfigTest, TheFileCanBeNamedByTheEnvironment) {
  const std::string file =
      WriteFile("named.toml", "model-dir = \"m\"\ndevice = [\"cpu\"]\n");
  const auto command = Parse({}, {{"ANIMATE_CONFIG", file}});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->config.devices, std::vector<std::string>{"cpu"});
}

TEST(ServerConfigTest, ErrorsNameTheirSource) {
  const std::string file =
      WriteFile("bad.toml", "model-dir = \"m\"\nqueue-capacity = 0\n");
  ExpectError(Parse({"--model-dir", "m", "--queue-capacity", "0"}),
              {"--queue-capacity", "\"0\"", "[1, 1000000]"});
  ExpectError(Parse({"--model-dir", "m"}, {{"ANIMATE_QUEUE_CAPACITY", "x"}}),
              {"ANIMATE_QUEUE_CAPACITY", "\"x\""});
  ExpectError(Parse({"--config", file}), {file, "queue-capacity"});
}

TEST(ServerConfigTest, WhatItDoesNotKnowIsAnError) {
  ExpectError(Parse({"--model-dir", "m", "--queue-capcity", "3"}),
              {"--queue-capcity"});
  ExpectError(Parse({"--config", WriteFile("unknown.toml", "queue = 1\n")}),
              {"\"queue\""});
  ExpectError(Parse({"--config", "/nowhere/at.toml"}), {"/nowhere/at.toml"});
}

TEST(ServerConfigTest, RefusesValuesThatMakeNoSense) {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"--device", "gpu"},         {"--device", "cuda:-1"},
      {"--device", "cpu,cpu"},     {"--device", "auto,cpu"},
      {"--dtype", "int8"},         {"--output-budget", "0"},
      {"--context-schedule", "x"}, {"--reference-cache-mib", "-1"},
      {"--output-budget", "lots"}, {"--output-budget", "99999999999GiB"},
      {"--drain-timeout", "-1s"},  {"--drain-timeout", "inf"},
      {"--drain-timeout", "5"},    {"--max-guidance-scale", "nan"},
      {"--log-level", "loud"},     {"--reflection", "maybe"},
      {"--listen-address", ""},    {"--upload-budget", "1MiB"}};
  for (const auto& [flag, value] : bad) {
    EXPECT_FALSE(Parse({"--model-dir", "m", flag, value}).ok())
        << flag << " " << value;
  }
}

TEST(ServerConfigTest, PrintedSettingsReadBackAsThemselves) {
  const auto first = Parse({"--model-dir", "a \"quoted\" name", "--max-frames",
                            "9", "--drain-pause", "250ms", "--print-config"});
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(first->text.has_value());
  const auto second = Parse(
      {"--config", WriteFile("printed.toml", *first->text), "--print-config"});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(*second->text, *first->text);
  EXPECT_EQ(second->config.model_dir, "a \"quoted\" name");
  EXPECT_EQ(second->config.drain_pause, absl::Milliseconds(250));
}

TEST(ServerConfigTest, HelpListsEverySettingWithItsDefault) {
  const auto command = Parse({"--help"});
  ASSERT_TRUE(command.ok()) << command.status();
  for (const ConfigSetting& setting : ConfigSettings()) {
    EXPECT_TRUE(absl::StrContains(*command->text, "--" + setting.name));
  }
  EXPECT_TRUE(absl::StrContains(*command->text, "Exit codes"));
}

TEST(ServerConfigTest, SettingsAloneNeedNoModelAndPrintNothing) {
  const auto settings = [](const std::vector<std::string>& args) {
    return ParseServerSettings(
        args, [](const std::string& name) -> const char* {
          return name == "ANIMATE_QUEUE_CAPACITY" ? "7" : nullptr;
        });
  };
  const auto config = settings({"--data-dir", "/d"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->data_dir, "/d");
  EXPECT_EQ(config->queue_capacity, 7);
  EXPECT_FALSE(settings({"--print-config"}).ok());
  EXPECT_FALSE(settings({"--queue-capacity", "none"}).ok());
}

TEST(ServerConfigTest, VersionNeedsNoModel) {
  EXPECT_EQ(*Parse({"--version"})->text, "animate-server 1.2.3\n");
}

TEST(ConfigSettingTest, EachHasAnEnvironmentVariable) {
  EXPECT_EQ(EnvironmentName("max-upload-bytes"), "ANIMATE_MAX_UPLOAD_BYTES");
}

}  // namespace
}  // namespace animate
