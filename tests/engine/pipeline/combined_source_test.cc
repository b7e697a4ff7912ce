// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/combined_source.h"

#include <set>

#include <catch2/catch_test_macros.hpp>

#include "engine/pipeline/memory_source.h"

namespace tocsin {
namespace {

constexpr Partition kFirst{InputId{0}, 0};
constexpr Partition kSecond{InputId{1}, 0};

// Remembers what it was told; reachable or not.
class NotedSource final : public MessageSource {
 public:
  struct Notes {
    bool reachable = true;
    std::vector<Resume> started;
    std::vector<Resume> committed;
    std::set<Partition> paused;
  };
  NotedSource(Partition partition, Notes* notes)
      : partition_(partition), notes_(notes) {}

  Status Start(const std::vector<Resume>& resume) override {
    notes_->started = resume;
    return OkStatus();
  }
  Status Poll(DurationNs, size_t max_messages, size_t, Batch* batch) override {
    if (!notes_->reachable) return Unavailable("out of reach");
    while (batch->messages.size() < max_messages && next_ < 3) {
      RawMessage message;
      message.partition = partition_;
      message.offset = next_++;
      batch->Add(message, "{}");
    }
    return OkStatus();
  }
  void Pause(Partition partition) override { notes_->paused.insert(partition); }
  void Unpause(Partition partition) override {
    notes_->paused.erase(partition);
  }
  std::vector<PartitionStatus> Partitions() const override {
    PartitionStatus status;
    status.partition = partition_;
    return {status};
  }
  std::vector<Hole> TakeHoles() override { return {{partition_, 5, 7}}; }
  bool ready() const override { return notes_->reachable; }
  std::string why() const override { return "out of reach"; }
  bool finished() const override { return next_ == 3; }
  void Commit(const std::vector<Resume>& durable) override {
    notes_->committed = durable;
  }

 private:
  const Partition partition_;
  Notes* const notes_;
  int64_t next_ = 0;
};

struct Pair {
  NotedSource::Notes first;
  NotedSource::Notes second;
  CombinedSource source{Members()};

  std::vector<CombinedSource::Member> Members() {
    std::vector<CombinedSource::Member> members;
    members.push_back(
        {{InputId{0}}, std::make_unique<NotedSource>(kFirst, &first)});
    members.push_back(
        {{InputId{1}}, std::make_unique<NotedSource>(kSecond, &second)});
    return members;
  }
};

TEST_CASE("CombinedSource: each member gets what is its own") {
  Pair pair;
  REQUIRE(pair.source.Start({{kFirst, 3}, {kSecond, 4}}).ok());
  REQUIRE(pair.second.started.size() == 1);
  CHECK(pair.second.started[0].next_offset == 4);
  pair.source.Commit({{kFirst, 8}});
  CHECK(pair.first.committed.size() == 1);
  CHECK(pair.second.committed.empty());
  pair.source.Pause(kSecond);
  CHECK(pair.first.paused.empty());
  CHECK(pair.second.paused.contains(kSecond));
  pair.source.Unpause(kSecond);
  CHECK(pair.second.paused.empty());
  CHECK(pair.source.Partitions().size() == 2);
  CHECK(pair.source.TakeHoles().size() == 2);
}

TEST_CASE("CombinedSource: one that is out of reach does not stop the other") {
  Pair pair;
  pair.first.reachable = false;
  CHECK_FALSE(pair.source.ready());
  CHECK(pair.source.why() == "out of reach");
  Batch batch;
  REQUIRE(pair.source.Poll(0, 10, 1'000, &batch).ok());
  CHECK(batch.messages.size() == 3);
  CHECK_FALSE(pair.source.finished());
  pair.second.reachable = false;
  CHECK(absl::IsUnavailable(pair.source.Poll(0, 10, 1'000, &batch)));
  pair.first.reachable = true;
  REQUIRE(pair.source.Poll(0, 10, 1'000, &batch).ok());
  CHECK(batch.messages.size() == 6);
  CHECK(pair.source.finished());
}

TEST_CASE("CombinedSource: nobody starves where a batch is soon full") {
  Pair pair;
  std::set<Partition> seen;
  for (int i = 0; i < 2; ++i) {
    Batch batch;
    REQUIRE(pair.source.Poll(0, 1, 1'000, &batch).ok());
    REQUIRE(batch.messages.size() == 1);
    seen.insert(batch.messages[0].partition);
  }
  CHECK(seen.size() == 2);
}

}  // namespace
}  // namespace tocsin
