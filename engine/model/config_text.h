#ifndef ANIMATE_ENGINE_MODEL_CONFIG_TEXT_H_
#define ANIMATE_ENGINE_MODEL_CONFIG_TEXT_H_

#include <cstdint>
#include <string>

#include "engine/model/model_config.h"
#include "engine/model/sampling_config.h"

// The JSON files of a model folder, out of the structs that the Parse functions
// of model_config.h fill: parsing the text gives an equal struct, and the
// Python libraries read it, too. Text ends with a newline.
namespace animate {

std::string UnetConfigText(const UnetConfig& config);

std::string ClipVisionConfigText(const ClipVisionConfig& config);

// topology.json: what the published folder keeps in inference_v2.yaml.
//   sampling: what is set of it becomes the object "sampling".
//   motion_positions: length of the motion modules' tables of positions.
std::string TopologyText(const InferenceConfig& config,
                         const SamplingConfig& sampling,
                         int64_t motion_positions);

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_CONFIG_TEXT_H_
