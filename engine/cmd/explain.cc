// SPDX-License-Identifier: Apache-2.0
//
// tocsin explain: why a rule fired on single events, or did not.
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "engine/cmd/command.h"
#include "engine/cmd/explanation.h"
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
    R"(Shows for events one by one which tests of a rule held, which did not, and
the values that were seen. Of many events, those that satisfy a test are shown
first, then those that came nearest.)";

constexpr const char* kExamples = R"(Examples:
  tocsin explain --rules rules/ --rule webshell_w3wp --events day.ndjson.gz
  echo '{"service":"sshd","user":"root"}' | tocsin explain --rules ssh.rule --rule root_login)";

struct ExplainFlags {
  std::vector<std::string> rules;
  std::string rule;
  std::string events = "-";
  std::string format = "ndjson";
  int limit = 5;
};

struct Shown {
  double nearness = 0;
  std::string text;
};

struct Findings {
  std::vector<Shown> best;  // nearest first, at most `limit`
  uint64_t events = 0;
  uint64_t unreadable = 0;
  std::vector<uint64_t> held;         // by event test
  std::vector<uint64_t> missing_key;  // of those
};

RuleId FindRule(const Plan& plan, const std::string& name) {
  for (uint32_t i = 0; i < plan.rules.size(); ++i) {
    if (plan.rules[i].name == name || plan.rules[i].sigma_id == name) {
      return RuleId{i};
    }
  }
  return {};
}

// Keeps the description of an event if it is among the nearest.
void Consider(double nearness, size_t limit, const std::string& place,
              Explainer* explainer, std::vector<Shown>* best) {
  if (best->size() == limit &&
      (limit == 0 || best->back().nearness >= nearness)) {
    return;
  }
  const auto at = std::upper_bound(
      best->begin(), best->end(), nearness,
      [](double n, const Shown& shown) { return n > shown.nearness; });
  std::string when =
      explainer->time() == kMinTime ? "no time" : FormatTime(explainer->time());
  best->insert(
      at, {nearness, StrCat(place, "  ", when, "\n", explainer->Describe())});
  if (best->size() > limit) best->pop_back();
}

void LookAt(const Rule& rule, const ExplainFlags& flags,
            const std::string& place, Explainer* explainer,
            Findings* findings) {
  ++findings->events;
  double nearness = explainer->Nearness();
  for (size_t i = 0; i < rule.tests.size(); ++i) {
    if (!explainer->Holds(i)) continue;
    ++findings->held[i];
    if (!explainer->HasKey(i)) ++findings->missing_key[i];
    nearness = 2;  // before all that only come near
  }
  Consider(nearness, static_cast<size_t>(flags.limit), place, explainer,
           &findings->best);
}

Status Explain(const std::shared_ptr<const Plan>& plan, RuleId id,
               const ExplainFlags& flags, const InputInfo& input,
               const LoadedEvents& events, Findings* findings) {
  const Rule& rule = plan->rule(id);
  findings->held.resize(rule.tests.size());
  findings->missing_key.resize(rule.tests.size());
  ASSIGN_OR_RETURN(const std::unique_ptr<Explainer> explainer,
                   Explainer::Make(plan, id, input, IsTerminal(STDOUT_FILENO)));
  Decoder decoder(&plan->paths, plan->limits);
  EventView event(&plan->paths, plan->limits);
  Progress progress("explain");
  for (const Batch& chunk : events.chunks) {
    for (const RawMessage& message : chunk.messages) {
      const std::string place = StrCat(
          flags.events == "-" ? "stdin" : input.name, ":", message.offset + 1);
      decoder.Start(chunk.bytes(message), input.format);
      for (;;) {
        const DecodeOutcome outcome = decoder.Next(&event);
        if (outcome == DecodeOutcome::kEnd) break;
        if (outcome == DecodeOutcome::kDeadLetter) ++findings->unreadable;
        if (outcome != DecodeOutcome::kEvent) continue;
        explainer->Begin(&event, message);
        LookAt(rule, flags, place, explainer.get(), findings);
      }
      progress.Show(findings->events, "events");
    }
  }
  return OkStatus();
}

