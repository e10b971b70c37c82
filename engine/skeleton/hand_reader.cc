#include "engine/skeleton/hand_reader.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <vector>

#include "engine/media/pose_drawing.h"
#include "engine/media/pose_drawing_shapes.h"
#include "engine/skeleton/disc.h"
#include "engine/skeleton/dot_fitter.h"
#include "engine/skeleton/finger_tracer.h"

namespace animate {
namespace {

constexpr size_t kFingers = 5;
constexpr int kMargin = 12;              // pixels around a hand
constexpr double kFarFromWrist = 110.0;  // pixels; no hand is so far away
constexpr int kWholeDot = 22;         // pixels of 49; edges lose their colour
constexpr double kPlacesApart = 3.0;  // pixels
constexpr double kMinPlaceFit = 0.8;
constexpr size_t kMaxPlaces = 60;
// How much better another reading must be than the hand before, moved.
constexpr double kLoyaltyToBefore = 0.97;
// Half of a dot's colour on black looks like the limb of the neck.
constexpr PixelLabel kDarkBlueLabel = LimbLabel(12);
constexpr uint8_t kBothHands = 3;

bool Known(const JointReading& joint) {
  return joint.source != JointReading::Source::kNone;
}

// Which pixels are dots of hands, and whose: bit 0 right, bit 1 left.
class HandMasks {
 public:
  HandMasks(const LabelMap& map, const BodyReading& body)
      : map_(map), body_(body), owner_(map.labels.size(), 0) {
    cv::Mat blue = BluePixels();
    cv::Mat joined;
    cv::dilate(blue, joined, cv::getStructuringElement(cv::MORPH_RECT, {7, 7}));
    cv::Mat component;
    const int count = cv::connectedComponents(joined, component);
    Assign(blue, component, count);
  }

  bool IsDot(int x, int y, uint8_t hand) const {
    return map_.Contains(x, y) && (owner_[Index(x, y)] & hand) != 0;
  }

  bool Any(uint8_t hand) const {
    return std::any_of(owner_.begin(), owner_.end(),
                       [&](uint8_t owner) { return (owner & hand) != 0; });
  }

