// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/pipeline/node_rig.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "rules/compile.h"

namespace tocsin::testing {
namespace {

class ScriptSource final : public MessageSource {
 public:
  explicit ScriptSource(Script* script)
      : script_(script),
        next_(script->partitions.size()),
        paused_(script->partitions.size()) {}

  Status Start(const std::vector<Resume>& resume) override {
    for (const Resume& position : resume) {
      next_[static_cast<size_t>(position.partition.number)] =
          static_cast<size_t>(position.next_offset);
    }
    return OkStatus();
  }
  Status Poll(DurationNs wait, size_t max_messages, size_t,
              Batch* batch) override {
    if (!script_->reachable) return Unavailable("the script is out of reach");
    const size_t before = batch->messages.size();
    for (size_t turn = 0; turn < next_.size(); ++turn) {
      const size_t p = (first_ + turn) % next_.size();
      const int most = p == 0 ? script_->burst_first : script_->burst;
      for (int burst = 0; burst < most; ++burst) {
        if (paused_[p] || next_[p] >= End(p) ||
            batch->messages.size() >= max_messages) {
          break;
        }
        RawMessage message;
        message.partition = {InputId{0}, static_cast<int32_t>(p)};
        message.offset = static_cast<int64_t>(next_[p]);
        batch->Add(message, script_->partitions[p][next_[p]++]);
        ++script_->delivered;
      }
    }
    ++first_;
    if (batch->messages.size() == before) {
      std::this_thread::sleep_for(std::chrono::nanoseconds(wait));
    }
    return OkStatus();
  }
  void Pause(Partition partition) override {
    paused_[static_cast<size_t>(partition.number)] = true;
  }
  void Unpause(Partition partition) override {
    paused_[static_cast<size_t>(partition.number)] = false;
  }
  std::vector<PartitionStatus> Partitions() const override {
    std::vector<PartitionStatus> all;
    for (size_t p = 0; p < next_.size(); ++p) {
      PartitionStatus status;
      status.partition = {InputId{0}, static_cast<int32_t>(p)};
      status.next_offset = static_cast<int64_t>(next_[p]);
      status.caught_up = next_[p] >= End(p);
      status.partitions = static_cast<int32_t>(next_.size());
      all.push_back(status);
    }
    return all;
  }
  std::vector<Hole> TakeHoles() override { return {}; }
  bool ready() const override { return script_->reachable; }
  std::string why() const override { return "the script is out of reach"; }
  bool finished() const override { return false; }
  void Commit(const std::vector<Resume>& durable) override {
    for (const Resume& position : durable) {
      // Never ahead of what was handed out.
      if (position.next_offset >
          static_cast<int64_t>(
              next_[static_cast<size_t>(position.partition.number)])) {
        std::abort();
      }
    }
  }

 private:
  size_t End(size_t p) const {
    return std::min(script_->partitions[p].size(), script_->at_most.load());
  }

  Script* const script_;
  std::vector<size_t> next_;
  std::vector<bool> paused_;
  size_t first_ = 0;
};

}  // namespace

class StoreSink final : public RecordSink {
 public:
  explicit StoreSink(SinkStore* store) : store_(store) {}

  Status Write(const OutRecord& record) override {
    if (store_->refuse_) return Unavailable("the output is out of reach");
    const std::lock_guard lock(store_->mutex_);
    store_->pending_.push_back(record.value);
    return OkStatus();
  }
  Status Flush() override {
    if (store_->refuse_) return ResourceExhausted("the output is full");
    const std::lock_guard lock(store_->mutex_);
    for (std::string& line : store_->pending_) {
      store_->durable_.push_back(std::move(line));
    }
    store_->pending_.clear();
    return OkStatus();
  }
  std::string Mark() const override {
    const std::lock_guard lock(store_->mutex_);
    return store_->rewinds_ ? std::to_string(store_->durable_.size()) : "";
  }
  Status Rewind(std::string_view mark) override {
    const std::lock_guard lock(store_->mutex_);
    store_->durable_.resize(std::stoul(std::string(mark)));
    return OkStatus();
  }

