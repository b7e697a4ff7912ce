// SPDX-License-Identifier: Apache-2.0
//
// tocsin_bench_replay [EVENTS [RULES...]]: the whole engine over real events,
// from inflated bytes in memory, beside a loop that only parses them, in the
// same run. Default: windows/events.ndjson.gz of TOCSIN_CORPUS, examples/.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "bench/parse_only.h"
#include "engine/base/clock.h"
#include "engine/cmd/loaded_events.h"
#include "engine/pipeline/memory_source.h"
#include "engine/pipeline/replay.h"
#include "rules/compile.h"

namespace {

using tocsin::Batch;
using tocsin::Status;
using tocsin::TimeNs;

constexpr int kRuns = 5;

double Seconds(TimeNs start) {
  return static_cast<double>(tocsin::SystemClock().Mono() - start) /
         tocsin::kSecond;
}

// The fastest of some runs.
double Fastest(const std::function<void()>& run) {
  double best = std::numeric_limits<double>::max();
  for (int i = 0; i < kRuns; ++i) {
    const TimeNs start = tocsin::SystemClock().Mono();
    run();
    best = std::min(best, Seconds(start));
  }
  return best;
}

void Print(const char* name, double seconds,
           const tocsin::LoadedEvents& events) {
  std::printf("%-24s %9.0f events/s  %7.0f ns/event  %6.0f MB/s\n", name,
              static_cast<double>(events.events) / seconds,
              seconds * 1e9 / static_cast<double>(events.events),
              static_cast<double>(events.bytes) / seconds / 1e6);
}

double ParseOnly(const tocsin::LoadedEvents& events) {
  tocsin::bench::ParseOnly parser;
  const double seconds = Fastest([&] {
    for (const Batch& chunk : events.chunks) {
      for (const auto& message : chunk.messages) {
        parser.Walk(chunk.bytes(message));
      }
    }
  });
  Print("simdjson, every field", seconds, events);
  std::printf("%24s %.1f fields an event, %llu not walked\n", "",
              static_cast<double>(parser.fields()) / kRuns /
                  static_cast<double>(events.events),
              static_cast<unsigned long long>(parser.failed() / kRuns));
  return seconds;
}

Status Replay(const tocsin::LoadedEvents& events,
              const std::shared_ptr<const tocsin::Plan>& plan, int workers,
              double parse_seconds) {
  tocsin::InputInfo input;
  input.name = input.topic = "events";
  const tocsin::Inputs inputs = {input};
  tocsin::ReplaySummary summary;
  Status status;
  uint64_t bytes = 0;
  const double seconds = Fastest([&] {
    tocsin::MemorySource source({tocsin::InputId{0}, 0}, &events.chunks);
    tocsin::ReplayOptions options;
    options.workers = workers;
    tocsin::ReplayOutput output;
    output.finding = [&](const tocsin::Finding& finding) {
      bytes += tocsin::FindingJson(finding, *plan, inputs).size();
      return tocsin::OkStatus();
    };
    output.incident = [&](const tocsin::Incident& incident) {
      bytes += tocsin::IncidentJson(incident, *plan, inputs).size();
      return tocsin::OkStatus();
    };
    tocsin::Replay replay(plan, inputs, options, output);
    if (status.ok()) status = replay.Read(&source);
    if (status.ok()) status = replay.End();
    summary = replay.Summary();
  });
  if (!status.ok()) return status;
  const std::string name =
      tocsin::StrCat("replay, ", workers, workers > 1 ? " workers" : " thread");
  Print(name.c_str(), seconds, events);
  const auto count = [](uint64_t n) {
    return static_cast<unsigned long long>(n);
  };
  std::printf(
      "%24s %.2f times the parse-only loop; %llu findings, %llu incidents\n"
      "%24s consumed %llu = evaluated %llu + dead-lettered %llu + filtered "
      "%llu\n",
      "", seconds / parse_seconds, count(summary.findings),
      count(summary.incidents), "", count(summary.consumed),
      count(summary.evaluated), count(summary.dead_lettered),
      count(summary.filtered));
  return tocsin::OkStatus();
}

Status Run(const std::string& path, const std::vector<std::string>& rules) {
  tocsin::rules::CompileOptions options;
  options.paths = rules;
  ASSIGN_OR_RETURN(const tocsin::rules::CompileResult compiled,
                   tocsin::rules::Compile(options));
  if (compiled.plan == nullptr) {
    return tocsin::InvalidArgument(tocsin::rules::RenderDiagnostics(
        compiled.sources, compiled.diagnostics));
  }
  ASSIGN_OR_RETURN(const tocsin::LoadedEvents events,
                   tocsin::LoadEvents(path, options.limits));
  const uint64_t before = tocsin::PeakMemory();
  std::printf("%llu events, %.1f MB; read and inflated apart: %.2f s\n",
              static_cast<unsigned long long>(events.events),
              static_cast<double>(events.bytes) / 1e6, events.seconds);
  std::printf("%zu rules; the fastest of %d runs each\n\n",
              compiled.plan->rules.size(), kRuns);
  const double parse = ParseOnly(events);
  for (const int workers : {1, 2}) {
    RETURN_IF_ERROR(Replay(events, compiled.plan, workers, parse));
  }
  const uint64_t peak = tocsin::PeakMemory();
  std::printf(
      "\npeak memory %.0f MB, of which %.0f MB before the first run "
      "(the events)\n",
      static_cast<double>(peak) / 1e6, static_cast<double>(before) / 1e6);
  return tocsin::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  std::string events;
  if (argc > 1) {
    events = argv[1];
  } else if (const char* corpus = std::getenv("TOCSIN_CORPUS")) {
    events = std::string(corpus) + "/windows/events.ndjson.gz";
  } else {
    std::cerr << "usage: tocsin_bench_replay [EVENTS [RULES...]], or set "
                 "TOCSIN_CORPUS\n";
    return 2;
  }
  std::vector<std::string> rules = {"examples"};
  if (argc > 2) rules.assign(argv + 2, argv + argc);
  const Status status = Run(events, rules);
  if (status.ok()) return 0;
  std::cerr << tocsin::Message(status) << "\n";
  return 3;
}
