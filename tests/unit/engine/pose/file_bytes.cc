#include "tests/unit/engine/pose/file_bytes.h"

#include <zlib.h>

#include <bit>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

std::string Little(uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) {
    bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  }
  return bytes;
}

std::string Deflated(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string packed(content.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

std::string NpyBytes(const std::string& header, const std::string& data) {
  return absl::StrCat(std::string("\x93NUMPY\x01\x00", 8),
                      Little(header.size(), 2), header, data);
}

std::string FloatNpy(const std::string& shape,
                     const std::vector<float>& values) {
  std::string data;
  for (const float value : values) {
    data += Little(std::bit_cast<uint32_t>(value), sizeof(float));
  }
  return NpyBytes(absl::StrCat("{'descr': '<f4', 'fortran_order': False, "
                               "'shape': ",
                               shape, ", }\n"),
                  data);
}

std::string ZipBytes(const std::map<std::string, std::string>& files,
                     ZipMethod method) {
  std::string archive;
  std::string directory;
  for (const auto& [name, content] : files) {
    const bool deflated = method == ZipMethod::kDeflated;
    const std::string packed = deflated ? Deflated(content) : content;
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                           static_cast<uInt>(content.size()));
    // From "version needed" to the length of the extra field.
    const std::string fields = absl::StrCat(
        Little(20, 2), Little(0, 2), Little(deflated ? 8 : 0, 2), Little(0, 4),
        Little(crc, 4), Little(packed.size(), 4), Little(content.size(), 4),
        Little(name.size(), 2), Little(0, 2));
    absl::StrAppend(&directory, Little(0x02014b50, 4), Little(20, 2), fields,
                    Little(0, 2), Little(0, 4), Little(0, 4),
                    Little(archive.size(), 4), name);
    absl::StrAppend(&archive, Little(0x04034b50, 4), fields, name, packed);
  }
  return absl::StrCat(archive, directory, Little(0x06054b50, 4), Little(0, 4),
                      Little(files.size(), 2), Little(files.size(), 2),
                      Little(directory.size(), 4), Little(archive.size(), 4),
                      Little(0, 2));
}

std::string SmallBvh() {
  const auto joint = [](const std::string& name, const std::string& offset,
                        const std::string& children) {
    return absl::StrCat("JOINT mixamorig:", name, "\n{\nOFFSET ", offset,
                        "\nCHANNELS 3 Zrotation Xrotation Yrotation\n",
                        children, "}\n");
  };
  const std::string end = "End Site\n{\nOFFSET 0 1 0\n}\n";
  const auto arm = [&](const std::string& side, int sign) {
    return joint(side + "Shoulder", absl::StrCat(sign * 5, " 45 0"),
                 joint(side + "Arm", absl::StrCat(sign * 15, " 0 0"),
                       joint(side + "ForeArm", absl::StrCat(sign * 30, " 0 0"),
                             joint(side + "Hand",
                                   absl::StrCat(sign * 25, " 0 0"), end))));
  };
  const auto leg = [&](const std::string& side, int sign) {
    return joint(side + "UpLeg", absl::StrCat(sign * 9, " 0 0"),
                 joint(side + "Leg", "0 -45 0",
                       joint(side + "Foot", "0 -45 0",
                             joint(side + "ToeBase", "0 -5 15", end))));
  };
  std::string text = absl::StrCat(
      "HIERARCHY\nROOT mixamorig:Hips\n{\nOFFSET 0 0 0\nCHANNELS 6 Xposition "
      "Yposition Zposition Zrotation Xrotation Yrotation\n",
      joint("Spine", "0 10 0",
            joint("Neck", "0 45 0", joint("Head", "0 8 0", end)) +
                arm("Left", 1) + arm("Right", -1)),
      leg("Left", 1), leg("Right", -1),
      "}\nMOTION\nFrames: 5\nFrame Time: 0.0083333333\n");
  // Root; spine, neck, head; left collar, arm, forearm, hand; the rest.
  for (int frame = 0; frame < 5; ++frame) {
    absl::StrAppend(&text, "0 95 ", frame * 10, " 0 0 0");
    for (int i = 0; i < 19; ++i) {
      absl::StrAppend(&text, " ", i == 4 ? frame * 22.5 : 0.0, " 0 0");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace animate
