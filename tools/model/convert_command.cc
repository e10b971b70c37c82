#include "tools/model/convert_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include "engine/base/status_macros.h"
#include "engine/tensor/device.h"
#include "tools/model/convert.h"

namespace animate {
namespace {

struct ConvertFlags {
  std::string in;
  std::string out;
  std::string dtype;
};

absl::Status RunConvert(const ConvertFlags& flags) {
  ConvertOptions options = {.on_file = PrintWrittenFile};
  if (!flags.dtype.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(options.dtype,
                             ParseDtype(flags.dtype, c10::Device(c10::kCPU)));
  }
  return ConvertModel(flags.in, flags.out, options);
}

}  // namespace

void AddConvertCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "convert",
      "Write a model folder, or one checkpoint file, as safetensors");
  const auto flags = std::make_shared<ConvertFlags>();
  command->add_option("in", flags->in, "Model folder, or a checkpoint")
      ->required();
  command
      ->add_option("out", flags->out,
                   "Folder to make, which must not exist; or the file to write")
      ->required();
  command
      ->add_option("--dtype", flags->dtype,
                   "float32, float16 or bfloat16; without it every tensor "
                   "keeps its type and every bit")
      ->check(CLI::IsMember({"float32", "float16", "bfloat16"}));
  command->callback([flags, &exit_code] {
    const absl::Status converted = RunConvert(*flags);
    exit_code = converted.ok() ? 0 : 1;
    if (!converted.ok()) {
      std::fprintf(stderr, "animate-model convert: %s\n",
                   std::string(converted.message()).c_str());
    }
  });
}

}  // namespace animate
