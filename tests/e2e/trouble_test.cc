// SPDX-License-Identifier: Apache-2.0
//
// The daemon when the world around it fails: no broker, a full disk, a damaged
// log, an end in the middle of work. It says what is wrong, loses nothing and
// goes on by itself where it can.
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include "engine/base/status.h"
#include "tests/broker/kafka_cluster.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/records.h"
#include "tests/engine/cmd/program.h"
#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin::testing {
namespace {

namespace fs = std::filesystem;

// A daemon that follows a file of events; every tenth is an alarm.
class FileDaemon {
 public:
  explicit FileDaemon(const std::string& state = "")
      : folder_("trouble"), base_(folder_.path().string()) {
    state_ = state.empty() ? base_ + "/state" : state;
    WriteFile(base_ + "/a.rule",
              "rule alarm { when kind == \"alarm\" "
              "incident { summary \"{n}\" group by host for 1h } }\n");
    WriteFile(base_ + "/events.ndjson", "");
    WriteFile(base_ + "/tocsin.yaml",
              StrCat("inputs:\n  - {name: e, file: {path: events.ndjson, "
                     "follow: true}, disorder: 0s}\nrules: [a.rule]\nstate: ",
                     state_, "\noutputs:\n  findings: {file: ", base_,
                     "/findings}\n  incidents: {file: ", base_,
                     "/incidents}\nstatus: {listen: \"127.0.0.1:0\"}\n"));
    daemon_ = std::make_unique<Daemon>(base_ + "/tocsin.yaml", base_ + "/log");
  }

  Daemon* operator->() { return daemon_.get(); }
  const std::string& state() const { return state_; }

  void Append(int events) {
    std::ofstream out(base_ + "/events.ndjson", std::ios::app);
    for (int i = 0; i < events; ++i, ++written_) {
      const TimeNs time = 1'767'600'000 * kSecond + written_ * kSecond;
      out << "{\"time\":\"" << FormatTime(time) << "\",\"n\":" << written_
          << ",\"host\":\"h" << written_ % 7 << "\",\"kind\":\""
          << (written_ % 10 == 0 ? "alarm" : "other") << "\"}\n";
    }
  }
  bool AllConsumed() const {
    return daemon_->Metric("tocsin_events_consumed_total") ==
           static_cast<double>(written_);
  }
  bool UntilConsumed() {
    return Eventually([&] { return AllConsumed(); });
  }
  // Every alarm is a finding, exactly once.
  void CheckFindings() {
    const std::vector<std::string> lines = Lines(ReadFile(base_ + "/findings"));
    size_t repeats = 0;
    CHECK(FindingsById(lines, kMaxTime, &repeats).size() ==
          static_cast<size_t>((written_ + 9) / 10));
    CHECK(repeats == 0);
  }

 private:
  TempDir folder_;
  std::string base_;
  std::string state_;
  std::unique_ptr<Daemon> daemon_;
  int64_t written_ = 0;
};

// The newest file of a folder below the state.
fs::path LastFile(const fs::path& folder) {
  fs::path last;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path() > last) last = entry.path();
  }
  REQUIRE(!last.empty());
  return last;
}

void FlipByte(const fs::path& path, int64_t from_end) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-from_end, std::ios::end);
  const auto at = file.tellg();
  const char flipped = static_cast<char>(file.get() ^ 0x20);
  file.seekp(at);
  file.put(flipped);
  REQUIRE(file.good());
}

TEST_CASE("Daemon: SIGTERM finishes what was taken and ends with 0") {
  FileDaemon daemon;
  daemon.Append(5000);
  daemon->Start();
  REQUIRE(Eventually(
      [&] { return daemon->Metric("tocsin_events_consumed_total") > 0; }));
  daemon.Append(5000);
  CHECK(daemon->Stop() == 0);
  CHECK(daemon->Log().find("stopping") != std::string::npos);
  daemon->Start();
  INFO(daemon->Log());
  REQUIRE(daemon.UntilConsumed());
  CHECK(daemon->Get("/healthz").find(" 200 ") != std::string::npos);
  CHECK(daemon->Stop() == 0);
  daemon.CheckFindings();
}

