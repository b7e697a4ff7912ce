// SPDX-License-Identifier: Apache-2.0
#include "engine/state/watermarks.h"

#include <algorithm>
#include <map>
#include <random>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/engine/state/clock_frames.h"

namespace tocsin {
namespace {

using testing::ClockFrame;

const std::vector<InputSet> kDomains = {{InputId{0}}, {InputId{0}, InputId{1}}};

std::string Bytes(const Watermarks& watermarks) {
  std::string bytes;
  ByteWriter out(&bytes);
  watermarks.Encode(&out);
  return bytes;
}

TEST_CASE("Watermarks: the least of all partitions, over restarts") {
  const uint32_t seed = GENERATE(range(0u, 20u));
  std::mt19937 random(seed);
  Inputs inputs(2);
  for (InputInfo& input : inputs) input.idle_after = kMaxTime;
  Watermarks watermarks(inputs, kDomains);
  std::map<Partition, TimeNs> heard;
  TimeNs before[2] = {kMinTime, kMinTime};
  for (int i = 0; i < 300; ++i) {
    const uint32_t input = random() % 2;
    const auto number = static_cast<int32_t>(random() % 3);
    const auto w = static_cast<TimeNs>(random() % 50 + i);
    watermarks.Apply(ClockFrame(0, {input, number, w, 0, false, false, 3}));
    TimeNs& highest =
        heard.try_emplace({InputId{input}, number}, kMinTime).first->second;
    highest = std::max(highest, w);
    for (size_t domain = 0; domain < 2; ++domain) {
      size_t count = 0;
      TimeNs least = kMaxTime;
      for (const auto& [partition, value] : heard) {
        if (partition.input.value > domain) continue;
        ++count;
        least = std::min(least, value);
      }
      REQUIRE(watermarks.Of(domain) ==
              (count == 3 * (domain + 1) ? least : kMinTime));
      REQUIRE(watermarks.Of(domain) >= before[domain]);
      before[domain] = watermarks.Of(domain);
    }
    if (random() % 10 != 0) continue;
    const std::string bytes = Bytes(watermarks);
    watermarks = Watermarks(inputs, kDomains);
    ByteReader in(bytes);
    REQUIRE(watermarks.Decode(&in));
    REQUIRE(Bytes(watermarks) == bytes);
  }
}

TEST_CASE("Watermarks: damaged bytes are refused") {
  Inputs inputs(2);
  Watermarks watermarks(inputs, kDomains);
  watermarks.Apply(ClockFrame(0, {0, 0, 5}));
  const std::string bytes = Bytes(watermarks);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    Watermarks restored(inputs, kDomains);
    ByteReader in(std::string_view(bytes).substr(0, cut));
    CHECK_FALSE(restored.Decode(&in));
  }
  Watermarks fewer(Inputs(1), {});
  ByteReader in(bytes);
  CHECK_FALSE(fewer.Decode(&in));
}

}  // namespace
}  // namespace tocsin
