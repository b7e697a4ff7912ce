// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/at_most.h"

#include <algorithm>

namespace tocsin {

bool Budget::Pass(TimeNs at, std::span<const Hash128> of) {
  if (of.empty()) return true;
  const auto full = [&](const Hash128& key) {
    const Passed* passed = passed_.Find(key, at);
    if (passed == nullptr) return count_ == 0;
    const auto inside = std::count_if(
        passed->times.begin(), passed->times.end(),
        [&](TimeNs time) { return SubSaturating(at, time) <= per_; });
    return static_cast<size_t>(inside) >= count_;
  };
  if (std::all_of(of.begin(), of.end(), full)) return false;
  for (const Hash128& key : of) {
    std::vector<TimeNs>& times = passed_.At(key, at).times;
    times.push_back(at);
    if (times.size() > count_) times.erase(times.begin());
  }
  return true;
}

void Budget::Encode(ByteWriter* out) const {
  passed_.Encode(out, [](const Passed& passed, ByteWriter* to) {
    to->Varint(passed.times.size());
    for (const TimeNs time : passed.times) to->Zigzag(time);
  });
}

bool Budget::Decode(ByteReader* in) {
  return passed_.Decode(in, [](ByteReader* from) {
    Passed passed;
    const size_t count = from->Count();
    for (size_t i = 0; i < count && from->ok(); ++i) {
      passed.times.push_back(from->Zigzag());
    }
    return passed;
  });
}

}  // namespace tocsin
