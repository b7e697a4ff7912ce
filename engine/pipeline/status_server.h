// SPDX-License-Identifier: Apache-2.0
//
// StatusServer: /metrics, /healthz and /readyz over HTTP, for loopback. It
// answers from what the stages last reported and never waits for them.
//
// Threads: Start() and Stop() from one thread; the server has its own.
// Tested by: tests/engine/pipeline/status_server_test.cc
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/pipeline/metrics.h"

namespace tocsin {

// What /healthz or /readyz says: ok, and one line why not.
struct Health {
  bool ok = true;
  std::string why;
};

class StatusServer {
 public:
  StatusServer(const Metrics* metrics, std::function<Health()> healthy,
               std::function<Health()> ready);
  ~StatusServer();
  StatusServer(const StatusServer&) = delete;
  StatusServer& operator=(const StatusServer&) = delete;

  // Listens on "address:port"; port 0 takes a free one. InvalidArgument: not
  // of that form; Unavailable: the address is taken.
  Status Start(std::string_view listen);
  void Stop();
  int port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin
