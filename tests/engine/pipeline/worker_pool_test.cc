// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/worker_pool.h"

#include <map>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/pipeline/node_rig.h"

namespace tocsin {
namespace {

constexpr DurationNs kLong = 10 * kSecond;

Inputs OneInput() {
  Inputs inputs(1);
  inputs[0].name = "app";
  return inputs;
}

Batch Filled(Batch batch, uint64_t number) {
  for (int64_t i = 0; i < 5; ++i) {
    RawMessage message;
    message.partition = {InputId{0}, 0};
    message.offset = static_cast<int64_t>(number) * 5 + i;
    batch.Add(message, R"({"kind":"app","user":"u1","action":"boom"})");
  }
  batch.number = number;
  batch.Seal();
  return batch;
}

TEST_CASE("WorkerPool: each batch gives its result, for any number of them") {
  const auto plan = testing::PlanOf(testing::kAppRules);
  for (const int workers : {1, 3}) {
    WorkerPool pool(plan, OneInput(), workers, 4);
    std::map<uint64_t, BatchResult> results;
    uint64_t submitted = 0;
    while (results.size() < 50) {
      if (submitted < 50) {
        if (std::optional<Batch> batch = pool.Acquire(kMillisecond)) {
          CHECK(batch->messages.empty());
          pool.Submit(Filled(*std::move(batch), ++submitted));
        }
      }
      while (auto result = pool.NextResult(submitted < 50 ? 0 : kLong)) {
        results[result->number] = *std::move(result);
        if (results.size() == 50) break;
      }
    }
    for (const auto& [number, result] : results) {
      CHECK(result.events.size() == 5);
      CHECK(result.matches.size() == 10);  // boom and seldom
      CHECK(result.partitions.at(0).next_offset ==
            static_cast<int64_t>(number) * 5 + 5);
    }
    pool.Finish();
    CHECK_FALSE(pool.NextResult(kLong).has_value());
    CHECK(pool.done());
  }
}

TEST_CASE("WorkerPool: slabs are the credit") {
  WorkerPool pool(testing::PlanOf(testing::kAppRules), OneInput(), 1, 2);
  std::optional<Batch> first = pool.Acquire(kLong);
  std::optional<Batch> second = pool.Acquire(kLong);
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(pool.in_flight() == 2);
  CHECK_FALSE(pool.Acquire(0).has_value());
  pool.Release(*std::move(first));
  CHECK(pool.in_flight() == 1);
  CHECK(pool.Acquire(0).has_value());
}

}  // namespace
}  // namespace tocsin
