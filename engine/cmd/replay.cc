// SPDX-License-Identifier: Apache-2.0
//
// tocsin replay: rules over recorded events, or over everything that the
// inputs of a configuration hold now.
#include "engine/pipeline/replay.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/file_sink.h"
#include "engine/cmd/command.h"
#include "engine/cmd/inputs.h"
#include "engine/cmd/options.h"
#include "engine/cmd/progress.h"
#include "engine/cmd/rule_files.h"
#include "engine/pipeline/dead_letter.h"

namespace tocsin {
namespace {

constexpr const char* kAbout = R"(Runs rules over recorded events.

Findings and incidents come out as NDJSON, the same bytes for any number of
workers. Without --findings and --incidents, findings go to stdout. With
--config, every input is read from its start to its end as of now; the outputs
of the configuration are not touched.)";

constexpr const char* kExamples = R"(Examples:
  tocsin replay --rules rules/ --events day.ndjson.gz --incidents - | tocsin show
  zcat day.ndjson.gz | tocsin replay --rules ssh.rule --findings found.ndjson
  tocsin replay --config tocsin.yaml --findings - --until 2026-01-06)";

struct ReplayFlags {
  std::vector<std::string> rules;
  std::vector<std::string> events;
  std::string config;
  std::string findings;
  std::string incidents;
  std::string dead_letters;
  std::string until;
  std::string disorder = "10s";
  std::string format = "ndjson";
  std::string logsource = "match";
  int workers = 0;
};

void Declare(ReplayFlags* flags, Options* options) {
  options->Texts("--rules", &flags->rules, "rule files and folders");
  options->Texts("--events", &flags->events,
                 "events, one JSON object a line (plain, .gz, .zst); - is "
                 "stdin, the default");
  options
      ->Text("--config", &flags->config,
             "the daemon's configuration: its inputs, rules, constants and "
             "limits")
      .Excludes("--rules")
      .Excludes("--events");
  options->Text("--findings", &flags->findings, "file for findings; - stdout");
  options->Text("--incidents", &flags->incidents,
                "file for incidents, the last revision of each; - stdout");
  options->Text("--dead-letters", &flags->dead_letters,
                "file for what could not be read, with reason and position");
  options->Text("--until", &flags->until,
                "move event time on to T at the end (RFC 3339 or a date): "
                "timers due by then fire");
  options
      ->Text("--disorder", &flags->disorder,
             "how far events may be out of order: 0s, 10s (default), 5m")
      .Excludes("--config");
  options
      ->Choice("--format", &flags->format, {"ndjson", "text"},
               "ndjson (default) or text: one event a line, the text in "
               "`message`")
      .Excludes("--config");
  options->Number("--workers", &flags->workers, 1, 256,
                  "matching threads (default: cores - 1, at least 1)");
  options->Choice("--logsource", &flags->logsource, {"match", "ignore"},
                  "ignore: every Sigma rule sees every event");
}

// A sink and the function that writes to it; neither where nothing was asked.
struct Target {
  std::unique_ptr<RecordSink> sink;

  Status Open(const std::string& path) {
    if (path.empty()) return OkStatus();
    ASSIGN_OR_RETURN(
        sink, connectors::OpenFileSink(path, connectors::FileMode::kReplace));
    return OkStatus();
  }
  Status Write(std::string json) {
    return sink->Write({.key = "", .value = std::move(json), .headers = {}});
  }
  Status Flush() { return sink == nullptr ? OkStatus() : sink->Flush(); }
};

struct Job {
  Config config;
  std::optional<TimeNs> until;
  rules::CompileResult rules;
  Target findings;
  Target incidents;
  Target dead_letters;
};

// The configuration that the flags stand for; false: `*exit_code`.
bool Configure(const ReplayFlags& flags, Job* job, int* exit_code) {
  const auto wrong = [&](const std::string& message) {
    std::cerr << "tocsin replay: " << message << "\n";
    *exit_code = kExitUsage;
    return false;
  };
  if (!flags.until.empty()) {
    job->until = ParseInstant(flags.until);
    if (!job->until) {
      return wrong(StrCat("--until ", flags.until,
                          ": write 2026-01-06 or 2026-01-06T12:00:00Z"));
    }
  }
  if (!flags.config.empty()) {
    StatusOr<Config> config = LoadConfig(flags.config);
    if (!config.ok()) {
      std::cerr << Message(config.status()) << "\n";
      *exit_code = absl::IsInvalidArgument(config.status()) ? kExitDiagnostics
                                                            : kExitCannotRun;
      return false;
    }
    job->config = std::move(*config);
    return true;
  }
  if (flags.rules.empty()) return wrong("--rules or --config is needed");
  const std::optional<DurationNs> disorder = ParseDuration(flags.disorder);
  if (!disorder || *disorder < 0) {
    return wrong(StrCat("--disorder ", flags.disorder, ": write 0s or 10s"));
  }
  job->config = ConfigOfFiles(
      flags.events.empty() ? std::vector<std::string>{"-"} : flags.events,
      flags.format == "text" ? Format::kText : Format::kNdjson, *disorder);
  job->config.rules = flags.rules;
  return true;
}

