// SPDX-License-Identifier: Apache-2.0
//
// kill -9 at random moments, over a real broker: what the daemon wrote, all
// its lives together, is what one undisturbed replay of the same topic writes.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <random>
#include <set>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "engine/base/status.h"
#include "tests/broker/kafka_cluster.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/made_up_logs.h"
#include "tests/e2e/records.h"
#include "tests/engine/cmd/program.h"
#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin::testing {
namespace {

constexpr size_t kEvents = 200'000;
constexpr size_t kPartitions = 4;
constexpr int kSlicesOfLife = 5;
constexpr int kBurst = 10;  // slices
constexpr DurationNs kDisorder = 10 * kSecond;

struct Topics {
  std::string events, findings, incidents, dead_letters;
};

std::string Config(const KafkaCluster& cluster, const Topics& topics,
                   const std::string& group, const std::string& state) {
  const std::string kafka =
      StrCat("{brokers: \"", cluster.address(), "\", topic: ");
  return StrCat(
      "inputs:\n  - {name: logs, kafka: {brokers: \"", cluster.address(),
      "\", topics: [", topics.events, "], group: ", group,
      "}, disorder: 10s, lateness: 1h, idle_after: never}\nrules: [",
      (SourceDir() / "tests/e2e/kill.rule").string(), "]\nstate: ", state,
      "\nworkers: 2\noutputs:\n  findings: {kafka: ", kafka, topics.findings,
      "}}\n  incidents: {kafka: ", kafka, topics.incidents,
      "}}\n  dead_letters: {kafka: ", kafka, topics.dead_letters,
      "}}\nstatus: {listen: \"127.0.0.1:0\"}\n");
}

std::vector<std::string> Values(KafkaCluster* cluster,
                                const std::string& topic) {
  std::vector<std::string> values;
  for (KafkaRecord& record : cluster->Read(topic, 1)) {
    values.push_back(std::move(record.value));
  }
  return values;
}

// Produces the messages of every partition by slices.
class Producer {
 public:
  Producer(KafkaCluster* cluster, std::string topic, const MadeUpLogs& logs,
           int slices)
      : cluster_(cluster),
        topic_(std::move(topic)),
        logs_(logs),
        slices_(static_cast<size_t>(slices)),
        next_(logs.partitions.size()) {}

  void Slice(size_t count) {
    for (size_t n = 0; n < next_.size(); ++n) {
      const size_t size = logs_.partitions[n].size();
      Produce(n, std::min(size, next_[n] + count * size / slices_));
    }
    cluster_->Flush();
  }
  void Rest() {
    for (size_t n = 0; n < next_.size(); ++n) {
      Produce(n, logs_.partitions[n].size());
    }
    cluster_->Flush();
  }
  // Messages so far; at most the number of events in them.
  size_t produced() const {
    return std::accumulate(next_.begin(), next_.end(), size_t{0});
  }

 private:
  void Produce(size_t partition, size_t end) {
    for (size_t& i = next_[partition]; i < end; ++i) {
      cluster_->Produce(topic_, static_cast<int32_t>(partition),
                        logs_.partitions[partition][i]);
    }
  }

