// SPDX-License-Identifier: Apache-2.0
//
// Progress: one line on a terminal's stderr that says how far long work is,
// rewritten a few times a second; nothing where stderr is no terminal.
//
// Threads: one owner. Tested by: tests/engine/cmd/replay_test.cc
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/time.h"

namespace tocsin {

class Progress {
 public:
  // `what` goes in front: "replay".
  explicit Progress(std::string what);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // So many `things` are done.
  void Show(uint64_t done, const char* things);
  // Wipes the line, before other output.
  void Clear();
  double seconds() const;

 private:
  const std::string what_;
  const bool terminal_;
  const TimeNs start_;
  TimeNs shown_ = 0;
  bool visible_ = false;
};

// 1234567 -> "1,234,567".
std::string Grouped(uint64_t number);

}  // namespace tocsin
