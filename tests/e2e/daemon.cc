// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/daemon.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include "engine/base/clock.h"
#include "tests/paths.h"

namespace tocsin::testing {
namespace {

void Sleep(DurationNs time) {
  std::this_thread::sleep_for(std::chrono::nanoseconds(time));
}

std::string Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

bool Eventually(const std::function<bool()>& holds, DurationNs limit) {
  const SystemClock clock;
  const TimeNs end = clock.Mono() + limit;
  while (!holds()) {
    if (clock.Mono() > end) return false;
    Sleep(50 * kMillisecond);
  }
  return true;
}

Daemon::Daemon(std::string config, std::string log)
    : config_(std::move(config)), log_(std::move(log)) {}

Daemon::~Daemon() { Kill(); }

void Daemon::Start(bool reset) {
  REQUIRE(pid_ < 0);
  std::error_code none;
  const auto size = std::filesystem::file_size(log_, none);
  log_begin_ = none ? 0 : static_cast<size_t>(size);
  const std::string binary = TocsinBinary().string();
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ > 0) return;
  // It must not outlive a test that is ended.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out =
      ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execl(binary.c_str(), "tocsin", "run", "--config", config_.c_str(),
          reset ? "--reset-state" : nullptr, nullptr);
  ::_exit(127);
}

bool Daemon::running() { return pid_ >= 0 && WaitForEnd(0) == -1; }

void Daemon::Kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

int Daemon::Stop() {
  if (pid_ < 0) return -1;
  ::kill(pid_, SIGTERM);
  return WaitForEnd(60 * kSecond);
}

int Daemon::WaitForEnd(DurationNs limit) {
  int code = -1;
  Eventually(
      [&] {
        int status = 0;
        if (pid_ < 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return false;
        code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        pid_ = -1;
        return true;
      },
      limit);
  return code;
}

std::string Daemon::Log() const { return Contents(log_); }

int Daemon::Port() const {
  constexpr std::string_view kBefore = "status on port ";
  const std::string log = Log();
  const size_t at = log.find(kBefore, log_begin_);
  return at == std::string::npos ? 0
                                 : std::stoi(log.substr(at + kBefore.size()));
}

std::string Daemon::Get(std::string_view path) const {
  const int port = Port();
  if (port == 0) return "";
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  std::string answer;
  const std::string request =
      "GET " + std::string(path) + " HTTP/1.0\r\nConnection: close\r\n\r\n";
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) == 0 &&
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    std::array<char, 4096> bytes;
    for (ssize_t got = 0; (got = ::read(fd, bytes.data(), bytes.size())) > 0;) {
      answer.append(bytes.data(), static_cast<size_t>(got));
    }
  }
  ::close(fd);
  return answer;
}

double Daemon::Metric(std::string_view name) const {
  const std::string answer = Get("/metrics");
  if (answer.empty()) return -1;
  double sum = 0;
  std::istringstream lines(answer);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const char after = line[name.size()];
    if (after != ' ' && after != '{') continue;
    sum += std::stod(line.substr(line.rfind(' ')));
  }
  return sum;
}

}  // namespace tocsin::testing