TEST_CASE("Daemon: two of them cannot share a state folder") {
  FileDaemon daemon;
  daemon.Append(10);
  daemon->Start();
  REQUIRE(daemon.UntilConsumed());
  const std::string config =
      fs::path(daemon.state()).parent_path().string() + "/tocsin.yaml";
  const ProgramResult second = RunProgram({"run", "--config", config});
  CHECK(second.exit_code == 3);
  CHECK(second.err.find(daemon.state()) != std::string::npos);
  CHECK(daemon->running());
}

TEST_CASE("Daemon: a torn end of the log is cut off and read again") {
  FileDaemon daemon;
  daemon.Append(2000);
  daemon->Start();
  REQUIRE(daemon.UntilConsumed());
  daemon->Kill();
  const fs::path segment = LastFile(daemon.state() + "/log");
  fs::resize_file(segment, fs::file_size(segment) - 3);
  daemon.Append(100);
  daemon->Start();
  INFO(daemon->Log());
  REQUIRE(daemon.UntilConsumed());
  CHECK(daemon->Stop() == 0);
  daemon.CheckFindings();
}

TEST_CASE("Daemon: a bit that turned over in the log is never passed over") {
  FileDaemon daemon;
  daemon.Append(2000);
  daemon->Start();
  REQUIRE(daemon.UntilConsumed());
  // Later frames say that the ones before them were durable; without such a
  // word a bad frame is a torn end.
  const double frames = daemon->Metric("tocsin_log_sequence");
  REQUIRE(Eventually(
      [&] { return daemon->Metric("tocsin_log_sequence") > frames + 2; }));
  daemon->Kill();
  const fs::path segment = LastFile(daemon.state() + "/log");
  FlipByte(segment, static_cast<int64_t>(fs::file_size(segment) / 2));
  daemon->Start();
  const int code = daemon->WaitForEnd(20 * kSecond);
  INFO(daemon->Log());
  CHECK(code == 3);
  CHECK(daemon->Log().find(segment.string()) != std::string::npos);
  CHECK(daemon->Log().find("--reset-state") != std::string::npos);
  // What it offers works: everything is read anew.
  daemon->Start(/*reset=*/true);
  CHECK(daemon.UntilConsumed());
  CHECK(daemon->Stop() == 0);
}

TEST_CASE("Daemon: where all snapshots are damaged it says so and refuses") {
  FileDaemon daemon;
  daemon.Append(2000);
  daemon->Start();
  REQUIRE(daemon.UntilConsumed());
  REQUIRE(daemon->Stop() == 0);  // writes snapshots
  for (const auto& entry :
       fs::recursive_directory_iterator(daemon.state() + "/snapshots")) {
    if (entry.is_regular_file()) FlipByte(entry.path(), 10);
  }
  daemon.Append(100);
  daemon->Start();
  const bool decided =
      Eventually([&] { return !daemon->running() || daemon.AllConsumed(); });
  INFO(daemon->Log());
  REQUIRE(decided);
  if (daemon->running()) {  // the log still held everything
    CHECK(daemon->Stop() == 0);
    daemon.CheckFindings();
  } else {
    CHECK(daemon->Log().find("damaged") != std::string::npos);
    CHECK(daemon->Log().find("--reset-state") != std::string::npos);
  }
}

TEST_CASE("Daemon: a damaged snapshot makes way for the one before it") {
  FileDaemon daemon;
  for (int life = 0; life < 2; ++life) {
    daemon.Append(2000);
    daemon->Start();
    REQUIRE(daemon.UntilConsumed());
    REQUIRE(daemon->Stop() == 0);  // writes snapshots
  }
  // NNN-SEQUENCE.snapshot: of each shard the newest.
  std::map<std::string, fs::path> newest;
  size_t files = 0;
  for (const auto& entry :
       fs::directory_iterator(daemon.state() + "/snapshots")) {
    fs::path& path = newest[entry.path().filename().string().substr(0, 3)];
    path = std::max(path, entry.path());
    ++files;
  }
  REQUIRE(files > newest.size());
  for (const auto& [shard, path] : newest) FlipByte(path, 10);
  daemon.Append(100);
  daemon->Start();
  const bool consumed = daemon.UntilConsumed();
  INFO(daemon->Log());
  REQUIRE(consumed);
  CHECK(daemon->Stop() == 0);
  daemon.CheckFindings();
}