  cv::Rect Bounds(uint8_t hand) const {
    int left = map_.width, right = -1, top = map_.height, bottom = -1;
    for (int y = 0; y < map_.height; ++y) {
      for (int x = 0; x < map_.width; ++x) {
        if ((owner_[Index(x, y)] & hand) == 0) continue;
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    }
    return {left, top, right - left + 1, bottom - top + 1};
  }

 private:
  size_t Index(int x, int y) const {
    return static_cast<size_t>(y) * static_cast<size_t>(map_.width) +
           static_cast<size_t>(x);
  }

  // Blue, without the knee that has the same colour.
  cv::Mat BluePixels() const {
    cv::Mat blue = cv::Mat::zeros(map_.height, map_.width, CV_8U);
    const JointReading& knee = body_.joints[kLeftKnee];
    for (int y = 0; y < map_.height; ++y) {
      for (int x = 0; x < map_.width; ++x) {
        if (map_.at(x, y) != kHandDotLabel) continue;
        const Point p{x + 0.5, y + 0.5};
        if (Known(knee) && Distance(p, knee.at) < kBodyRadius + 2.0) continue;
        blue.at<uint8_t>(y, x) = 1;
      }
    }
    return blue;
  }

  // 1 or 2 for the hand whose wrist is nearer, 0 when both are far.
  uint8_t NearerHand(Point p) const {
    const auto distance = [&](BodyJoint wrist) {
      const JointReading& joint = body_.joints[wrist];
      return Known(joint) ? Distance(p, joint.at) : 1e9;
    };
    const double right = distance(kRightWrist);
    const double left = distance(kLeftWrist);
    if (std::min(right, left) > kFarFromWrist) return 0;
    return right < left ? 1 : 2;
  }

  // Gives each component to a hand; one that holds dots near both wrists is
  // divided between them.
  void Assign(const cv::Mat& blue, const cv::Mat& component, int count) {
    const auto number = static_cast<size_t>(count);
    std::vector<bool> whole(number, false);
    std::vector<std::array<double, 2>> nearest(number, {1e9, 1e9});
    for (int y = 0; y < map_.height; ++y) {
      for (int x = 0; x < map_.width; ++x) {
        if (blue.at<uint8_t>(y, x) == 0) continue;
        const auto c = static_cast<size_t>(component.at<int>(y, x));
        int hits = 0;
        ForEachDiscPixel(kDiscOfRadius4, x, y, [&](int px, int py) {
          hits += map_.Contains(px, py) && blue.at<uint8_t>(py, px) != 0;
        });
        whole[c] = whole[c] || hits >= kWholeDot;
        for (const size_t hand : {0, 1}) {
          const JointReading& wrist =
              body_.joints[hand == 0 ? kRightWrist : kLeftWrist];
          if (!Known(wrist)) continue;
          nearest[c][hand] = std::min(nearest[c][hand],
                                      Distance({x + 0.5, y + 0.5}, wrist.at));
        }
      }
    }
    constexpr double kTouching = 14.0;  // pixels from wrist to its first dot
    for (int y = 0; y < map_.height; ++y) {
      for (int x = 0; x < map_.width; ++x) {
        if (blue.at<uint8_t>(y, x) == 0) continue;
        const auto c = static_cast<size_t>(component.at<int>(y, x));
        if (!whole[c]) continue;
        const auto& [right, left] = nearest[c];
        uint8_t owner = 0;
        if (right < kTouching && left < kTouching) {
          owner = NearerHand({x + 0.5, y + 0.5});
        } else if (std::min(right, left) < kFarFromWrist) {
          owner = right < left ? 1 : 2;
        } else if (!Known(body_.joints[kRightWrist]) &&
                   !Known(body_.joints[kLeftWrist])) {
          owner = 2;
        }
        owner_[Index(x, y)] = owner;
      }
    }
  }

  const LabelMap& map_;
  const BodyReading& body_;
  std::vector<uint8_t> owner_;
};

// Reads one hand.
class HandFinder {
 public:
  HandFinder(const RgbImage& image, const LabelMap& map,
             const BodyReading& body, const HandMasks& masks, bool left)
      : image_(image),
        map_(map),
        masks_(masks),
        bit_(left ? 2 : 1),
        wrist_(body.joints[left ? kLeftWrist : kRightWrist]),
        elbow_(body.joints[left ? kLeftElbow : kRightElbow]) {}

  HandPoints Find(const HandPoints* before) {
    HandPoints hand;
    if (!masks_.Any(bit_)) return hand;
    BuildField();
    CollectPlaces();
    const bool known =
        before != nullptr && !(before->front() == Keypoint()) && !dots_.empty();
    if (known) {
      hand = Fit(Moved(*before), {.reach = 8, .loyalty = 0.02, .rounds = 4});
      const HandPoints anew = FindAnew();
      if (static_cast<double>(Cost(anew)) <
          kLoyaltyToBefore * static_cast<double>(Cost(hand))) {
        hand = anew;
      }
    } else {
      hand = FindAnew();
    }
    Polish(hand);
    Drop(hand);
    return hand;
  }

 private:
  void BuildField() {
    const cv::Rect bounds = masks_.Bounds(bit_);
    field_.left = bounds.x - kMargin;
    field_.top = bounds.y - kMargin;
    field_.width = bounds.width + 2 * kMargin;
    field_.height = bounds.height + 2 * kMargin;
    for (int y = field_.top; y < field_.top + field_.height; ++y) {
      for (int x = field_.left; x < field_.left + field_.width; ++x) {
        DotGround ground = DotGround::kForbidden;
        if (masks_.IsDot(x, y, bit_)) {
          ground = DotGround::kDot;
          dots_.push_back({x + 0.5, y + 0.5});
        } else if (masks_.IsDot(x, y, kBothHands) || MayHide(x, y)) {
          ground = DotGround::kCovered;
        }
        field_.ground.push_back(ground);
      }
    }
  }

