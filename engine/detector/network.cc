#include "engine/detector/network.h"

#include <cmath>
#include <exception>
#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

absl::Status NetworkError(absl::string_view name, const std::exception& error) {
  return absl::InternalError(absl::StrCat(name, ": ", error.what()));
}

NetworkTensor ToTensor(std::string name, const cv::Mat& mat) {
  const cv::Mat whole = mat.isContinuous() ? mat : mat.clone();
  const float* values = whole.ptr<float>();
  return {.name = std::move(name),
          .shape = {whole.size.p, whole.size.p + whole.dims},
          .values = {values, values + whole.total()}};
}

bool AllFinite(absl::Span<const float> values) {
  return absl::c_all_of(values,
                        [](float value) { return std::isfinite(value); });
}

}  // namespace

struct Network::Impl {
  explicit Impl(const cv::dnn::Net& loaded)
      : net(loaded), outputs(net.getUnconnectedOutLayersNames()) {
    net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  }
  cv::dnn::Net net;
  std::vector<std::string> outputs;
};

const NetworkTensor* FindTensor(absl::Span<const NetworkTensor> tensors,
                                absl::string_view name) {
  for (const NetworkTensor& tensor : tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

Network::Network(std::string name, std::unique_ptr<Impl> impl)
    : name_(std::move(name)), impl_(std::move(impl)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

absl::StatusOr<Network> Network::FromBytes(std::string name,
                                           absl::string_view onnx) {
  try {
    return Network(std::move(name),
                   std::make_unique<Impl>(
                       cv::dnn::readNetFromONNX(onnx.data(), onnx.size())));
  } catch (const std::exception& error) {
    return NetworkError(name, error);
  }
}

absl::StatusOr<Network> Network::FromFile(std::string name,
                                          const std::string& path) {
  try {
    return Network(std::move(name),
                   std::make_unique<Impl>(cv::dnn::readNetFromONNX(path)));
  } catch (const std::exception& error) {
    return NetworkError(name, error);
  }
}

absl::StatusOr<std::vector<NetworkTensor>> Network::Run(
    const NetworkTensor& input) {
  std::vector<NetworkTensor> tensors;
  try {
    // OpenCV takes a pointer to what it will only read.
    const cv::Mat blob(input.shape, CV_32F,
                       const_cast<float*>(input.values.data()));
    impl_->net.setInput(blob);
    std::vector<cv::Mat> outputs;
    impl_->net.forward(outputs, impl_->outputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].type() != CV_32F) {
        return absl::InternalError(absl::StrCat(
            name_, ": output ", impl_->outputs[i], " is not float"));
      }
      tensors.push_back(ToTensor(impl_->outputs[i], outputs[i]));
      if (!AllFinite(tensors.back().values)) {
        return absl::InternalError(absl::StrCat(
            name_, ": output ", impl_->outputs[i], " is not finite"));
      }
    }
  } catch (const std::exception& error) {
    return NetworkError(name_, error);
  }
  return tensors;
}

}  // namespace animate
