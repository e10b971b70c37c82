#ifndef ANIMATE_ENGINE_SYNTH_COLOR_H_
#define ANIMATE_ENGINE_SYNTH_COLOR_H_

#include <algorithm>
#include <cmath>

namespace animate {

// A colour, each channel [0, 255] on the scale of a picture's bytes.
struct Color {
  float r = 0.0F;
  float g = 0.0F;
  float b = 0.0F;
  friend bool operator==(const Color&, const Color&) = default;
};

inline Color operator*(float factor, const Color& c) {
  return {factor * c.r, factor * c.g, factor * c.b};
}

// `a` at fraction 0, `b` at 1.
inline Color Mix(const Color& a, const Color& b, float fraction) {
  return {a.r + fraction * (b.r - a.r), a.g + fraction * (b.g - a.g),
          a.b + fraction * (b.b - a.b)};
}

inline float ColorDistance(const Color& a, const Color& b) {
  const float r = a.r - b.r;
  const float g = a.g - b.g;
  const float bl = a.b - b.b;
  return std::sqrt(r * r + g * g + bl * bl);
}

// Hue in turns, any; saturation and value [0, 1].
inline Color FromHsv(double hue, double saturation, double value) {
  const double h = (hue - std::floor(hue)) * 6.0;
  const auto channel = [&](double shift) {
    const double k = std::fmod(shift + h, 6.0);
    const double ramp = std::clamp(std::min(k, 4.0 - k), 0.0, 1.0);
    return static_cast<float>(255.0 * value * (1.0 - saturation * ramp));
  };
  return {channel(5.0), channel(3.0), channel(1.0)};
}

// The colour of `c` in the shade and of the line around it: darker, more
// saturated, a little towards violet, as cartoons are painted.
inline Color ShadeOf(const Color& c) {
  return {c.r * 0.72F, c.g * 0.68F, c.b * 0.78F};
}
inline Color LineOf(const Color& c) {
  return {c.r * 0.36F + 6.0F, c.g * 0.30F + 4.0F, c.b * 0.38F + 12.0F};
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_COLOR_H_