// How often the rule really fires on these events.
StatusOr<uint64_t> CountFindings(const std::shared_ptr<const Plan>& plan,
                                 RuleId rule, const Inputs& inputs,
                                 const LoadedEvents& events) {
  uint64_t count = 0;
  ReplayOutput output;
  output.finding = [&](const Finding& finding) {
    if (finding.rule == rule) ++count;
    return OkStatus();
  };
  MemorySource source({InputId{0}, 0}, &events.chunks);
  Replay replay(plan, inputs, {}, output);
  RETURN_IF_ERROR(replay.Read(&source));
  RETURN_IF_ERROR(replay.End());
  return count;
}

void Print(const Rule& rule, const Findings& findings, uint64_t fired) {
  for (const Shown& shown : findings.best) std::cout << shown.text << "\n";
  std::cout << rule.name << ": " << Plural(findings.events, "event") << ", "
            << Plural(fired, "finding") << "\n";
  for (size_t i = 0; i < rule.tests.size(); ++i) {
    const std::string& name = rule.tests[i].name;
    std::cout << "  " << (name.empty() ? "its test" : name) << " held for "
              << Grouped(findings.held[i]);
    if (findings.missing_key[i] > 0) {
      std::cout << ", of which " << Grouped(findings.missing_key[i])
                << " lack a field of the key";
    }
    std::cout << "\n";
  }
  if (findings.unreadable > 0) {
    std::cout << "  " << Grouped(findings.unreadable)
              << " could not be read (dead letters)\n";
  }
}

Status Run(const ExplainFlags& flags, const std::shared_ptr<const Plan>& plan,
           RuleId rule) {
  ASSIGN_OR_RETURN(const LoadedEvents events,
                   LoadEvents(flags.events, plan->limits));
  const Format format =
      flags.format == "text" ? Format::kText : Format::kNdjson;
  ASSIGN_OR_RETURN(
      const OpenedInputs opened,
      OpenInputs(ConfigOfFiles({flags.events}, format, 10 * kSecond), true,
                 LogToStderr));
  Findings findings;
  RETURN_IF_ERROR(
      Explain(plan, rule, flags, opened.inputs[0], events, &findings));
  ASSIGN_OR_RETURN(const uint64_t fired,
                   CountFindings(plan, rule, opened.inputs, events));
  Print(plan->rule(rule), findings, fired);
  return OkStatus();
}

}  // namespace

int RunExplain(const Arguments& arguments) {
  ExplainFlags flags;
  Options named("explain", kAbout, kExamples);
  named.Texts("--rules", &flags.rules, "rule files and folders").Required();
  named.Text("--rule", &flags.rule, "name of the rule").Required();
  named.Text("--events", &flags.events,
             "events (plain, .gz, .zst); - is stdin, the default");
  named.Choice("--format", &flags.format, {"ndjson", "text"},
               "ndjson (default) or text");
  named.Number("--limit", &flags.limit, 0, 1'000'000,
               "events shown (default 5)");
  int exit_code = kExitOk;
  if (!named.Parse(arguments, &exit_code)) return exit_code;
  rules::CompileOptions options;
  options.paths = flags.rules;
  rules::CompileResult compiled;
  exit_code = CompileRules(options, false, &compiled);
  if (exit_code != kExitOk) return exit_code;
  const RuleId rule = FindRule(*compiled.plan, flags.rule);
  if (!rule.valid()) {
    std::vector<std::string> names;
    for (const Rule& known : compiled.plan->rules) names.push_back(known.name);
    std::cerr << "tocsin explain: there is no rule '" << flags.rule << "' "
              << rules::DidYouMean(flags.rule, names) << "\n";
    return kExitUsage;
  }
  const Status run = Run(flags, compiled.plan, rule);
  return run.ok() ? kExitOk : CannotRun(run);
}

}  // namespace tocsin
