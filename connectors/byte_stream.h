// SPDX-License-Identifier: Apache-2.0
//
// ByteStream: the bytes of a file, decompressed where its name says so: .gz
// (zlib, several members too), .zst (several frames too), "-" is stdin.
//
// Threads: one owner. Tested by: tests/connectors/byte_stream_test.cc
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/base/status.h"

namespace tocsin::connectors {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Reads at least one byte; 0 = nothing more for now. DataLoss: damaged
  // compression, with the file's name.
  virtual StatusOr<size_t> Read(std::span<char> into) = 0;
  // The descriptor of a plain file, for following; -1 otherwise.
  virtual int descriptor() const { return -1; }
};

// NotFound or Unavailable with the system's reason when it cannot be opened.
StatusOr<std::unique_ptr<ByteStream>> OpenByteStream(const std::string& path);

}  // namespace tocsin::connectors
