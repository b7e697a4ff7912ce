// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/status_server.h"

#include <atomic>

#include <httplib.h>
#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

TEST_CASE("StatusServer: answers health, readiness and metrics") {
  Metrics metrics;
  metrics.Set("tocsin_ready", 1);
  std::atomic<bool> ready = false;
  StatusServer server(
      &metrics, [] { return Health{}; },
      [&] {
        return Health{ready, ready ? "" : "waiting for the broker"};
      });
  REQUIRE(server.Start("127.0.0.1:0").ok());
  httplib::Client client("127.0.0.1", server.port());
  CHECK(client.Get("/healthz")->status == 200);
  const auto not_ready = client.Get("/readyz");
  CHECK(not_ready->status == 503);
  CHECK(not_ready->body == "waiting for the broker\n");
  ready = true;
  CHECK(client.Get("/readyz")->status == 200);
  CHECK(client.Get("/metrics")->body.find("tocsin_ready 1\n") !=
        std::string::npos);
}

TEST_CASE("StatusServer: says what is wrong with an address") {
  Metrics metrics;
  StatusServer first(
      &metrics, [] { return Health{}; }, [] { return Health{}; });
  REQUIRE(first.Start("127.0.0.1:0").ok());
  StatusServer second(
      &metrics, [] { return Health{}; }, [] { return Health{}; });
  CHECK(absl::IsInvalidArgument(second.Start("9464")));
  CHECK(absl::IsInvalidArgument(second.Start("127.0.0.1:http")));
  CHECK(absl::IsUnavailable(second.Start(StrCat("127.0.0.1:", first.port()))));
}

}  // namespace
}  // namespace tocsin
