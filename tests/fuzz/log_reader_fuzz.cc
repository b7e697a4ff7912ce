// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a segment of the log: entry by entry, then as one frame without
// its checksum, which a fuzzer would hardly ever get right. What decodes must
// encode and decode again to the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/log/record.h"
#include "engine/log/segment.h"

namespace tocsin {
namespace {

void CheckFrame(std::string_view bytes) {
  const StatusOr<Frame> frame = DecodeFrame(bytes);
  if (!frame.ok()) return;
  std::string again;
  EncodeFrame(*frame, &again);
  const StatusOr<Frame> same = DecodeFrame(again);
  if (!same.ok() || !(*same == *frame)) std::abort();
  (void)Dump(*frame);
}

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string_view rest = bytes;
  while (const auto entry = tocsin::ParseEntry(rest)) {
    tocsin::CheckFrame(entry->frame);
    rest.remove_prefix(entry->size);
  }
  (void)tocsin::HighestDurable(bytes);
  tocsin::CheckFrame(bytes);
  return 0;
}
