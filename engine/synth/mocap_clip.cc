#include "engine/synth/mocap_clip.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

constexpr size_t kNumbersPerFrame = 44;

// Takes the numbers of a frame in their order.
class FrameReader {
 public:
  explicit FrameReader(const std::vector<double>& numbers)
      : numbers_(numbers) {}

  double Number() { return numbers_[next_++]; }

  Vector3 Position() {
    Vector3 position;
    position.x = Number();
    position.y = Number();
    position.z = Number();
    return position;
  }

  Rotation Ball() {
    Rotation rotation;
    rotation.w = Number();
    rotation.x = Number();
    rotation.y = Number();
    rotation.z = Number();
    return Normalized(rotation);
  }

  Rotation Hinge() { return AboutZ(Number()); }

 private:
  const std::vector<double>& numbers_;
  size_t next_ = 1;  // the duration comes first
};

Posture ReadPosture(const std::vector<double>& numbers) {
  FrameReader reader(numbers);
  Posture posture;
  posture.root_position = reader.Position();
  posture.root = reader.Ball();
  posture.chest = reader.Ball();
  posture.neck = reader.Ball();
  for (int side = 0; side < 2; ++side) {
    posture.hip[side] = reader.Ball();
    posture.knee[side] = reader.Hinge();
    posture.ankle[side] = reader.Ball();
    posture.shoulder[side] = reader.Ball();
    posture.elbow[side] = reader.Hinge();
  }
  return posture;
}

Posture Blend(const Posture& a, const Posture& b, double fraction) {
  Posture result;
  result.root_position =
      a.root_position + fraction * (b.root_position - a.root_position);
  result.root = Interpolate(a.root, b.root, fraction);
  result.chest = Interpolate(a.chest, b.chest, fraction);
  result.neck = Interpolate(a.neck, b.neck, fraction);
  for (int side = 0; side < 2; ++side) {
    result.hip[side] = Interpolate(a.hip[side], b.hip[side], fraction);
    result.knee[side] = Interpolate(a.knee[side], b.knee[side], fraction);
    result.ankle[side] = Interpolate(a.ankle[side], b.ankle[side], fraction);
    result.shoulder[side] =
        Interpolate(a.shoulder[side], b.shoulder[side], fraction);
    result.elbow[side] = Interpolate(a.elbow[side], b.elbow[side], fraction);
  }
  return result;
}

}  // namespace

absl::StatusOr<MocapClip> MocapClip::Parse(absl::string_view json) {
  const auto document = nlohmann::json::parse(json.begin(), json.end(), nullptr,
                                              /*allow_exceptions=*/false);
  if (!document.is_object() || !document.contains("Frames") ||
      !document["Frames"].is_array()) {
    return absl::InvalidArgumentError("not a motion file: no list of Frames");
  }
  MocapClip clip;
  clip.loops_ = document.contains("Loop") && document["Loop"] == "wrap";
  double time = 0.0;
  for (const nlohmann::json& frame : document["Frames"]) {
    const bool numeric =
        frame.is_array() && frame.size() == kNumbersPerFrame &&
        std::all_of(frame.begin(), frame.end(),
                    [](const nlohmann::json& v) { return v.is_number(); });
    if (!numeric) {
      return absl::InvalidArgumentError(
          absl::StrCat("frame ", clip.times_.size(), " is not a list of ",
                       kNumbersPerFrame, " numbers"));
    }
    const auto numbers = frame.get<std::vector<double>>();
    clip.times_.push_back(time);
    clip.postures_.push_back(ReadPosture(numbers));
    time += numbers[0];
    if (!(numbers[0] >= 0.0)) {
      return absl::InvalidArgumentError("a frame has a negative duration");
    }
  }
  if (clip.times_.size() < 2 || !(clip.duration() > 0.0)) {
    return absl::InvalidArgumentError("a motion needs at least two frames");
  }
  return clip;
}

Posture MocapClip::At(double seconds) const {
  double cycles = 0.0;
  if (loops_) {
    cycles = std::floor(seconds / duration());
    seconds -= cycles * duration();
  }
  seconds = std::clamp(seconds, 0.0, duration());
  const auto later = std::upper_bound(times_.begin(), times_.end(), seconds);
  const size_t next =
      std::min(static_cast<size_t>(later - times_.begin()), times_.size() - 1);
  const double span = times_[next] - times_[next - 1];
  const double fraction =
      span > 0.0 ? (seconds - times_[next - 1]) / span : 0.0;
  Posture posture = Blend(postures_[next - 1], postures_[next], fraction);
  posture.root_position =
      posture.root_position + cycles * duration() * velocity();
  return posture;
}

Vector3 MocapClip::velocity() const {
  Vector3 way =
      postures_.back().root_position - postures_.front().root_position;
  way.y = 0.0;
  return 1.0 / duration() * way;
}

}  // namespace animate
