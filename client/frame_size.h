#ifndef ANIMATE_CLIENT_FRAME_SIZE_H_
#define ANIMATE_CLIENT_FRAME_SIZE_H_

#include "animate/v1/server_info.pb.h"

namespace animate {

struct FrameSize {
  int width = 0;   // pixels
  int height = 0;  // pixels
};

// Returns the size nearest to `wanted` that a server with these limits
// accepts: scaled as a whole into its largest area and side, then each side
// rounded to its multiple. A limit of 0 is none.
FrameSize FitFrameSize(FrameSize wanted, const v1::ServerLimits& limits);

}  // namespace animate

#endif  // ANIMATE_CLIENT_FRAME_SIZE_H_
