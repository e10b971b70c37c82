#ifndef ANIMATE_CLIENT_CONTACT_SHEET_WRITER_H_
#define ANIMATE_CLIENT_CONTACT_SHEET_WRITER_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/pose_source.h"
#include "engine/animation/image.h"

namespace animate {

struct ContactSheetRequest {
  std::string path;                        // of the PNG
  std::string title;                       // above all
  const std::string* reference = nullptr;  // file bytes, not null
  const PoseSource* poses = nullptr;       // not null
  int num_frames = 0;                      // of the animation
};

// Collects the frames that will be seen on a contact sheet (reference, sampled
// poses and frames) and draws it. Keeps only those frames. What the request
// points to must outlive the writer. Thread-compatible.
class ContactSheetWriter {
 public:
  explicit ContactSheetWriter(ContactSheetRequest request);

  // Takes frame `index`, [0, num_frames).
  void Add(int index, const RgbImage& frame);

  // Decodes the poses, draws the sheet and writes the file. Needs every frame.
  absl::Status Finish();

 private:
  bool Sampled(int index) const { return sampled_.count(index) > 0; }
  absl::Status DecodePoses(std::vector<RgbImage>& poses) const;

  const ContactSheetRequest request_;
  std::set<int> sampled_;
  // As many as the animation has; those not sampled are a single pixel.
  std::vector<RgbImage> frames_;
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_CONTACT_SHEET_WRITER_H_
