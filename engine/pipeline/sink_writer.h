// SPDX-License-Identifier: Apache-2.0
//
// SinkWriter: one output of a node. A sink that does not take records for now
// is a problem that is said once, shown in /readyz and in a metric, and tried
// again; the caller keeps the record until then.
//
// Threads: one owner at a time.
// Tested by: tests/engine/pipeline/node_faults_test.cc
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/pipeline/node_state.h"
#include "engine/pipeline/ports.h"

namespace tocsin {

class SinkWriter {
 public:
  // Without a sink everything is taken and goes nowhere.
  SinkWriter(std::string_view name, std::unique_ptr<RecordSink> sink,
             NodeState* state);

  // Unavailable: not now, call again. Other errors end the daemon.
  Status Write(const OutRecord& record);
  // Makes everything written durable; does nothing where nothing was.
  Status Flush();
  // Written and not flushed?
  bool dirty() const { return dirty_; }
  bool open() const { return sink_ != nullptr; }

  std::string Mark() const;
  Status Rewind(std::string_view mark);

 private:
  Status Judge(const Status& status);

  const std::string name_;
  const std::unique_ptr<RecordSink> sink_;
  NodeState* const state_;
  bool dirty_ = false;
};

}  // namespace tocsin
