// SPDX-License-Identifier: Apache-2.0
//
// tocsin run: the daemon. Wires connectors, rules and the node together, waits
// for signals, and says on stderr what happens.
#include <atomic>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <pthread.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/disk.h"
#include "engine/cmd/command.h"
#include "engine/cmd/inputs.h"
#include "engine/cmd/options.h"
#include "engine/cmd/rule_files.h"
#include "engine/pipeline/boot.h"
#include "engine/pipeline/node.h"
#include "engine/pipeline/status_server.h"

namespace tocsin {
namespace {

constexpr const char* kAbout =
    R"(Runs the daemon: reads the configured inputs for ever, writes findings and
incidents. SIGTERM or SIGINT finish what was taken, then end it.)";

constexpr const char* kExamples = R"(A configuration:
  inputs:
    - {name: win, kafka: {brokers: "127.0.0.1:9092", topics: [events]}}
    - {name: auth, file: {path: /var/log/auth.log, follow: true}, format: text}
  rules: [rules/]
  state: /var/lib/tocsin
  outputs:
    findings:  {file: /var/lib/tocsin/findings.ndjson}
    incidents: {kafka: {brokers: "127.0.0.1:9092", topic: incidents}}
  status: {listen: "127.0.0.1:9464"}       # /metrics /healthz /readyz

Examples:
  tocsin run --config tocsin.yaml --check  say what is wrong, run nothing
  tocsin run --config tocsin.yaml)";

// Signals are taken by one thread that does nothing else.
class SignalThread {
 public:
  // Call before any other thread is started: they inherit the mask.
  static sigset_t Block() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) {
      sigaddset(&set, signal);
    }
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
  }

  SignalThread(sigset_t set, EngineNode* node)
      : set_(set), node_(node), thread_(&SignalThread::Loop, this) {}
  ~SignalThread() {
    done_ = true;
    thread_.join();
  }
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void Loop() {
    bool stopping = false;
    while (!done_) {
      const timespec wait{0, 100'000'000};
      const int signal = sigtimedwait(&set_, nullptr, &wait);
      if (signal == SIGHUP) {
        spdlog::warn("SIGHUP: restart to load changed rules");
      } else if (signal == SIGTERM || signal == SIGINT) {
        if (stopping) {
          spdlog::warn("second signal: ending at once; nothing is lost");
          std::_Exit(kExitCannotRun);
        }
        stopping = true;
        spdlog::info("stopping: what was taken is finished first");
        node_->Stop();
      }
    }
  }

  const sigset_t set_;
  EngineNode* const node_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

void StartLogging() {
  auto logger = spdlog::stderr_color_mt("tocsin");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v",
                      spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(std::move(logger));
}

void Log(int level, const std::string& text) {
  constexpr int kError = 3;  // syslog's
  constexpr int kWarning = 4;
  if (level <= kError) {
    spdlog::error("{}", text);
  } else if (level == kWarning) {
    spdlog::warn("{}", text);
  } else {
    spdlog::info("{}", text);
  }
}

StatusOr<std::unique_ptr<RecordSink>> OpenOutput(const OutputConfig& output) {
  if (output.connector == nullptr) return nullptr;
  connectors::OutputRequest request;
  request.settings = output.settings;
  request.log = Log;
  return output.connector->open_output(request);
}

StatusOr<NodeSinks> OpenSinks(const Config& config) {
  NodeSinks sinks;
  ASSIGN_OR_RETURN(sinks.findings, OpenOutput(config.findings));
  ASSIGN_OR_RETURN(sinks.incidents, OpenOutput(config.incidents));
  ASSIGN_OR_RETURN(sinks.dead_letters, OpenOutput(config.dead_letters));
  return sinks;
}

Status RunNode(const Config& config, std::shared_ptr<const Plan> plan,
               sigset_t signals) {
  const SystemClock clock;
  const std::unique_ptr<Disk> disk = NewPosixDisk();
  // Connectors keep journals there.
  RETURN_IF_ERROR(disk->MakeFolder(config.state));
  ASSIGN_OR_RETURN(OpenedInputs opened, OpenInputs(config, false, Log));
  ASSIGN_OR_RETURN(NodeSinks sinks, OpenSinks(config));
  NodeOptions options;
  options.plan = std::move(plan);
  options.inputs = opened.inputs;
  options.state = config.state;
  options.workers = Workers(config);
  options.clock = &clock;
  options.disk = disk.get();
  options.log = Log;
  EngineNode node(options, std::move(opened.source), std::move(sinks));
  StatusServer server(
      &node.metrics(), [&node] { return node.healthy(); },
      [&node] { return node.ready(); });
  if (config.listen) {
    RETURN_IF_ERROR(server.Start(*config.listen));
    spdlog::info("status on port {}", server.port());
  }
  RETURN_IF_ERROR(node.Start());
  const SignalThread signal_thread(signals, &node);
  const Status ended = node.Wait();
  server.Stop();
  return ended;
}

// kExitOk, or what to end with.
int Load(const std::string& path, Config* config, rules::CompileResult* rules) {
  StatusOr<Config> loaded = LoadConfig(path);
  if (!loaded.ok()) {
    std::cerr << Message(loaded.status()) << "\n";
    return absl::IsInvalidArgument(loaded.status()) ? kExitDiagnostics
                                                    : kExitCannotRun;
  }
  *config = std::move(*loaded);
  const int compiled = CompileRules(RuleOptions(*config), false, rules);
  if (compiled != kExitOk) return compiled;
  if (config->state.empty()) {
    std::cerr << path << ": error: `state` is needed: the folder of the log "
              << "and snapshots\n";
    return kExitDiagnostics;
  }
  return kExitOk;
}

void PrintChecked(const std::string& path, const Config& config,
                  const Plan& plan) {
  const auto output = [](const OutputConfig& target) {
    return target.connector == nullptr ? "nowhere" : target.connector->name;
  };
  std::cout << path << ": " << Plural(config.inputs.size(), "input") << ", "
            << Plural(plan.rules.size(), "rule") << "; findings to "
            << output(config.findings) << ", incidents to "
            << output(config.incidents) << ", dead letters to "
            << output(config.dead_letters) << ": no mistakes\n";
}

}  // namespace

int RunRun(const Arguments& arguments) {
  std::string path;
  bool check = false;
  bool reset = false;
  Options flags("run", kAbout, kExamples);
  flags.Text("--config", &path, "the configuration (YAML)").Required();
  flags.Flag("--check", &check, "say what is wrong with it, run nothing");
  flags.Flag("--reset-state", &reset,
             "give up positions, counts and open cases, then run");
  int exit_code = kExitOk;
  if (!flags.Parse(arguments, &exit_code)) return exit_code;
  Config config;
  rules::CompileResult rules;
  exit_code = Load(path, &config, &rules);
  if (exit_code != kExitOk) return exit_code;
  if (check) {
    PrintChecked(path, config, *rules.plan);
    return kExitOk;
  }
  const sigset_t signals = SignalThread::Block();
  StartLogging();
  if (reset) {
    const Status emptied = ResetState(NewPosixDisk().get(), config.state);
    if (!emptied.ok()) return CannotRun(emptied);
    spdlog::info("state {}: given up", config.state);
  }
  const Status ended = RunNode(config, rules.plan, signals);
  if (ended.ok()) return kExitOk;
  spdlog::error("{}", Message(ended));
  return kExitCannotRun;
}

}  // namespace tocsin