  // White of the face may hide a dot; dark blue may be the edge of one, as
  // compression leaves it.
  bool MayHide(int x, int y) const {
    if (!map_.Contains(x, y)) return false;
    const PixelLabel label = map_.at(x, y);
    return label == kWhiteLabel || label == kDarkBlueLabel;
  }

  // Where dots may be: where one fits, a few pixels apart.
  void CollectPlaces() {
    std::vector<std::pair<double, Point>> fits;
    for (const Point& p : dots_) {
      const double fit = DotFit(field_, kDiscOfRadius4, p);
      if (fit >= kMinPlaceFit) fits.emplace_back(fit, p);
    }
    std::stable_sort(
        fits.begin(), fits.end(),
        [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& candidate : fits) {
      const Point& p = candidate.second;
      const bool apart =
          std::all_of(places_.begin(), places_.end(), [&](const Point& other) {
            return Distance(other, p) >= kPlacesApart;
          });
      if (apart && places_.size() < kMaxPlaces) places_.push_back(p);
    }
  }

  Point MiddleOfDots() const {
    Point sum;
    for (const Point& p : dots_) sum = sum + p;
    return (1.0 / static_cast<double>(dots_.size())) * sum;
  }

  // The hand of the frame before, at the middle of the dots.
  std::vector<Point> Moved(const HandPoints& before) const {
    Point low{1e9, 1e9}, high{-1e9, -1e9}, low_dot = low, high_dot = high;
    const auto widen = [](Point p, Point& l, Point& h) {
      l = {std::min(l.x, p.x), std::min(l.y, p.y)};
      h = {std::max(h.x, p.x), std::max(h.y, p.y)};
    };
    for (const Keypoint& p : before) widen(PointOf(p), low, high);
    for (const Point& p : dots_) widen(p, low_dot, high_dot);
    const Point shift = 0.5 * ((low_dot + high_dot) - (low + high));
    std::vector<Point> moved;
    for (const Keypoint& p : before) moved.push_back(PointOf(p) + shift);
    return moved;
  }

  // Where the hand begins: at the dot nearest to the wrist.
  Point Root() const {
    const Point start = Known(wrist_) ? wrist_.at : MiddleOfDots();
    Point nearest = start;
    double smallest = 1e9;
    for (const Point& p : dots_) {
      if (DotFit(field_, kDiscOfRadius4, p) < kMinPlaceFit) continue;
      if (const double d = Distance(p, start); d < smallest) {
        smallest = d;
        nearest = p;
      }
    }
    return nearest;
  }

  // An open hand from the root on, as long as the dots reach.
  std::vector<Point> LayOut() const {
    // Degrees from the middle finger, and where joints are along a finger.
    constexpr double kSpread[kFingers] = {-38.0, -14.0, 0.0, 12.0, 26.0};
    constexpr double kAlong[kFingers][kBonesPerFinger] = {
        {0.22, 0.42, 0.56, 0.68},
        {0.48, 0.68, 0.80, 0.92},
        {0.50, 0.72, 0.86, 1.00},
        {0.48, 0.68, 0.80, 0.91},
        {0.46, 0.60, 0.69, 0.78}};
    const Point root = Root();
    Point ahead = MiddleOfDots() - root;
    if (std::hypot(ahead.x, ahead.y) < 3.0 && Known(wrist_) && Known(elbow_)) {
      ahead = wrist_.at - elbow_.at;
    }
    const double middle = std::atan2(ahead.y, ahead.x);
    const double length = Reach(root);
    std::vector<Point> points = {root};
    for (size_t f = 0; f < kFingers; ++f) {
      const double angle = middle + kSpread[f] * M_PI / 180.0;
      for (const double along : kAlong[f]) {
        points.push_back(root + (along * length) *
                                    Point{std::cos(angle), std::sin(angle)});
      }
    }
    return points;
  }

  // How far from the root the dots reach.
  double Reach(Point root) const {
    std::vector<double> far;
    for (const Point& p : dots_) far.push_back(Distance(p, root));
    std::sort(far.begin(), far.end());
    return std::max(far[far.size() * 97 / 100] - kHandRadius, 1.0);
  }

  // Sum of differences between the picture and the hand drawn alone, around
  // the hand. What is not the hand's is the same for every hand.
  int64_t Cost(const HandPoints& hand) const {
    PersonPose person;
    person.left_hand = hand;
    for (Keypoint& point : person.left_hand) {
      point.x -= field_.left;
      point.y -= field_.top;
    }
    const RgbImage drawn = DrawPose({field_.width, field_.height, {person}},
                                    field_.width, field_.height);
    int64_t cost = 0;
    for (int y = 0; y < field_.height; ++y) {
      for (int x = 0; x < field_.width; ++x) {
        const int px = x + field_.left;
        const int py = y + field_.top;
        if (!map_.Contains(px, py)) continue;
        const uint8_t* a = image_.at(px, py);
        const uint8_t* b = drawn.at(x, y);
        for (int c = 0; c < 3; ++c) cost += std::abs(a[c] - b[c]);
      }
    }
    return cost;
  }

  // Points moved onto dots.
  HandPoints Fit(const std::vector<Point>& expected,
                 const DotFitOptions& options) const {
    HandPoints hand;
    const std::vector<Point> points =
        FitDots(field_, kDiscOfRadius4, expected, options);
    for (size_t i = 0; i < kNumHandPoints; ++i) {
      hand[i] = {points[i].x, points[i].y, 1.0};
    }
    return hand;
  }

  HandPoints FindAnew() const {
    // Which dot is which is found by the colours between them; what is left
    // is explained by dots that touch.
    const std::vector<Point> points =
        TraceFingers(image_, map_, LayOut(), places_);
    HandPoints best = Fit(points, {.reach = 8, .loyalty = 0.06, .rounds = 4});
    HandPoints traced = best;
    for (size_t i = 0; i < kNumHandPoints; ++i) {
      traced[i] = {points[i].x, points[i].y, 1.0};
    }
    Polish(best);
    Polish(traced);
    return Cost(traced) < Cost(best) ? traced : best;
  }

  // Takes `candidate` when its drawing is more like the picture.
  bool Take(const HandPoints& candidate, int64_t& best,
            HandPoints& hand) const {
    const int64_t cost = Cost(candidate);
    if (cost >= best) return false;
    best = cost;
    hand = candidate;
    return true;
  }

  // Moves points by a pixel wherever that makes the drawing more like the
  // picture.
  void Polish(HandPoints& hand) const {
    int64_t best = Cost(hand);
    for (int round = 0; round < 2; ++round) {
      bool changed = false;
      for (size_t i = 0; i < kNumHandPoints; ++i) {
        for (const Point& step :
             {Point{1, 0}, Point{-1, 0}, Point{0, 1}, Point{0, -1}}) {
          HandPoints moved = hand;
          moved[i].x += step.x;
          moved[i].y += step.y;
          changed = Take(moved, best, hand) || changed;
        }
      }
      if (!changed) break;
    }
  }

  // Hides points that the picture does not show. They keep their places, for
  // the frame to come.
  void Drop(HandPoints& hand) const {
    int64_t best = Cost(hand);
    for (size_t i = 0; i < kNumHandPoints; ++i) {
      HandPoints without = hand;
      without[i].confidence = 0.0;
      Take(without, best, hand);
    }
  }

  const RgbImage& image_;
  const LabelMap& map_;
  const HandMasks& masks_;
  const uint8_t bit_;
  const JointReading& wrist_;
  const JointReading& elbow_;
  DotField field_;
  std::vector<Point> dots_;    // middles of the pixels of this hand
  std::vector<Point> places_;  // where one may be
};

}  // namespace

HandsReading ReadHands(const RgbImage& image, const LabelMap& map,
                       const BodyReading& body, const HandsReading* before) {
  const HandMasks masks(map, body);
  HandsReading hands;
  hands.right = HandFinder(image, map, body, masks, /*left=*/false)
                    .Find(before != nullptr ? &before->right : nullptr);
  hands.left = HandFinder(image, map, body, masks, /*left=*/true)
                   .Find(before != nullptr ? &before->left : nullptr);
  return hands;
}

}  // namespace animate
