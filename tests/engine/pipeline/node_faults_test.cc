// SPDX-License-Identifier: Apache-2.0
//
// What a node does while the disk is full, an output or the input is out of
// reach, or there is hardly any memory to work with: it waits, says so, loses
// nothing, and goes on.
#include <algorithm>
#include <chrono>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "engine/pipeline/node.h"
#include "tests/engine/pipeline/node_rig.h"

namespace tocsin {
namespace {

using testing::AppEvents;
using testing::Distinct;
using testing::kAppRules;
using testing::NodeRig;
using testing::PlanOf;
using testing::SmallBatches;

std::shared_ptr<const Plan> AppPlan(int64_t slabs = 4) {
  return SmallBatches(PlanOf(kAppRules), 10, slabs);
}

void Pause(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// How many lines of the node's log hold `part`.
ptrdiff_t Said(const NodeRig& rig, std::string_view part) {
  const auto log = rig.log();
  return std::count_if(log.begin(), log.end(), [&](const std::string& line) {
    return Contains(line, part);
  });
}

std::vector<std::string> Undisturbed(size_t partitions, size_t each) {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, partitions, each);
  REQUIRE(rig.Start().ok());
  rig.Consume();
  REQUIRE(rig.StopAndWait().ok());
  CHECK(rig.findings.lines().size() > 20);
  return Distinct(rig.findings.lines());
}

TEST_CASE("EngineNode: a full disk stops input, and space lets it go on") {
  NodeRig rig(AppPlan());
  rig.options.snapshot_interval = kHour;
  rig.script.partitions = AppEvents(1, 3, 300);
  REQUIRE(rig.Start().ok());
  CHECK(NodeRig::Wait([&] { return rig.Consumed() >= 100; }));
  rig.disk.set_capacity(0);
  CHECK(NodeRig::Wait([&] {
    return rig.Metric("tocsin_state_disk_full") == 1 || rig.Consumed() == 900;
  }));
  REQUIRE(rig.Metric("tocsin_state_disk_full") == 1);
  CHECK(Contains(rig.node().ready().why, "no space left"));
  CHECK(rig.node().healthy().ok);
  Pause(100);
  const double consumed = rig.Consumed();
  const size_t delivered = rig.script.delivered;
  Pause(200);
  CHECK(rig.Consumed() == consumed);
  CHECK(rig.script.delivered <= delivered + 10);
  CHECK(Said(rig, "input has stopped") == 1);
  rig.disk.set_capacity(UINT64_MAX);
  rig.Consume();
  CHECK(NodeRig::Wait([&] { return rig.node().ready().ok; }));
  CHECK(rig.Metric("tocsin_state_disk_full") == 0);
  REQUIRE(rig.StopAndWait().ok());
  CHECK(Distinct(rig.findings.lines()) == Undisturbed(3, 300));
}

TEST_CASE("EngineNode: snapshots that do not fit cost nothing but their age") {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, 3, 300);
  rig.script.at_most = 100;
  REQUIRE(rig.Start().ok());
  CHECK(NodeRig::Wait([&] { return rig.Consumed() >= 300; }));
  rig.disk.set_capacity(0);
  CHECK(NodeRig::Wait([&] { return !rig.node().ready().ok; }));
  rig.disk.set_capacity(UINT64_MAX);
  rig.script.at_most = SIZE_MAX;
  rig.Consume();
  CHECK(NodeRig::Wait([&] { return rig.node().ready().ok; }));
  REQUIRE(rig.StopAndWait().ok());
  CHECK(Distinct(rig.findings.lines()) == Undisturbed(3, 300));
}

TEST_CASE("EngineNode: dead letters are durable before their position moves") {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, 1, 60);
  for (std::string& text : rig.script.partitions[0]) text += " }";
  rig.dead_letters.Refuse(true);
  REQUIRE(rig.Start().ok());
  CHECK(NodeRig::Wait(
      [&] { return Contains(rig.node().ready().why, "dead_letters"); }));
  Pause(100);
  CHECK(rig.Consumed() == 0);
  CHECK(rig.Metric("tocsin_outputs_blocked", {{"output", "dead_letters"}}) ==
        1);
  rig.Crash();
  REQUIRE(rig.Start().ok());
  Pause(50);
  CHECK(rig.Consumed() == 0);
  rig.dead_letters.Refuse(false);
  rig.Consume();
  REQUIRE(rig.StopAndWait().ok());
  const auto letters = Distinct(rig.dead_letters.lines());
  CHECK(letters.size() == 60);
  CHECK(Said(rig, "output dead_letters: works again") == 1);
}

