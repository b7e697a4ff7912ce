// SPDX-License-Identifier: Apache-2.0
//
// DecodeComparer: runs Decoder and ReferenceDecode over the same message and
// says where they differ. Shared by the differential tests and the fuzzer.
//
// Threads: one object per thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"
#include "engine/event/decode.h"

namespace tocsin::testing {

// Paths that the generators and the fuzzer's corpus like to use.
FieldSet ComparedFields();

class DecodeComparer {
 public:
  explicit DecodeComparer(const Limits& limits, FieldSet fields);

  // The first difference, in words; empty when there is none.
  std::string Difference(std::string_view message, Format format);

  uint64_t events() const { return events_; }
  uint64_t dead() const { return dead_; }
  uint64_t values() const { return values_; }

 private:
  Limits limits_;
  FieldSet fields_;
  Decoder decoder_;
  EventView event_;
  std::string padded_;
  uint64_t events_ = 0;
  uint64_t dead_ = 0;
  uint64_t values_ = 0;
};

}  // namespace tocsin::testing
