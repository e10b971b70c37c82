#include "client/local_file.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

// Takes a run of digits off the front of `text`, without leading zeros.
absl::string_view TakeNumber(absl::string_view& text) {
  size_t end = 0;
  while (end < text.size() && absl::ascii_isdigit(text[end])) {
    ++end;
  }
  absl::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  while (number.size() > 1 && number.front() == '0') {
    number.remove_prefix(1);
  }
  return number;
}

}  // namespace

absl::StatusOr<std::string> ReadLocalFile(const std::string& path,
                                          int64_t max_bytes) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  const uintmax_t size = fs::file_size(path, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  }
  if (size == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": empty file"));
  }
  if (size > static_cast<uintmax_t>(max_bytes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": ", size, " bytes, the server takes at most ", max_bytes));
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)),
                    std::istreambuf_iterator<char>());
  if (!in || bytes.size() != size) {
    return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  }
  return bytes;
}

absl::Status WriteLocalFile(const std::string& path, absl::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) {
    return absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ListPictures(
    const std::string& folder) {
  return ListFiles(folder, {".png", ".jpg", ".jpeg", ".webp"},
                   "PNG, JPEG or WebP files");
}

absl::StatusOr<std::vector<std::string>> ListFiles(
    const std::string& folder, const std::vector<std::string>& endings,
    absl::string_view what) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string ending =
        absl::AsciiStrToLower(entry->path().extension().string());
    if (std::find(endings.begin(), endings.end(), ending) != endings.end()) {
      names.push_back(entry->path().filename().string());
    }
  }
  if (error) {
    return absl::UnavailableError(absl::StrCat(folder, ": ", error.message()));
  }
  if (names.empty()) {
    return absl::NotFoundError(
        absl::StrCat(folder, ": no ", what, " in this folder"));
  }
  std::sort(names.begin(), names.end(), NaturalLess);
  for (std::string& name : names) {
    name = (fs::path(folder) / name).string();
  }
  return names;
}

bool NaturalLess(absl::string_view a, absl::string_view b) {
  const absl::string_view whole_a = a;
  const absl::string_view whole_b = b;
  while (!a.empty() && !b.empty()) {
    if (absl::ascii_isdigit(a.front()) && absl::ascii_isdigit(b.front())) {
      const absl::string_view x = TakeNumber(a);
      const absl::string_view y = TakeNumber(b);
      if (x.size() != y.size()) {
        return x.size() < y.size();
      }
      if (x != y) {
        return x < y;
      }
    } else if (a.front() != b.front()) {
      return a.front() < b.front();
    } else {
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) {
    return a.empty();
  }
  return whole_a < whole_b;  // frame_01 and frame_1: some fixed order
}

}  // namespace animate
