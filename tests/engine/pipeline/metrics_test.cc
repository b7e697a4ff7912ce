// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/metrics.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

TEST_CASE("Metrics: rendering is sorted, typed and escaped") {
  Metrics metrics;
  metrics.Set("tocsin_ready", 1);
  metrics.Add("tocsin_events_consumed_total", 2, {{"input", "b"}});
  metrics.Add("tocsin_events_consumed_total", 3, {{"input", "a\"\\\n"}});
  metrics.Add("tocsin_events_consumed_total", 4, {{"input", "b"}});
  CHECK(metrics.Render() ==
        "# HELP tocsin_events_consumed_total Events taken, = evaluated + "
        "dead-lettered + filtered.\n"
        "# TYPE tocsin_events_consumed_total counter\n"
        "tocsin_events_consumed_total{input=\"a\\\"\\\\\\n\"} 3\n"
        "tocsin_events_consumed_total{input=\"b\"} 6\n"
        "# HELP tocsin_ready 1 when /readyz answers 200.\n"
        "# TYPE tocsin_ready gauge\n"
        "tocsin_ready 1\n");
}

TEST_CASE("Metrics: a series that was never touched is zero") {
  Metrics metrics;
  CHECK(metrics.Get("tocsin_ready") == 0);
  metrics.Set("tocsin_ready", 1);
  CHECK(metrics.Get("tocsin_ready") == 1);
  CHECK(metrics.Get("tocsin_ready", {{"a", "b"}}) == 0);
}

}  // namespace
}  // namespace tocsin
