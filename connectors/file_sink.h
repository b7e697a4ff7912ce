// SPDX-License-Identifier: Apache-2.0
//
// FileSink: one JSON object per line, appended to a file ("-" is stdout). Its
// mark is the file's identity and length after the last Flush(), so that a
// restart cuts off what is going to be written again. A write that does not
// fit the disk keeps nothing.
//
// Threads: one owner. Tested by: tests/connectors/file_sink_test.cc
#pragma once

#include <memory>
#include <string>

#include "engine/pipeline/ports.h"

namespace tocsin::connectors {

enum class FileMode { kAppend, kReplace };

StatusOr<std::unique_ptr<RecordSink>> OpenFileSink(const std::string& path,
                                                   FileMode mode);

}  // namespace tocsin::connectors
