// SPDX-License-Identifier: Apache-2.0
//
// The decoder on any bytes: it must agree with ReferenceDecode in every
// outcome and every value, and never read outside of them. The first byte
// chooses limits and format; limits are small, so that short inputs meet them.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "engine/event/decode.h"
#include "tests/engine/event/decode_compare.h"

namespace {

tocsin::Limits SmallLimits() {
  tocsin::Limits limits;
  limits.event_bytes = 2000;
  limits.event_depth = 6;
  limits.events_per_message = 5;
  limits.array_values = 6;
  return limits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* small = new tocsin::testing::DecodeComparer(
      SmallLimits(), tocsin::testing::ComparedFields());
  static auto* usual = new tocsin::testing::DecodeComparer(
      tocsin::Limits(), tocsin::testing::ComparedFields());
  if (size == 0) return 0;
  const std::string_view message(reinterpret_cast<const char*>(data) + 1,
                                 size - 1);
  const auto format =
      (data[0] & 1) != 0 ? tocsin::Format::kText : tocsin::Format::kNdjson;
  auto* comparer = (data[0] & 2) != 0 ? usual : small;
  const std::string difference = comparer->Difference(message, format);
  if (!difference.empty()) {
    std::fprintf(stderr, "%s\n", difference.c_str());
    std::abort();
  }
  return 0;
}