Status OpenTargets(const ReplayFlags& flags, Job* job) {
  const bool nowhere = flags.findings.empty() && flags.incidents.empty();
  RETURN_IF_ERROR(job->findings.Open(nowhere ? "-" : flags.findings));
  RETURN_IF_ERROR(job->incidents.Open(flags.incidents));
  return job->dead_letters.Open(flags.dead_letters);
}

ReplayOutput OutputOf(Job* job, const Inputs& inputs) {
  const Plan* plan = job->rules.plan.get();
  ReplayOutput output;
  if (job->findings.sink != nullptr) {
    output.finding = [=, &inputs](const Finding& finding) {
      return job->findings.Write(FindingJson(finding, *plan, inputs));
    };
  }
  if (job->incidents.sink != nullptr) {
    output.incident = [=, &inputs](const Incident& incident) {
      return job->incidents.Write(IncidentJson(incident, *plan, inputs));
    };
  }
  if (job->dead_letters.sink != nullptr) {
    output.dead_letter = [=, &inputs](const DeadLetter& letter) {
      return job->dead_letters.Write(DeadLetterJson(letter, inputs));
    };
  }
  return output;
}

Status Execute(int workers, Job* job, ReplaySummary* summary) {
  ASSIGN_OR_RETURN(OpenedInputs opened,
                   OpenInputs(job->config, true, LogToStderr));
  Progress progress("replay");
  ReplayOptions options;
  options.workers = workers;
  options.progress = [&](const ReplaySummary& so_far) {
    progress.Show(so_far.messages, "events");
  };
  Replay replay(job->rules.plan, opened.inputs, options,
                OutputOf(job, opened.inputs));
  RETURN_IF_ERROR(replay.Read(opened.source.get()));
  if (job->until) RETURN_IF_ERROR(replay.Until(*job->until));
  RETURN_IF_ERROR(replay.End());
  RETURN_IF_ERROR(job->findings.Flush());
  RETURN_IF_ERROR(job->incidents.Flush());
  RETURN_IF_ERROR(job->dead_letters.Flush());
  *summary = replay.Summary();
  return OkStatus();
}

// What bit and what went missing, for people; then the line of the contract.
void PrintSummary(const ReplaySummary& summary) {
  const auto warn = [](uint64_t count, const char* what) {
    if (count > 0) std::cerr << "tocsin: " << Grouped(count) << what << "\n";
  };
  warn(summary.late, " events were too late for rules that look at several");
  warn(summary.missing, " offsets no longer exist in the inputs");
  warn(summary.shards.clamped,
       " matches came below the watermark: raise --disorder");
  warn(summary.shards.reorder_overflow,
       " matches left the reorder buffer early (limit reorder_records)");
  warn(summary.shards.evicted_keys, " keys were dropped (limit keys_per_rule)");
  warn(summary.shards.key_minute_cut,
       " matches were dropped (limit matches_per_key_minute)");
  std::cerr << "consumed " << summary.consumed << " = evaluated "
            << summary.evaluated << " + dead-lettered " << summary.dead_lettered
            << " + filtered " << summary.filtered << "\n";
}

}  // namespace

int RunReplay(const Arguments& arguments) {
  ReplayFlags flags;
  Options options("replay", kAbout, kExamples);
  Declare(&flags, &options);
  int exit_code = kExitOk;
  if (!options.Parse(arguments, &exit_code)) return exit_code;
  Job job;
  if (!Configure(flags, &job, &exit_code)) return exit_code;
  exit_code = CompileRules(RuleOptions(job.config), false, &job.rules);
  if (exit_code != kExitOk) return exit_code;
  if (const Status opened = OpenTargets(flags, &job); !opened.ok()) {
    return CannotRun(opened);
  }
  const int workers = flags.workers > 0 ? flags.workers : Workers(job.config);
  ReplaySummary summary;
  if (const Status done = Execute(workers, &job, &summary); !done.ok()) {
    return CannotRun(done);
  }
  PrintSummary(summary);
  return kExitOk;
}

}  // namespace tocsin
