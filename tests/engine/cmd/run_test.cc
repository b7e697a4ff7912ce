// SPDX-License-Identifier: Apache-2.0
//
// The daemon as a process: it reads files, stops on SIGTERM with 0, and after
// kill -9 and a restart its outputs are those of an undisturbed run.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/cmd/program.h"
#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::Lines;
using testing::ReadFile;
using testing::TempDir;
using testing::WriteFile;

constexpr std::chrono::seconds kPatience{60};

class Daemon {
 public:
  explicit Daemon(const std::string& folder) {
    const std::string program = testing::TocsinBinary().string();
    const std::string config = folder + "/tocsin.yaml";
    const std::string log = folder + "/log";
    process_ = ::fork();
    if (process_ != 0) return;
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(file, STDERR_FILENO);
    ::execl(program.c_str(), "tocsin", "run", "--config", config.c_str(),
            nullptr);
    ::_exit(127);
  }
  ~Daemon() { End(SIGKILL); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // The exit code; -1: it was ended by the signal.
  int End(int signal) {
    if (process_ <= 0) return -1;
    ::kill(process_, signal);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = 0;
};

std::string Event(int number) {
  const std::string minute = std::to_string(10 + number);
  return R"({"time":"2026-01-05T00:)" + minute + R"(:00Z","user":"root","n":)" +
         std::to_string(number) + "}\n";
}

void Setup(const std::string& folder) {
  WriteFile(folder + "/t.rule", "rule root_seen { when user == \"root\" }\n");
  WriteFile(folder + "/tocsin.yaml",
            "inputs:\n"
            "  - {name: in, file: {path: in.ndjson, follow: true}}\n"
            "rules: [t.rule]\n"
            "state: state\n"
            "outputs:\n"
            "  findings: {file: findings.ndjson}\n");
}

void Append(const std::string& folder, const std::string& text) {
  std::ofstream(folder + "/in.ndjson", std::ios::app) << text;
}

size_t Findings(const std::string& folder) {
  const std::string path = folder + "/findings.ndjson";
  return std::filesystem::exists(path) ? Lines(ReadFile(path)).size() : 0;
}

bool WaitFor(const std::string& folder, size_t findings) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    if (Findings(folder) >= findings) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

TEST_CASE("the daemon goes on where it was killed, without a repetition") {
  const TempDir temporary("run");
  const std::string folder = temporary.path().string();
  Setup(folder);
  for (int turn = 0; turn < 3; ++turn) {
    Append(folder, Event(2 * turn));
    Daemon daemon(folder);
    INFO("turn " << turn);
    REQUIRE(WaitFor(folder, static_cast<size_t>(2 * turn + 1)));
    Append(folder, Event(2 * turn + 1));
    REQUIRE(WaitFor(folder, static_cast<size_t>(2 * turn + 2)));
    // Once gently, else not.
    if (turn == 1) {
      CHECK(daemon.End(SIGTERM) == 0);
    } else {
      daemon.End(SIGKILL);
    }
  }
  {
    Daemon daemon(folder);
    Append(folder, Event(6));
    REQUIRE(WaitFor(folder, 7));
    CHECK(daemon.End(SIGINT) == 0);
  }
  const testing::ProgramResult replay =
      testing::RunProgram({"replay", "--config", folder + "/tocsin.yaml"});
  CHECK(replay.exit_code == 0);
  CHECK(replay.out == ReadFile(folder + "/findings.ndjson"));
}

TEST_CASE("two daemons cannot share a state folder") {
  const TempDir temporary("run");
  const std::string folder = temporary.path().string();
  Setup(folder);
  Append(folder, Event(0));
  Daemon first(folder);
  REQUIRE(WaitFor(folder, 1));
  const testing::ProgramResult second =
      testing::RunProgram({"run", "--config", folder + "/tocsin.yaml"});
  CHECK(second.exit_code == 3);
  CHECK(second.err.find("another process") != std::string::npos);
  CHECK(first.End(SIGTERM) == 0);
}

}  // namespace
}  // namespace tocsin
