// SPDX-License-Identifier: Apache-2.0
//
// tocsin bench: what a rule set costs per event on this machine.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/json_writer.h"
#include "engine/cmd/command.h"
#include "engine/cmd/inputs.h"
#include "engine/cmd/loaded_events.h"
#include "engine/cmd/options.h"
#include "engine/cmd/progress.h"
#include "engine/cmd/rule_files.h"
#include "engine/pipeline/memory_source.h"
#include "engine/pipeline/replay.h"

namespace tocsin {
namespace {

constexpr const char* kAbout =
    R"(Says what a rule set costs per event: the events are read into memory
first (inflating is reported apart), then run through the whole engine, several
times; the fastest run counts. Then each rule is timed alone over a sample.)";

constexpr const char* kExamples = R"(Examples:
  tocsin bench --rules rules/ --events day.ndjson.gz
  tocsin bench --rules rules/ --events day.ndjson.gz --threads 4 --json)";

constexpr DurationNs kRunFor = 2 * kSecond;    // repeat until so long
constexpr DurationNs kRankFor = 10 * kSecond;  // for the dearest rules
constexpr int kRankRuns = 5;
constexpr size_t kSample = 4096;  // events for them
constexpr size_t kDearest = 10;

struct RuleCost {
  std::string rule;
  double ns = 0;  // per event
};

struct Report {
  LoadedEvents events;
  int threads = 1;
  size_t rules = 0;
  double compile_seconds = 0;
  int runs = 0;
  double seconds = std::numeric_limits<double>::max();  // of the fastest
  ReplaySummary summary;
  std::vector<RuleCost> dearest;
  size_t ranked = 0;  // rules that were timed alone

  double PerSecond(uint64_t count) const {
    return static_cast<double>(count) / seconds;
  }
  double NsPerEvent() const {
    return seconds * 1e9 /
           static_cast<double>(std::max<uint64_t>(1, events.events));
  }
};

double Since(TimeNs start) {
  return static_cast<double>(SystemClock().Mono() - start) / kSecond;
}

Status RunOnce(const std::shared_ptr<const Plan>& plan, const Inputs& inputs,
               Report* report) {
  MemorySource source({InputId{0}, 0}, &report->events.chunks);
  ReplayOptions options;
  options.workers = report->threads;
  const TimeNs start = SystemClock().Mono();
  // Findings are made into JSON as a replay would, and dropped.
  ReplayOutput output;
  output.finding = [&](const Finding& finding) {
    (void)FindingJson(finding, *plan, inputs);
    return OkStatus();
  };
  Replay replay(plan, inputs, options, output);
  RETURN_IF_ERROR(replay.Read(&source));
  RETURN_IF_ERROR(replay.End());
  report->seconds = std::min(report->seconds, Since(start));
  report->summary = replay.Summary();
  ++report->runs;
  return OkStatus();
}

// Every n-th event, one batch.
Batch Sample(const LoadedEvents& events) {
  Batch sample;
  sample.number = 1;
  const size_t step = static_cast<size_t>(events.events) / kSample + 1;
  size_t at = 0;
  for (const Batch& chunk : events.chunks) {
    for (const RawMessage& message : chunk.messages) {
      if (at++ % step == 0) sample.Add(message, chunk.bytes(message));
    }
  }
  sample.Seal();
  return sample;
}

// Matching the sample with these rules alone: seconds of the processor, the
// least of some runs.
double TimeRules(const Plan& plan, std::vector<Rule> rules,
                 const Inputs& inputs, const Batch& sample) {
  auto only = std::make_shared<Plan>(plan);
  only->rules = std::move(rules);
  Matcher matcher(only, inputs);
  double best = std::numeric_limits<double>::max();
  for (int run = 0; run < kRankRuns; ++run) {
    BatchResult result;
    const double start = CpuSeconds();
    matcher.Run(sample, &result);
    best = std::min(best, CpuSeconds() - start);
  }
  return best;
}

void RankRules(const Plan& plan, const Inputs& inputs, Report* report) {
  const Batch sample = Sample(report->events);
  if (sample.messages.empty()) return;
  Progress progress("bench");
  const TimeNs start = SystemClock().Mono();
  const double base = TimeRules(plan, {}, inputs, sample);
  for (const Rule& rule : plan.rules) {
    if (SystemClock().Mono() - start > kRankFor) break;
    const double cost = TimeRules(plan, {rule}, inputs, sample) - base;
    report->dearest.push_back(
        {rule.name, std::max(0.0, cost) * 1e9 /
                        static_cast<double>(sample.messages.size())});
    progress.Show(++report->ranked, "rules");
  }
  std::stable_sort(
      report->dearest.begin(), report->dearest.end(),
      [](const RuleCost& a, const RuleCost& b) { return a.ns > b.ns; });
  if (report->dearest.size() > kDearest) report->dearest.resize(kDearest);
}

