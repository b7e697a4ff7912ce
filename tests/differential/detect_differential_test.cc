// SPDX-License-Identifier: Apache-2.0
//
// Shards against a naive evaluator of the same rules: seeded rules and streams,
// any borders of frames, restarts at any moment.
#include <algorithm>
#include <map>

#include <catch2/catch_test_macros.hpp>

#include "engine/detect/shard.h"
#include "tests/differential/detect_generated.h"
#include "tests/differential/naive_detect.h"

namespace tocsin::testing {
namespace {

using Lines = std::vector<std::string>;

struct Run {
  Lines lines;                      // sorted
  std::vector<std::string> states;  // of every shard at the end
};

class Shards {
 public:
  explicit Shards(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {
    for (uint32_t i = 0; i < kShardCount; ++i) {
      shards_.emplace_back(i, plan_, DetectInputs());
    }
  }

  void Apply(Frame frame, bool restart) {
    frame.sequence = ++sequence_;
    std::vector<std::vector<uint32_t>> mine(kShardCount);
    for (uint32_t i = 0; i < frame.records.size(); ++i) {
      mine[frame.records[i].shard].push_back(i);
    }
    for (uint32_t i = 0; i < kShardCount; ++i) {
      shards_[i].Apply(frame, mine[i], &findings_);
      if (!restart) continue;
      const std::string state = shards_[i].Save();
      StatusOr<Shard> again = Shard::Load(i, plan_, DetectInputs(), state);
      REQUIRE(again.ok());
      REQUIRE(again->Save() == state);
      shards_[i] = std::move(*again);
    }
  }

  Run Result() const {
    Run run;
    for (const Finding& finding : findings_) {
      run.lines.push_back(LineOf(finding, *plan_));
    }
    std::sort(run.lines.begin(), run.lines.end());
    for (const Shard& shard : shards_) {
      CHECK(shard.counters().clamped == 0);
      run.states.push_back(shard.Save());
    }
    return run;
  }

 private:
  std::shared_ptr<const Plan> plan_;
  std::vector<Shard> shards_;
  std::vector<Finding> findings_;
  uint64_t sequence_ = 0;
};

// `size`: events of a frame at most; `restarts`: one in so many frames, 0:
// none; `seed`: of the borders.
Run RunShards(const std::shared_ptr<const Plan>& plan,
              const DetectStream& stream, uint32_t size, uint32_t restarts,
              uint64_t seed) {
  Shards shards(plan);
  Dice borders(seed);
  Dice failures(seed);
  std::vector<ClockRecord> clocks;
  Frame frame;
  uint32_t left = 1 + borders.Roll(size);
  for (const DetectStream::Event& event : stream.events) {
    frame.records.insert(frame.records.end(), event.records.begin(),
                         event.records.end());
    std::erase_if(frame.clocks, [&](const ClockRecord& clock) {
      return clock.partition == event.clock.partition;
    });
    frame.clocks.push_back(event.clock);
    std::erase_if(clocks, [&](const ClockRecord& clock) {
      return clock.partition == event.clock.partition;
    });
    clocks.push_back(event.clock);
    if (--left > 0) continue;
    shards.Apply(std::move(frame), restarts > 0 && failures.OneIn(restarts));
    frame = {};
    left = 1 + borders.Roll(size);
  }
  for (ClockRecord& clock : clocks) clock.ended = true;
  frame.clocks = clocks;
  shards.Apply(std::move(frame), restarts > 0);
  return shards.Result();
}

// The lines that only one side has.
std::string Difference(const Lines& naive, const Lines& shards) {
  std::string text;
  const auto add = [&](const Lines& one, const Lines& other,
                       const char* whose) {
    for (const std::string& line : one) {
      if (!std::binary_search(other.begin(), other.end(), line)) {
        text += std::string("only ") + whose + ": " + line + "\n";
      }
    }
  };
  add(naive, shards, "naive");
  add(shards, naive, "shards");
  return text;
}

TEST_CASE("Detect: shards find what the naive evaluator finds") {
  // Findings with this in their line.
  std::map<std::string, size_t> with = {{" s0@", 0},      {" s2@", 0},
                                        {" = ", 0},       {" resolves ", 0},
                                        {" at_most ", 0}, {" keep ", 0}};
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    Dice dice(seed);
    const std::shared_ptr<const Plan> plan = GenerateRules(&dice);
    const Status valid = Validate(*plan);
    REQUIRE(std::string(valid.message()) == "");
    const DetectStream stream = GenerateStream(*plan, &dice);
    std::vector<MatchRecord> records;
    for (const DetectStream::Event& event : stream.events) {
      records.insert(records.end(), event.records.begin(), event.records.end());
    }
    const Lines expected =
        NaiveDetect(*plan, records, stream.start, stream.end);
    const Run run = RunShards(plan, stream, 20, 0, seed);
    INFO("seed " << seed << "\n" << Dump(*plan));
    INFO(Difference(expected, run.lines));
    REQUIRE(run.lines == expected);
    for (auto& [what, count] : with) {
      count += static_cast<size_t>(std::count_if(
          expected.begin(), expected.end(), [&](const std::string& line) {
            return line.find(what) != std::string::npos;
          }));
    }
  }
  // The generator makes cases that matter.
  for (const auto& [what, count] : with) {
    INFO(what);
    CHECK(count > 150);
  }
}

TEST_CASE("Detect: frame borders and restarts change no byte") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    const std::shared_ptr<const Plan> plan = GenerateRules(&dice);
    const DetectStream stream = GenerateStream(*plan, &dice);
    const Run once = RunShards(plan, stream, 1, 0, seed);
    const Run whole = RunShards(plan, stream, 10, 0, seed);
    const Run restarted = RunShards(plan, stream, 10, 3, seed);
    INFO("seed " << seed);
    INFO(Difference(once.lines, restarted.lines));
    CHECK(once.lines == whole.lines);
    REQUIRE(once.lines == restarted.lines);
    CHECK(whole.states == restarted.states);
  }
}

