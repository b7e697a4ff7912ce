// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/made_up_logs.h"

#include <algorithm>
#include <random>

#include "engine/base/status.h"

namespace tocsin::testing {
namespace {

constexpr TimeNs kStart = 1'767'600'000 * kSecond;  // 2026-01-05T08:00Z
constexpr DurationNs kStep = 50 * kMillisecond;
constexpr DurationNs kMarkerStep = 5 * kMinute;
constexpr DurationNs kMost = 3 * kSecond;  // out of order

class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  uint64_t Below(uint64_t n) { return random_() % n; }

  std::string Event(TimeNs now) {
    TimeNs time = now - static_cast<DurationNs>(Below(kMost));
    if (Below(20'000) == 0) time -= 2 * kHour;  // later than lateness
    const uint64_t kind = Below(1000);
    std::string out = StrCat("{\"time\":\"", FormatTime(time), "\",\"host\":\"",
                             Host(now), "\",");
    if (kind < 1) return out + "\"kind\":\"alarm\"}";
    if (kind < 10) return out + "\"kind\":\"noise\"}";
    if (kind < 60) return out + "\"kind\":\"beat\"}";
    if (kind < 65) {
      return out + "\"kind\":\"reset\",\"user\":\"" + User() + "\"}";
    }
    if (kind < 75) {
      const char* what = Below(3) == 0 ? "done" : "begun";
      return out + "\"kind\":\"" + what + "\"}";
    }
    if (kind < 400) {
      return out + StrCat("\"kind\":\"transfer\",\"bytes\":", Below(2000), "}");
    }
    const uint64_t ip = Below(60);
    // A few addresses fail most of the time.
    const bool fails = Below(10) < (ip < 5 ? 9 : 1);
    return out + StrCat("\"kind\":\"login\",\"outcome\":\"",
                        fails ? "failure" : "success", "\",\"user\":\"", User(),
                        "\",\"ip\":\"10.0.0.", ip, "\"}");
  }

 private:
  std::string User() { return StrCat("user", Below(300)); }
  // Hosts fall silent for a while, one after another.
  std::string Host(TimeNs now) {
    const auto quarter = static_cast<uint64_t>((now - kStart) / (15 * kMinute));
    uint64_t host = Below(40);
    if (host == quarter % 40) host = (host + 1) % 40;
    return StrCat("host", host);
  }

  std::mt19937_64 random_;
};

}  // namespace

MadeUpLogs MakeUpLogs(uint32_t seed, size_t events, size_t partitions) {
  Maker maker(seed);
  MadeUpLogs logs;
  logs.partitions.resize(partitions);
  TimeNs now = kStart;
  for (size_t i = 0; i < events; ++i) {
    now += kStep;
    auto& partition = logs.partitions[maker.Below(partitions)];
    const uint64_t odd = maker.Below(5000);
    if (odd == 0) {
      partition.push_back("{\"time\":\"broken");
      ++logs.dead_lettered;
    } else if (odd == 1) {
      partition.emplace_back();
      ++logs.filtered;
    } else if (odd == 2) {  // one message, two events
      partition.push_back(maker.Event(now) + "\n" + maker.Event(now));
      ++logs.consumed;
    } else {
      partition.push_back(maker.Event(now));
    }
    ++logs.consumed;
  }
  // Away from the ends of buckets and from all timers.
  logs.end = (now / kHour + 2) * kHour + 5 * kMinute;
  // In steps: without the broker's clock a jump of event time is not believed.
  for (auto& partition : logs.partitions) {
    for (TimeNs time = now;; time += kMarkerStep) {
      time = std::min(time, logs.end);
      partition.push_back(
          StrCat("{\"time\":\"", FormatTime(time), "\",\"kind\":\"marker\"}"));
      ++logs.consumed;
      if (time == logs.end) break;
    }
  }
  return logs;
}

}  // namespace tocsin::testing
