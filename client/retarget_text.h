#ifndef ANIMATE_CLIENT_RETARGET_TEXT_H_
#define ANIMATE_CLIENT_RETARGET_TEXT_H_

#include <string>

#include "animate/v1/pose.pb.h"

namespace animate {

// The report for a person, lines without the last newline:
//   motion fitted: sequence, scale 0.52 about mid_hip, anchor frame 0
//     reference  found in its picture
//     ratios     forearm 0.49, head 1.20 (clamped), …
//     outside    3 % of the joints
//     note       …
std::string RetargetText(const v1::RetargetReport& report);

}  // namespace animate

#endif  // ANIMATE_CLIENT_RETARGET_TEXT_H_
