// SPDX-License-Identifier: Apache-2.0
#include "engine/log/record.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/log/random_frame.h"

namespace tocsin {
namespace {

using testing::RandomFrame;

std::string Bytes(const Frame& frame) {
  std::string bytes;
  EncodeFrame(frame, &bytes);
  return bytes;
}

TEST_CASE("Record: what is decoded is what was encoded") {
  std::mt19937 random(1);
  for (uint64_t i = 1; i <= 300; ++i) {
    const Frame frame = RandomFrame(i, &random);
    const auto decoded = DecodeFrame(Bytes(frame));
    REQUIRE(decoded.ok());
    CHECK(*decoded == frame);
  }
}

TEST_CASE("Record: the shortest items are read, too") {
  Frame frame;
  frame.sequence = 1;
  ClockRecord clock;
  clock.partition.input.value = 0;
  clock.watermark = clock.highest = clock.max_time = clock.first_at = 0;
  clock.jump_floor = 0;
  frame.clocks = {clock};
  MatchRecord record;
  record.rule.value = 0;
  record.place = {0, 0, {{InputId{0}, 0}, 0, 0}};
  frame.records = {record};
  frame.gaps = {{{InputId{0}, 0}, 0, 0}};
  frame.actions = {{}};
  for (int last = 0; last < 4; ++last) {
    Frame shorter = frame;  // counts are checked against what follows
    if (last < 3) shorter.actions.clear();
    if (last < 2) shorter.gaps.clear();
    if (last < 1) shorter.records.clear();
    const auto decoded = DecodeFrame(Bytes(shorter));
    INFO(decoded.status());
    REQUIRE(decoded.ok());
    CHECK(*decoded == shorter);
  }
}

TEST_CASE("Record: damaged bytes are refused or are another frame") {
  std::mt19937 random(2);
  for (uint64_t i = 1; i <= 200; ++i) {
    const std::string bytes = Bytes(RandomFrame(i, &random));
    CHECK_FALSE(DecodeFrame(bytes + "x").ok());
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      CHECK_FALSE(DecodeFrame(bytes.substr(0, cut)).ok());
    }
    std::string flipped = bytes;
    char& byte = flipped[random() % flipped.size()];
    byte = static_cast<char>(byte ^ (1 << (random() % 8)));
    const auto decoded = DecodeFrame(flipped);
    if (decoded.ok()) CHECK(DecodeFrame(Bytes(*decoded)).value() == *decoded);
  }
}

TEST_CASE("Record: a count cannot claim more than the bytes hold") {
  Frame frame;
  frame.sequence = 1;
  std::string bytes = Bytes(frame);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string huge = bytes;
    huge.replace(i, 1, "\xff\xff\xff\xff\x7f");
    const auto decoded = DecodeFrame(huge);
    if (decoded.ok()) CHECK(decoded->records.size() < 100);
  }
}

TEST_CASE("Record: the dump has a line for each record") {
  Frame frame;
  frame.sequence = 7;
  frame.records.emplace_back().rule = RuleId{3};
  frame.gaps.push_back({{InputId{0}, 1}, 5, 9});
  frame.clocks.emplace_back().partition = {InputId{0}, 1};
  const std::string dump = Dump(frame);
  CHECK(std::count(dump.begin(), dump.end(), '\n') == 4);
  CHECK(dump.find('7') != std::string::npos);
}

}  // namespace
}  // namespace tocsin