TEST_CASE("EngineNode: dead letters may be repeated after a crash, not lost") {
  for (uint32_t seed = 0; seed < 6; ++seed) {
    NodeRig rig(AppPlan(), seed);
    rig.script.partitions = AppEvents(1, 2, 100);
    for (auto& partition : rig.script.partitions) {
      for (size_t i = 0; i < partition.size(); i += 3) partition[i] += "]";
    }
    rig.script.at_most = 60;
    REQUIRE(rig.Start().ok());
    Pause(static_cast<int>(seed * 4));
    rig.Crash(seed);
    rig.script.at_most = SIZE_MAX;
    REQUIRE(rig.Start().ok());
    rig.Consume();
    REQUIRE(rig.StopAndWait().ok());
    // What is before the fault in a message is an event all the same.
    CHECK(rig.Sum("tocsin_events_evaluated_total") == 200);
    CHECK(rig.Sum("tocsin_events_dead_lettered_total") == 68);
    CHECK(rig.Consumed() == 268);
    CHECK(Distinct(rig.dead_letters.lines()).size() == 68);
  }
}

TEST_CASE("EngineNode: an output out of reach holds input back") {
  for (const int64_t slabs : {1, 4}) {
    NodeRig rig(AppPlan(slabs));
    rig.script.partitions = AppEvents(1, 3, 1'500);
    rig.findings.Refuse(true);
    REQUIRE(rig.Start().ok());
    CHECK(NodeRig::Wait(
        [&] { return Contains(rig.node().ready().why, "output findings"); }));
    NodeRig::Wait([&, last = size_t{0}]() mutable {
      const size_t before = std::exchange(last, rig.script.delivered);
      Pause(300);
      return rig.script.delivered == before;
    });
    CHECK(rig.script.delivered < 4'000);
    CHECK(rig.findings.lines().empty());
    rig.findings.Refuse(false);
    rig.Consume();
    REQUIRE(rig.StopAndWait().ok());
    CHECK(Distinct(rig.findings.lines()) == Undisturbed(3, 1'500));
    CHECK(Said(rig, "output findings") == 2);
  }
}

TEST_CASE("EngineNode: input out of reach is waited for") {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, 2, 100);
  rig.script.reachable = false;
  REQUIRE(rig.Start().ok());
  Pause(50);
  CHECK(rig.node().healthy().ok);
  CHECK(rig.node().ready().why == "input: the script is out of reach");
  rig.script.reachable = true;
  rig.Consume();
  CHECK(NodeRig::Wait([&] { return rig.node().ready().ok; }));
  REQUIRE(rig.StopAndWait().ok());
}

TEST_CASE("EngineNode: a stop does not wait for ever") {
  NodeRig rig(AppPlan());
  rig.options.drain_timeout = 200 * kMillisecond;
  rig.script.partitions = AppEvents(1, 3, 300);
  rig.findings.Refuse(true);
  REQUIRE(rig.Start().ok());
  CHECK(NodeRig::Wait(
      [&] { return Contains(rig.node().ready().why, "output findings"); }));
  CHECK(rig.StopAndWait().ok());
  CHECK(Said(rig, "stop: ") == 1);
  rig.findings.Refuse(false);
  rig.options.drain_timeout = NodeOptions().drain_timeout;
  REQUIRE(rig.Start().ok());
  rig.Consume();
  REQUIRE(rig.StopAndWait().ok());
  CHECK(Distinct(rig.findings.lines()) == Undisturbed(3, 300));
}

TEST_CASE("EngineNode: a broken log ends the daemon with the reason") {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, 3, 300);
  REQUIRE(rig.Start().ok());
  rig.disk.StopAfter(3);
  const Status ended = rig.node().Wait();
  CHECK(absl::IsUnavailable(ended));
  CHECK(Contains(Message(ended), "the power is gone"));
  CHECK_FALSE(rig.node().healthy().ok);
}

}  // namespace
}  // namespace tocsin
