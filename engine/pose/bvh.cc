#include "engine/pose/bvh.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

constexpr size_t kMaxJoints = 1000;
constexpr size_t kMaxFrames = 200'000;
constexpr size_t kMaxValues = size_t{1} << 27;
constexpr double kMaxValue = 1e9;

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<BvhClip> Parse() {
    ANIMATE_RETURN_IF_ERROR(Expect("HIERARCHY"));
    ANIMATE_RETURN_IF_ERROR(ParseHierarchy());
    ANIMATE_RETURN_IF_ERROR(ParseMotion());
    return std::move(clip_);
  }

 private:
  absl::Status Fault(absl::string_view what) const {
    size_t line = 1;
    for (const char c : text_.substr(0, at_)) line += c == '\n' ? 1 : 0;
    return PoseError(
        absl::StrCat("the BVH file is wrong at line ", line, ": ", what));
  }

  // The next word; empty at the end.
  absl::string_view Word() {
    while (at_ < text_.size() &&
           absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) {
      ++at_;
    }
    const size_t begin = at_;
    while (at_ < text_.size() &&
           !absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  absl::Status Expect(absl::string_view word) {
    const absl::string_view got = Word();
    if (got == word) return absl::OkStatus();
    return Fault(
        absl::StrCat("want ", word, ", got '", got.substr(0, 40), "'"));
  }

  absl::StatusOr<double> Number() {
    const absl::string_view word = Word();
    double value = 0.0;
    if (!absl::SimpleAtod(word, &value) || !(std::abs(value) <= kMaxValue)) {
      return Fault(absl::StrCat("'", word.substr(0, 40), "' is no number"));
    }
    return value;
  }

  absl::StatusOr<size_t> Count(size_t limit) {
    const absl::string_view word = Word();
    uint64_t value = 0;
    if (!absl::SimpleAtoi(word, &value) || value > limit) {
      return Fault(
          absl::StrCat("'", word.substr(0, 40), "' is no count up to ", limit));
    }
    return value;
  }

  // Names may contain spaces: they go on to the end of the line.
  std::string Name() {
    const size_t end = std::min(text_.find('\n', at_), text_.size());
    absl::string_view line = text_.substr(at_, end - at_);
    line = line.substr(0, line.find('{'));
    at_ += line.size();
    return std::string(absl::StripAsciiWhitespace(line));
  }

  absl::Status ParseHierarchy() {
    ANIMATE_RETURN_IF_ERROR(Expect("ROOT"));
    std::vector<int> open;
    ANIMATE_RETURN_IF_ERROR(OpenJoint(Name(), open));
    while (!open.empty()) {
      const absl::string_view word = Word();
      if (word == "}") {
        open.pop_back();
      } else if (word == "JOINT") {
        ANIMATE_RETURN_IF_ERROR(OpenJoint(Name(), open));
      } else if (word == "End") {
        ANIMATE_RETURN_IF_ERROR(Expect("Site"));
        ANIMATE_RETURN_IF_ERROR(OpenJoint("End Site", open));
      } else if (word == "OFFSET") {
        ANIMATE_RETURN_IF_ERROR(ParseOffset(clip_.joints[Index(open)].offset));
      } else if (word == "CHANNELS") {
        ANIMATE_RETURN_IF_ERROR(ParseChannels(clip_.joints[Index(open)]));
      } else {
        return Fault(
            absl::StrCat("'", word.substr(0, 40), "' is unknown in a joint"));
      }
    }
    return absl::OkStatus();
  }

  static size_t Index(const std::vector<int>& open) {
    return static_cast<size_t>(open.back());
  }

  absl::Status OpenJoint(std::string name, std::vector<int>& open) {
    if (clip_.joints.size() == kMaxJoints) {
      return Fault(absl::StrCat("more than ", kMaxJoints, " joints"));
    }
    ANIMATE_RETURN_IF_ERROR(Expect("{"));
    const int parent = open.empty() ? -1 : open.back();
    open.push_back(static_cast<int>(clip_.joints.size()));
    clip_.joints.push_back({.name = std::move(name), .parent = parent});
    return absl::OkStatus();
  }

  absl::Status ParseOffset(Vector3& offset) {
    ANIMATE_ASSIGN_OR_RETURN(offset.x, Number());
    ANIMATE_ASSIGN_OR_RETURN(offset.y, Number());
    ANIMATE_ASSIGN_OR_RETURN(offset.z, Number());
    return absl::OkStatus();
  }

  absl::Status ParseChannels(BvhClip::Joint& joint) {
    using Channel = BvhClip::Channel;
    static constexpr std::pair<absl::string_view, Channel> kNames[] = {
        {"Xposition", Channel::kXPosition}, {"Yposition", Channel::kYPosition},
        {"Zposition", Channel::kZPosition}, {"Xrotation", Channel::kXRotation},
        {"Yrotation", Channel::kYRotation}, {"Zrotation", Channel::kZRotation}};
    constexpr size_t kMaxChannels = 6;
    if (!joint.channels.empty()) return Fault("a joint has CHANNELS twice");
    ANIMATE_ASSIGN_OR_RETURN(const size_t count, Count(kMaxChannels));
    for (size_t i = 0; i < count; ++i) {
      const absl::string_view word = Word();
      const size_t before = joint.channels.size();
      for (const auto& [name, channel] : kNames) {
        if (word == name) joint.channels.push_back(channel);
      }
      if (joint.channels.size() == before) {
        return Fault(absl::StrCat("'", word.substr(0, 40), "' is no channel"));
      }
    }
    clip_.channel_count += count;
    return absl::OkStatus();
  }

  absl::Status ParseMotion() {
    ANIMATE_RETURN_IF_ERROR(Expect("MOTION"));
    ANIMATE_RETURN_IF_ERROR(Expect("Frames:"));
    ANIMATE_ASSIGN_OR_RETURN(clip_.frame_count, Count(kMaxFrames));
    ANIMATE_RETURN_IF_ERROR(Expect("Frame"));
    ANIMATE_RETURN_IF_ERROR(Expect("Time:"));
    ANIMATE_ASSIGN_OR_RETURN(clip_.frame_time, Number());
    if (!(clip_.frame_time > 0.0)) return Fault("the frame time must be > 0");
    if (clip_.frame_count == 0) return Fault("there are no frames");
    // A value takes two bytes at least, so that memory follows the file.
    const size_t total = clip_.frame_count * clip_.channel_count;
    if (total > kMaxValues || total > text_.size() - at_) {
      return Fault("there are fewer values than frames and channels need");
    }
    clip_.values.reserve(total);
    for (size_t i = 0; i < total; ++i) {
      ANIMATE_ASSIGN_OR_RETURN(const double value, Number());
      clip_.values.push_back(value);
    }
    return absl::OkStatus();
  }

  absl::string_view text_;
  size_t at_ = 0;
  BvhClip clip_;
};

Rotation Turn(BvhClip::Channel channel, double degrees) {
  const double radians = degrees * M_PI / 180.0;
  if (channel == BvhClip::Channel::kXRotation) return AboutX(radians);
  if (channel == BvhClip::Channel::kYRotation) return AboutY(radians);
  return AboutZ(radians);
}

// Applies the channels of `joint`, whose values begin at `values`, to the
// place where its offset puts it.
void ApplyChannels(const BvhClip::Joint& joint, const double* values,
                   Vector3& translation, Rotation& rotation) {
  using Channel = BvhClip::Channel;
  // Below the root, positions replace the offset; exporters that write them
  // repeat it there.
  bool replaced = joint.parent < 0;
  for (size_t i = 0; i < joint.channels.size(); ++i) {
    const Channel channel = joint.channels[i];
    if (channel >= Channel::kXRotation) {
      rotation = rotation * Turn(channel, values[i]);
      continue;
    }
    if (!replaced) translation = {};
    replaced = true;
    if (channel == Channel::kXPosition) translation.x += values[i];
    if (channel == Channel::kYPosition) translation.y += values[i];
    if (channel == Channel::kZPosition) translation.z += values[i];
  }
}

// `values` may be null: the rest pose.
std::vector<BvhClip::Placement> Place(const BvhClip& clip,
                                      const double* values) {
  std::vector<BvhClip::Placement> placements;
  placements.reserve(clip.joints.size());
  for (const BvhClip::Joint& joint : clip.joints) {
    Vector3 translation = joint.offset;
    Rotation rotation;
    if (values != nullptr) {
      ApplyChannels(joint, values, translation, rotation);
      values += joint.channels.size();
    }
    BvhClip::Placement placement{translation, rotation};
    if (joint.parent >= 0) {
      const BvhClip::Placement& parent =
          placements[static_cast<size_t>(joint.parent)];
      placement.position =
          parent.position + Rotate(parent.rotation, translation);
      placement.rotation = parent.rotation * rotation;
    }
    placements.push_back(placement);
  }
  return placements;
}

}  // namespace

std::vector<BvhClip::Placement> BvhClip::PlaceJoints(size_t frame) const {
  return Place(*this, values.data() + frame * channel_count);
}

std::vector<BvhClip::Placement> BvhClip::RestPose() const {
  return Place(*this, nullptr);
}

absl::StatusOr<BvhClip> ParseBvh(absl::string_view text) {
  return Parser(text).Parse();
}

}  // namespace animate
