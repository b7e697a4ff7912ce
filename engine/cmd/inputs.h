// SPDX-License-Identifier: Apache-2.0
//
// Inputs as configured: every topic of every input gets its InputId, in the
// order of the configuration, and all are read as one source. `run` and
// `replay` number and name them alike, so that ids of findings agree.
//
// Threads: main thread only. Tested by: tests/engine/cmd/replay_test.cc
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/registry.h"
#include "engine/cmd/config.h"
#include "engine/event/input.h"
#include "engine/pipeline/ports.h"

namespace tocsin {

struct OpenedInputs {
  Inputs inputs;
  std::unique_ptr<MessageSource> source;  // not started
};

// `bounded`: ends at what is the end now, keeps no journal. `log` gets what
// connectors have to say.
StatusOr<OpenedInputs> OpenInputs(const Config& config, bool bounded,
                                  const connectors::LogFunction& log);

// Event files (.gz, .zst and "-" too) as inputs named like the files.
Config ConfigOfFiles(const std::vector<std::string>& paths, Format format,
                     DurationNs disorder);

// Prints errors and warnings of connectors on stderr.
void LogToStderr(int level, const std::string& text);

}  // namespace tocsin