 private:
  SinkStore* const store_;
};

std::unique_ptr<RecordSink> SinkStore::Open() {
  return std::make_unique<StoreSink>(this);
}

std::vector<std::string> SinkStore::lines() const {
  const std::lock_guard lock(mutex_);
  return durable_;
}

void SinkStore::Crash(size_t kept) {
  const std::lock_guard lock(mutex_);
  kept = std::min(kept, pending_.size());
  for (size_t i = 0; i < kept; ++i) durable_.push_back(pending_[i]);
  pending_.clear();
}

NodeRig::NodeRig(std::shared_ptr<const Plan> plan, uint32_t seed) : disk(seed) {
  options.plan = std::move(plan);
  InputInfo input;
  input.name = "app";
  input.topic = "app";
  input.idle_after = kMaxTime;
  options.inputs = {input};
  options.state = "state";
  options.workers = 2;
  options.snapshot_interval = 30 * kMillisecond;
  options.clock_interval = 10 * kMillisecond;
  options.drain_timeout = 20 * kSecond;
  options.clock = &clock_;
  options.disk = &disk;
  options.log = [this](int, const std::string& text) {
    const std::lock_guard lock(log_mutex_);
    log_.push_back(text);
  };
}

void NodeRig::Make() {
  node_.reset();
  NodeSinks sinks;
  sinks.findings = findings.Open();
  sinks.incidents = incidents.Open();
  sinks.dead_letters = dead_letters.Open();
  node_ = std::make_unique<EngineNode>(
      options, std::make_unique<ScriptSource>(&script), std::move(sinks));
}

Status NodeRig::Start() {
  Make();
  return node_->Start();
}

bool NodeRig::Wait(const std::function<bool()>& condition) {
  // Long enough for a sanitizer on a busy machine; passing takes no longer.
  for (int i = 0; i < 120'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

double NodeRig::Sum(const char* name) const {
  double sum = 0;
  for (size_t p = 0; p < script.partitions.size(); ++p) {
    sum += Metric(
        name,
        {{"input", "app"}, {"topic", "app"}, {"partition", std::to_string(p)}});
  }
  return sum;
}

double NodeRig::Consumed() const { return Sum("tocsin_events_consumed_total"); }

double NodeRig::Metric(const char* name, const Labels& labels) const {
  return node_->metrics().Get(name, labels);
}

void NodeRig::Consume() {
  size_t all = 0;
  for (const auto& partition : script.partitions) all += partition.size();
  const bool consumed = Wait([&] {
    return Sum("tocsin_input_next_offset") >= static_cast<double>(all) ||
           !node_->healthy().ok;
  });
  INFO(node_->healthy().why << node_->ready().why);
  REQUIRE(consumed);
  REQUIRE(node_->healthy().ok);
}

Status NodeRig::StopAndWait() {
  node_->Stop();
  return node_->Wait();
}

void NodeRig::Crash(size_t kept_lines) {
  disk.StopAfter(0);
  node_.reset();
  findings.Crash(kept_lines);
  incidents.Crash(kept_lines);
  dead_letters.Crash(kept_lines);
  disk.Crash();
}

std::vector<std::string> NodeRig::log() const {
  const std::lock_guard lock(log_mutex_);
  return log_;
}

std::shared_ptr<const Plan> PlanOf(const std::string& rules) {
  rules::CompileOptions options;
  options.files = {{"app.rule", rules}};
  options.shipped_sources = false;
  const auto compiled = rules::Compile(options);
  REQUIRE(compiled.ok());
  INFO(rules::RenderDiagnostics(compiled->sources, compiled->diagnostics));
  REQUIRE(compiled->plan != nullptr);
  return compiled->plan;
}

std::shared_ptr<const Plan> SmallBatches(std::shared_ptr<const Plan> plan,
                                         int64_t events, int64_t slabs) {
  auto smaller = std::make_shared<Plan>(*plan);
  smaller->limits.slab_events = events;
  smaller->limits.slabs = slabs;
  return smaller;
}

const char kAppRules[] = R"(
source app { where kind == "app"  time ts }
rule boom {
  from app
  when action == "boom"
  incident { summary "boom by {user}"  group by user for 1h }
}
rule burst {
  level high
  from app
  failed = action == "fail"
  when count of failed >= 4 by user within 20s
  incident { summary "burst of {user}"  group by user for 1h }
}
rule chain {
  from app
  failed = action == "fail"
  worked = action == "work"
  when sequence by user within 1m {
    2+ of failed as f
    worked as w
  }
}
rule quiet {
  from app
  beat = action == "beat"
  when silence of beat by user for 40s
}
rule seldom {
  from app
  when action == "boom" at most 1 by user per 5m
}
)";

std::vector<std::vector<std::string>> AppEvents(uint32_t seed,
                                                size_t partitions,
                                                size_t each) {
  std::mt19937 random(seed);
  const char* actions[] = {"fail", "fail", "fail", "work", "beat",
                           "look", "look", "look", "look", "boom"};
  constexpr TimeNs kStart = 1'767'571'200 * kSecond;
  std::vector<std::vector<std::string>> all(partitions);
  for (size_t p = 0; p < partitions; ++p) {
    for (size_t i = 0; i < each; ++i) {
      const DurationNs disorder =
          static_cast<DurationNs>(random() % 8'000) * kMillisecond;
      // Unique times: ties over partitions are broken by coordinates anyhow.
      const TimeNs time = kStart + static_cast<TimeNs>(i) * kSecond - disorder +
                          static_cast<TimeNs>(p);
      all[p].push_back(StrCat(
          R"({"kind":"app","ts":")", FormatTime(time), R"(","user":"u)",
          random() % 12, R"(","action":")", actions[random() % 10], "\"}"));
    }
  }
  return all;
}

std::vector<std::string> Distinct(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  return lines;
}

std::string Member(const std::string& line, const std::string& name) {
  const std::string start = "\"" + name + "\":";
  size_t begin = line.find(start);
  if (begin == std::string::npos) return "";
  begin += start.size();
  return line.substr(begin, line.find_first_of(",}", begin) - begin);
}

std::map<std::string, std::string> LastRevisions(
    const std::vector<std::string>& lines) {
  std::map<std::string, std::string> last;
  for (const std::string& line : lines) {
    std::string& known = last[Member(line, "incident_id")];
    const auto revision = [](const std::string& text) {
      const std::string number = Member(text, "revision");
      return number.empty() ? 0 : std::stoul(number);
    };
    if (revision(line) >= revision(known)) known = line;
  }
  return last;
}

}  // namespace tocsin::testing
