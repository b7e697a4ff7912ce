// SPDX-License-Identifier: Apache-2.0
//
// Daemon: a `tocsin run` of this build in a process of its own.
//
// Threads: one owner. Tested by: every test that runs a daemon
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace tocsin::testing {

class Daemon {
 public:
  // Its messages are appended to `log`.
  Daemon(std::string config, std::string log);
  ~Daemon();  // kills it
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // `reset`: with --reset-state.
  void Start(bool reset = false);
  bool running();
  void Kill();  // SIGKILL
  // SIGTERM; its exit code, or -1 after a minute.
  int Stop();
  // Its exit code once it ended by itself; -1: it did not within the time.
  int WaitForEnd(DurationNs limit);

  // What the process has logged, all lives together.
  std::string Log() const;
  // The answer of the status server: status line and body. "" while nobody
  // answers.
  std::string Get(std::string_view path) const;
  // The sum of a metric over its labels; -1 while nobody answers.
  double Metric(std::string_view name) const;

 private:
  int Port() const;

  std::string config_;
  std::string log_;
  pid_t pid_ = -1;
  size_t log_begin_ = 0;  // of this life
};

// Asks again and again; false when it did not hold in time.
bool Eventually(const std::function<bool()>& holds,
                DurationNs limit = 60 * kSecond);

}  // namespace tocsin::testing
