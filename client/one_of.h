#ifndef ANIMATE_CLIENT_ONE_OF_H_
#define ANIMATE_CLIENT_ONE_OF_H_

#include <map>
#include <string>

#include "CLI/CLI.hpp"

namespace animate {

// For CLI::Option::transform: takes one of the names of `values`, in any case.
// The help of the option lists them itself: CLI11's own list repeats them with
// the numbers behind.
template <typename Value>
CLI::CheckedTransformer OneOf(const std::map<std::string, Value>& values) {
  CLI::CheckedTransformer transformer(values, CLI::ignore_case);
  transformer.description("");
  return transformer;
}

}  // namespace animate

#endif  // ANIMATE_CLIENT_ONE_OF_H_