// A small file system of its own, full at will.
class SmallDisk {
 public:
  SmallDisk() : folder_("disk") {
    mounted_ = ::geteuid() == 0 &&
               ::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=4m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }
  std::string path() const { return folder_.path().string(); }
  bool mounted() const { return mounted_; }
  void Fill() {
    std::ofstream out(path() + "/filler", std::ios::binary);
    const std::string block(4096, 'x');
    while (out.write(block.data(), 4096).flush().good()) {
    }
  }
  void Free() { fs::remove(path() + "/filler"); }

 private:
  TempDir folder_;
  bool mounted_ = false;
};

TEST_CASE("Daemon: a full disk stops input, is told, loses nothing, passes") {
  SmallDisk disk;
  if (!disk.mounted()) SKIP("no permission to mount a tmpfs");
  FileDaemon daemon(disk.path() + "/state");
  daemon.Append(500);
  daemon->Start();
  REQUIRE(daemon.UntilConsumed());
  disk.Fill();
  daemon.Append(20'000);
  REQUIRE(Eventually(
      [&] { return daemon->Metric("tocsin_state_disk_full") == 1; }));
  CHECK(daemon->Get("/readyz").find(" 503 ") != std::string::npos);
  CHECK(daemon->Get("/healthz").find(" 200 ") != std::string::npos);
  CHECK(daemon->Log().find("No space left") != std::string::npos);
  disk.Free();
  INFO(daemon->Log());
  REQUIRE(daemon.UntilConsumed());
  CHECK(daemon->Metric("tocsin_state_disk_full") == 0);
  CHECK(daemon->Stop() == 0);
  daemon.CheckFindings();
}

TEST_CASE("Daemon: without its broker it is not ready, then goes on by itself",
          "[kafka]") {
  if (!KafkaAddress()) SKIP("no broker: TOCSIN_KAFKA unset");
  KafkaCluster cluster(*KafkaAddress());
  TcpDoor door(cluster.address());
  const std::string topic = cluster.NewTopic("late-broker", 2);
  for (int i = 0; i < 100; ++i) {
    cluster.Produce(topic, i % 2, "{\"kind\":\"alarm\",\"host\":\"h\"}");
  }
  cluster.Flush();
  const TempDir folder("broker");
  const std::string base = folder.path().string();
  WriteFile(base + "/a.rule", "rule alarm { when kind == \"alarm\" }\n");
  WriteFile(
      base + "/tocsin.yaml",
      StrCat("inputs:\n  - {name: k, kafka: {brokers: \"", door.address(),
             "\", topics: [", topic, "], group: ", cluster.FreeName("group"),
             "}}\nrules: [a.rule]\nstate: state\noutputs:\n  findings: "
             "{file: findings}\nstatus: {listen: \"127.0.0.1:0\"}\n"));
  Daemon daemon(base + "/tocsin.yaml", base + "/log");
  daemon.Start();
  REQUIRE(Eventually([&] {
    return daemon.Log().find("Connection refused") != std::string::npos;
  }));
  std::string ready;
  REQUIRE(Eventually([&] {
    ready = daemon.Get("/readyz");
    return ready.find(" 503 ") != std::string::npos &&
           ready.find(door.address()) != std::string::npos;
  }));
  CHECK(Count(daemon.Log(), "Connection refused") == 1);
  door.Open();
  INFO(daemon.Log());
  REQUIRE(Eventually(
      [&] { return daemon.Metric("tocsin_events_consumed_total") == 100; }));
  CHECK(Eventually([&] {
    return daemon.Get("/readyz").find(" 200 ") != std::string::npos;
  }));
  CHECK(daemon.Stop() == 0);
}

}  // namespace
}  // namespace tocsin::testing
