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

// Returns the size of a picture of the shape of `shape` for a model that was
// made for pictures of one size: its short side is that of the model. `shape`
// itself for a model that does not say its size.
FrameSize ScaleToModel(FrameSize shape, const v1::ModelInfo& model);

}  // namespace animate

#endif  // ANIMATE_CLIENT_FRAME_SIZE_H_
