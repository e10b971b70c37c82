#ifndef ANIMATE_ENGINE_NN_TIME_SHIFTS_H_
#define ANIMATE_ENGINE_NN_TIME_SHIFTS_H_

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

namespace animate::nn {

// For each resnet, by path, the bias of conv1 with the time shift of one
// timestep added: [out_channels].
using TimeShiftMap = std::map<std::string, at::Tensor>;

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_TIME_SHIFTS_H_
