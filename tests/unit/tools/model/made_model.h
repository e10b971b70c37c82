#ifndef ANIMATE_TESTS_UNIT_TOOLS_MODEL_MADE_MODEL_H_
#define ANIMATE_TESTS_UNIT_TOOLS_MODEL_MADE_MODEL_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "engine/tensor/parameters.h"

namespace animate {

// Writes the random model "nano" in `dtype` at `path`; fails the test if it
// cannot.
void MakeNano(const std::string& path,
              c10::ScalarType dtype = c10::ScalarType::Float);

// Changes the tensors of a safetensors file.
void Rewrite(const std::string& path,
             const std::function<void(StateDict&)>& change);

// What a command printed and returned.
struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// Parses `arguments` with the command that `add` adds.
Outcome RunCommand(void (*add)(CLI::App&, int&), const std::string& arguments);

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_TOOLS_MODEL_MADE_MODEL_H_
