// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/progress.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "engine/cmd/rule_files.h"

namespace tocsin {
namespace {

constexpr DurationNs kEvery = 200 * kMillisecond;

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)),
      terminal_(IsTerminal(STDERR_FILENO)),
      start_(SystemClock().Mono()) {}

double Progress::seconds() const {
  return static_cast<double>(SystemClock().Mono() - start_) / kSecond;
}

void Progress::Show(uint64_t done, const char* things) {
  if (!terminal_) return;
  const TimeNs now = SystemClock().Mono();
  if (now - std::max(shown_, start_) < kEvery) return;
  shown_ = now;
  visible_ = true;
  const auto rate =
      static_cast<uint64_t>(static_cast<double>(done) / seconds());
  // Back to the start of the line; the rest of an older line is wiped.
  std::cerr << "\r" << what_ << ": " << Grouped(done) << " " << things << ", "
            << Grouped(rate) << "/s\x1b[K" << std::flush;
}

void Progress::Clear() {
  if (!visible_) return;
  visible_ = false;
  std::cerr << "\r\x1b[K" << std::flush;
}

std::string Grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

}  // namespace tocsin