  KafkaCluster* cluster_;
  std::string topic_;
  const MadeUpLogs& logs_;
  size_t slices_;
  std::vector<size_t> next_;
};

struct Killed {
  int running = 0;  // kills that met a running daemon
  int began = 0;    // of them, after it had taken something in this life
  int behind = 0;   // of them, before it had taken everything
};

// Every life is fed while it runs, and at its end more than it can take at
// once.
Killed KillAgainAndAgain(Daemon* daemon, Producer* producer, int kills,
                         std::mt19937* random) {
  Killed killed;
  double before = 0;
  for (int i = 0; i < kills; ++i) {
    daemon->Start();
    // Some lives end before they have joined the group, some long after.
    const std::chrono::milliseconds life((*random)() % 4000);
    for (int slice = 0; slice < kSlicesOfLife; ++slice) {
      std::this_thread::sleep_for(life / kSlicesOfLife);
      producer->Slice(1);
    }
    producer->Slice(kBurst);
    std::this_thread::sleep_for(std::chrono::milliseconds((*random)() % 100));
    const double consumed = daemon->Metric("tocsin_events_consumed_total");
    killed.running += daemon->running();
    killed.began += consumed > before;
    killed.behind += consumed < static_cast<double>(producer->produced());
    before = std::max(before, consumed);
    daemon->Kill();
  }
  return killed;
}

TEST_CASE("Daemon: killed at random moments, nothing is lost, nothing twice",
          "[kafka][kill]") {
  if (!KafkaAddress()) SKIP("no broker: TOCSIN_KAFKA unset");
  KafkaCluster cluster(*KafkaAddress());
  const TempDir folder("kill");
  const std::string base = folder.path().string();
  const int kills = std::getenv("TOCSIN_LONG") != nullptr ? 25 : 10;
  const uint32_t seed = 20260105;
  const MadeUpLogs logs = MakeUpLogs(seed, kEvents, kPartitions);
  const Topics topics{cluster.NewTopic("kill", kPartitions),
                      cluster.NewTopic("kill-findings", 1),
                      cluster.NewTopic("kill-incidents", 1),
                      cluster.NewTopic("kill-dead", 1)};
  const std::string config = base + "/tocsin.yaml";
  WriteFile(config, Config(cluster, topics, cluster.FreeName("group"),
                           base + "/state"));

  Daemon daemon(config, base + "/log");
  Producer producer(&cluster, topics.events, logs,
                    (kSlicesOfLife + kBurst) * kills + 1);
  std::mt19937 random(seed);
  const Killed killed = KillAgainAndAgain(&daemon, &producer, kills, &random);
  daemon.Start();
  producer.Rest();
  const auto consumed = static_cast<double>(logs.consumed);
  const bool done = Eventually(
      [&] {
        return daemon.Metric("tocsin_events_consumed_total") >= consumed &&
               daemon.Metric("tocsin_matches_waiting") == 0;
      },
      180 * kSecond);
  INFO(daemon.Log());
  REQUIRE(done);

  // The ledger, over all lives.
  const double evaluated = daemon.Metric("tocsin_events_evaluated_total");
  CHECK(daemon.Metric("tocsin_events_consumed_total") == consumed);
  CHECK(daemon.Metric("tocsin_events_dead_lettered_total") ==
        static_cast<double>(logs.dead_lettered));
  CHECK(daemon.Metric("tocsin_events_filtered_total") ==
        static_cast<double>(logs.filtered));
  CHECK(consumed == evaluated + static_cast<double>(logs.dead_lettered) +
                        static_cast<double>(logs.filtered));
  CHECK(daemon.Metric("tocsin_clamped_total") == 0);
  CHECK(daemon.Stop() == 0);

  const ProgramResult replay =
      RunProgram({"replay", "--config", config, "--findings", base + "/f",
                  "--incidents", base + "/i"});
  INFO(replay.err);
  REQUIRE(replay.exit_code == 0);
  CHECK(replay.err.find(StrCat("consumed ", logs.consumed)) !=
        std::string::npos);

  const TimeNs until = logs.end - kDisorder;
  size_t repeats = 0;
  size_t none = 0;
  const auto wanted = FindingsById(Lines(ReadFile(base + "/f")), until, &none);
  const auto got =
      FindingsById(Values(&cluster, topics.findings), until, &repeats);
  CHECK(Differences(wanted, got) == "");
  CHECK(none == 0);

  const auto cases = LastRevisions(Lines(ReadFile(base + "/i")));
  const std::vector<std::string> written = Values(&cluster, topics.incidents);
  CHECK(Differences(cases, LastRevisions(written)) == "");

  // Every rule must have something to say, or the test proves little.
  std::set<std::string> rules;
  for (const auto& [id, line] : wanted) rules.insert(FieldOf(line, "rule"));
  std::string names;
  for (const std::string& rule : rules) names += rule + " ";
  INFO(names);
  CHECK(rules.size() == 12);
  CHECK(killed.running == kills);
  CHECK(killed.began >= kills / 3);

  std::set<std::string> letters;
  for (const std::string& letter : Values(&cluster, topics.dead_letters)) {
    letters.insert(FieldOf(letter, "partition") + "/" +
                   FieldOf(letter, "offset"));
  }
  CHECK(letters.size() == logs.dead_lettered);

  std::cout << "kill -9: " << kills << " kills, " << killed.began
            << " after the daemon had taken events, " << killed.behind
            << " before it had taken all; " << logs.consumed << " events in "
            << kPartitions << " partitions = " << evaluated << " evaluated + "
            << logs.dead_lettered << " dead-lettered + " << logs.filtered
            << " filtered; " << wanted.size() << " findings of " << rules.size()
            << " rules (" << repeats << " repeated), " << cases.size()
            << " incidents (" << written.size()
            << " revisions written): equal to replay\n";
}

}  // namespace
}  // namespace tocsin::testing
