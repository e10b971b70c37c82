#ifndef ANIMATE_TESTS_UNIT_TOOLS_TRAIN_TINY_RUNS_H_
#define ANIMATE_TESTS_UNIT_TOOLS_TRAIN_TINY_RUNS_H_

#include <string>

namespace animate {

// Configurations of runs that take a second: pictures of 32x32, networks as
// small as they come. Paths are to be set.
std::string TinyVaeConfig();     // factor 2
std::string TinyStage1Config();  // new networks; needs task.init.vae
std::string TinyStage2Config();  // needs task.init.model

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_TOOLS_TRAIN_TINY_RUNS_H_
