// SPDX-License-Identifier: Apache-2.0
//
// kill -9 at random moments, over a real broker: what the daemon wrote, all
// its lives together, is what one undisturbed replay of the same topic writes.
#include <chrono>
#include <cstdlib>
#include <iostream>
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

// Produces the messages of every partition in slices, one for each life.
class Producer {
 public:
  Producer(KafkaCluster* cluster, std::string topic, const MadeUpLogs& logs,
           int slices)
      : cluster_(cluster),
        topic_(std::move(topic)),
        logs_(logs),
        slices_(slices),
        next_(logs.partitions.size()) {}

  void Slice() {
    for (size_t n = 0; n < next_.size(); ++n) {
      const auto& messages = logs_.partitions[n];
      const size_t end =
          std::min(messages.size(),
                   next_[n] + messages.size() / static_cast<size_t>(slices_));
      Produce(n, end);
    }
    cluster_->Flush();
  }
  void Rest() {
    for (size_t n = 0; n < next_.size(); ++n) {
      Produce(n, logs_.partitions[n].size());
    }
    cluster_->Flush();
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
  int slices_;
  std::vector<size_t> next_;
};

struct Killed {
  int running = 0;    // kills that met a running daemon
  int consuming = 0;  // of them, while events were coming in
};

Killed KillAgainAndAgain(Daemon* daemon, Producer* producer, int kills,
                         std::mt19937* random) {
  Killed killed;
  for (int i = 0; i < kills; ++i) {
    daemon->Start();
    if (i % 2 == 0) producer->Slice();
    // Some lives end before they have joined, some long after.
    const std::chrono::milliseconds life(50 + (*random)() % 4000);
    std::this_thread::sleep_for(life / 2);
    if (i % 2 == 1) producer->Slice();
    std::this_thread::sleep_for(life / 2);
    const double consumed = daemon->Metric("tocsin_events_consumed_total");
    killed.consuming += consumed > 0;
    killed.running += daemon->running();
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
  Producer producer(&cluster, topics.events, logs, kills + 1);
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
  CHECK(killed.consuming >= kills / 3);

  std::set<std::string> letters;
  for (const std::string& letter : Values(&cluster, topics.dead_letters)) {
    letters.insert(FieldOf(letter, "partition") + "/" +
                   FieldOf(letter, "offset"));
  }
  CHECK(letters.size() == logs.dead_lettered);

  std::cout << "kill -9: " << kills << " kills (" << killed.running
            << " running, " << killed.consuming << " while consuming), "
            << logs.consumed << " events in " << kPartitions
            << " partitions = " << evaluated << " evaluated + "
            << logs.dead_lettered << " dead-lettered + " << logs.filtered
            << " filtered; " << wanted.size() << " findings of " << rules.size()
            << " rules (" << repeats << " repeated), " << cases.size()
            << " incidents (" << written.size()
            << " revisions written): equal to replay\n";
}

}  // namespace
}  // namespace tocsin::testing
