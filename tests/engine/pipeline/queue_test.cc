// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/queue.h"

#include <memory>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

TEST_CASE("Queue: items come out in the order they went in") {
  Queue<int> queue(4);
  for (int i = 0; i < 4; ++i) REQUIRE(queue.Push(i));
  for (int i = 0; i < 4; ++i) CHECK(queue.Pop() == i);
}

TEST_CASE("Queue: what is inside a closed queue can still be popped") {
  Queue<int> queue(4);
  REQUIRE(queue.Push(1));
  queue.Close();
  CHECK_FALSE(queue.Push(2));
  CHECK_FALSE(queue.drained());
  CHECK(queue.Pop() == 1);
  CHECK_FALSE(queue.Pop().has_value());
  CHECK(queue.drained());
}

TEST_CASE("Queue: popping with a time limit gives up") {
  Queue<std::unique_ptr<int>> queue(1);
  CHECK_FALSE(queue.PopFor(kMillisecond).has_value());
}

TEST_CASE("Queue: a full queue holds its writer until there is room") {
  Queue<int> queue(2);
  std::vector<int> got;
  std::thread writer([&] {
    for (int i = 0; i < 1000; ++i) queue.Push(i);
    queue.Close();
  });
  size_t largest = 0;
  while (const auto item = queue.Pop()) {
    got.push_back(*item);
    largest = std::max(largest, queue.size());
  }
  writer.join();
  REQUIRE(got.size() == 1000);
  CHECK(got.back() == 999);
  CHECK(largest <= 2);
}

}  // namespace
}  // namespace tocsin
