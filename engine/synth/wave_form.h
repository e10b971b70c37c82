#ifndef ANIMATE_ENGINE_SYNTH_WAVE_FORM_H_
#define ANIMATE_ENGINE_SYNTH_WAVE_FORM_H_

#include <algorithm>
#include <cmath>

namespace animate {

// sin and cos of `phase` turns.
inline double SinTurn(double phase) { return std::sin(2.0 * M_PI * phase); }
inline double CosTurn(double phase) { return std::cos(2.0 * M_PI * phase); }

// The part of a turn that `phase` has gone.
inline double Wrap(double phase) { return phase - std::floor(phase); }

// 0 before `from`, 1 behind `to`, with no jerk at either.
inline double Ease(double from, double to, double x) {
  const double u = std::clamp((x - from) / (to - from), 0.0, 1.0);
  return u * u * u * (10.0 + u * (6.0 * u - 15.0));
}

// A bump of height 1 and half-width `width` around `center`, in turns.
inline double Bump(double phase, double center, double width) {
  const double away = Wrap(phase - center + 0.5) - 0.5;
  return std::exp(-0.5 * away * away / (width * width));
}

// Rises from 0 to 1 over [a, b], stays, and falls over [c, d].
inline double Plateau(double a, double b, double c, double d, double x) {
  return Ease(a, b, x) - Ease(c, d, x);
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_WAVE_FORM_H_
