// SPDX-License-Identifier: Apache-2.0
//
// cpp-httplib behind the small interface; its exceptions stay here.
#include "engine/pipeline/status_server.h"

#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include <httplib.h>

namespace tocsin {

struct StatusServer::Impl {
  const Metrics* metrics;
  std::function<Health()> healthy;
  std::function<Health()> ready;
  httplib::Server server;
  std::thread thread;
  int port = 0;
};

namespace {

void Answer(const Health& health, httplib::Response* response) {
  response->status = health.ok ? 200 : 503;
  response->set_content(health.ok ? "ok\n" : health.why + "\n", "text/plain");
}

}  // namespace

StatusServer::StatusServer(const Metrics* metrics,
                           std::function<Health()> healthy,
                           std::function<Health()> ready)
    : impl_(std::make_unique<Impl>()) {
  impl_->metrics = metrics;
  impl_->healthy = std::move(healthy);
  impl_->ready = std::move(ready);
  // Two threads suffice for one scraper and one probe.
  impl_->server.new_task_queue = [] { return new httplib::ThreadPool(2); };
  // Not SO_REUSEPORT, its default: a second daemon must notice the first.
  impl_->server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  Impl* impl = impl_.get();
  impl->server.Get("/metrics", [impl](const auto&, auto& response) {
    response.set_content(impl->metrics->Render(),
                         "text/plain; version=0.0.4; charset=utf-8");
  });
  impl->server.Get("/healthz", [impl](const auto&, auto& response) {
    Answer(impl->healthy(), &response);
  });
  impl->server.Get("/readyz", [impl](const auto&, auto& response) {
    Answer(impl->ready(), &response);
  });
}

StatusServer::~StatusServer() { Stop(); }

Status StatusServer::Start(std::string_view listen) {
  const size_t colon = listen.rfind(':');
  int port = -1;
  if (colon != std::string_view::npos) {
    const char* end = listen.data() + listen.size();
    const auto parsed = std::from_chars(listen.data() + colon + 1, end, port);
    if (parsed.ptr != end) port = -1;
  }
  if (port < 0 || port > 65535) {
    return InvalidArgument(StrCat("status.listen: '", listen,
                                  "' is not ADDRESS:PORT, such as "
                                  "\"127.0.0.1:9464\""));
  }
  const std::string host(listen.substr(0, colon));
  if (port == 0) {
    impl_->port = impl_->server.bind_to_any_port(host);
  } else {
    impl_->port = impl_->server.bind_to_port(host, port) ? port : -1;
  }
  if (impl_->port <= 0) {
    return Unavailable(StrCat("status.listen: cannot listen on ", listen,
                              "; is another process using it?"));
  }
  impl_->thread =
      std::thread([impl = impl_.get()] { impl->server.listen_after_bind(); });
  // A stop() before the server runs would be lost, and Stop() would hang.
  for (int wait = 0; wait < 5'000 && !impl_->server.is_running(); ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return OkStatus();
}

void StatusServer::Stop() {
  if (!impl_->thread.joinable()) return;
  impl_->server.stop();
  impl_->thread.join();
}

int StatusServer::port() const { return impl_->port; }

}  // namespace tocsin