void PrintJson(const Report& report) {
  std::string out;
  JsonWriter json(&out);
  const auto number = [&](const char* name, double value) {
    json.Key(name);
    json.Double(value);
  };
  const auto count = [&](const char* name, uint64_t value) {
    json.Key(name);
    json.Uint(value);
  };
  json.BeginObject();
  count("events", report.events.events);
  count("bytes", report.events.bytes);
  count("rules", report.rules);
  count("threads", static_cast<uint64_t>(report.threads));
  number("inflate_seconds", report.events.seconds);
  number("compile_seconds", report.compile_seconds);
  number("seconds", report.seconds);
  number("events_per_second", report.PerSecond(report.events.events));
  number("bytes_per_second", report.PerSecond(report.events.bytes));
  number("ns_per_event", report.NsPerEvent());
  count("peak_rss_bytes", PeakMemory());
  count("findings", report.summary.findings);
  count("incidents", report.summary.incidents);
  count("dead_lettered", report.summary.dead_lettered);
  json.Key("dearest_rules");
  json.BeginArray();
  for (const RuleCost& cost : report.dearest) {
    json.BeginObject();
    json.TextField("rule", cost.rule);
    number("ns_per_event", cost.ns);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  std::cout << out << "\n";
}

double Megabytes(uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

void PrintText(const Report& report) {
  const auto line = [](const char* format, auto... values) {
    char text[256];
    std::snprintf(text, sizeof text, format, values...);
    std::cout << text << "\n";
  };
  line("events      %s, %.1f MB, read and inflated in %.2f s",
       Grouped(report.events.events).c_str(), Megabytes(report.events.bytes),
       report.events.seconds);
  line("rules       %zu, compiled in %.0f ms", report.rules,
       report.compile_seconds * 1e3);
  line(
      "throughput  %s events/s, %.0f MB/s, %.0f ns/event (%d thread%s, the "
      "fastest of %d runs)",
      Grouped(static_cast<uint64_t>(report.PerSecond(report.events.events)))
          .c_str(),
      report.PerSecond(report.events.bytes) / 1e6, report.NsPerEvent(),
      report.threads, report.threads == 1 ? "" : "s", report.runs);
  line("memory      %.0f MB at the peak, of which the events are %.0f MB",
       Megabytes(PeakMemory()), Megabytes(report.events.bytes));
  line("output      %s findings, %s incidents, %s dead letters",
       Grouped(report.summary.findings).c_str(),
       Grouped(report.summary.incidents).c_str(),
       Grouped(report.summary.dead_lettered).c_str());
  if (report.dearest.empty()) return;
  std::cout << "\ndearest rules, each alone, beyond reading the event";
  if (report.ranked < report.rules) {
    std::cout << " (" << report.ranked << " of " << report.rules << " timed)";
  }
  std::cout << ":\n";
  for (const RuleCost& cost : report.dearest) {
    line("  %8.0f ns/event  %s", cost.ns, cost.rule.c_str());
  }
}

Status MeasureAll(const std::string& events,
                  const std::shared_ptr<const Plan>& plan, Report* report) {
  ASSIGN_OR_RETURN(report->events, LoadEvents(events, plan->limits));
  ASSIGN_OR_RETURN(
      const OpenedInputs opened,
      OpenInputs(ConfigOfFiles({events}, Format::kNdjson, 10 * kSecond), true,
                 LogToStderr));
  const TimeNs start = SystemClock().Mono();
  do {
    RETURN_IF_ERROR(RunOnce(plan, opened.inputs, report));
  } while (SystemClock().Mono() - start < kRunFor);
  RankRules(*plan, opened.inputs, report);
  return OkStatus();
}

}  // namespace

int RunBench(const Arguments& arguments) {
  rules::CompileOptions options;
  std::string events;
  Report report;
  bool json = false;
  Options flags("bench", kAbout, kExamples);
  flags.Texts("--rules", &options.paths, "rule files and folders").Required();
  flags.Text("--events", &events, "events (plain, .gz, .zst; - is stdin)")
      .Required();
  flags.Number("--threads", &report.threads, 1, 256,
               "matching threads (default 1)");
  flags.Flag("--json", &json, "one JSON object on stdout");
  int exit_code = kExitOk;
  if (!flags.Parse(arguments, &exit_code)) return exit_code;
  rules::CompileResult compiled;
  const TimeNs start = SystemClock().Mono();
  exit_code = CompileRules(options, false, &compiled);
  if (exit_code != kExitOk) return exit_code;
  report.compile_seconds = Since(start);
  report.rules = compiled.plan->rules.size();
  const Status measured = MeasureAll(events, compiled.plan, &report);
  if (!measured.ok()) return CannotRun(measured);
  if (json) {
    PrintJson(report);
  } else {
    PrintText(report);
  }
  return kExitOk;
}

}  // namespace tocsin