// Snapshots have a checksum; whatever passes it must still do no harm.
TEST_CASE("Detect: damaged state is refused or harmless") {
  size_t refused = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Dice dice(seed);
    const std::shared_ptr<const Plan> plan = GenerateRules(&dice);
    const DetectStream stream = GenerateStream(*plan, &dice);
    const size_t half = stream.events.size() / 2;
    for (uint32_t number = 0; number < kShardCount; ++number) {
      const auto frame = [&](size_t first, size_t last) {
        Frame made;
        made.sequence = first + 1;
        for (size_t i = first; i < last; ++i) {
          for (const MatchRecord& record : stream.events[i].records) {
            if (record.shard == number) made.records.push_back(record);
          }
          made.clocks.push_back(stream.events[i].clock);
        }
        return made;
      };
      const auto apply = [](Shard* shard, const Frame& of) {
        std::vector<uint32_t> mine(of.records.size());
        for (uint32_t i = 0; i < mine.size(); ++i) mine[i] = i;
        std::vector<Finding> findings;
        shard->Apply(of, mine, &findings);
      };
      Shard shard(number, plan, DetectInputs());
      apply(&shard, frame(0, half));
      if (shard.counters().matches == 0) continue;
      for (int i = 0; i < 20; ++i) {
        std::string state = shard.Save();
        state[dice.Roll(static_cast<uint32_t>(state.size()))] ^=
            static_cast<char>(1 << dice.Roll(8));
        StatusOr<Shard> damaged =
            Shard::Load(number, plan, DetectInputs(), state);
        if (!damaged.ok()) {
          ++refused;
          continue;
        }
        apply(&*damaged, frame(half, stream.events.size()));
      }
    }
  }
  CHECK(refused > 100);
}

}  // namespace
}  // namespace tocsin::testing
