#ifndef ANIMATE_TESTS_UNIT_ENGINE_POSE_FILE_BYTES_H_
#define ANIMATE_TESTS_UNIT_ENGINE_POSE_FILE_BYTES_H_

#include <map>
#include <string>
#include <vector>

namespace animate {

// A .npy file of version 1 with any header text and data.
std::string NpyBytes(const std::string& header, const std::string& data);

// A .npy file of float32 numbers, for example of shape "(2, 18, 3)".
std::string FloatNpy(const std::string& shape,
                     const std::vector<float>& values);

// A ZIP archive of `files`.
enum class ZipMethod { kStored, kDeflated };
std::string ZipBytes(const std::map<std::string, std::string>& files,
                     ZipMethod method = ZipMethod::kStored);

// A person of Mixamo's names in T-pose, 170 units tall, that raises its left
// arm by 90 degrees within 5 frames of 1/120 second and moves forward.
std::string SmallBvh();

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_POSE_FILE_BYTES_H_
