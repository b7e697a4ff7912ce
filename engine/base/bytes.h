// SPDX-License-Identifier: Apache-2.0
//
// Bytes: the one binary encoding of log records and snapshots. Integers are
// little-endian, or LEB128 varints (signed ones zigzag); texts are a varint
// length and the bytes. A reader never reads past its end: once it fails,
// every further read gives zero or empty and ok() stays false.
//
// Threads: one object per thread.
// Tested by: tests/engine/base/bytes_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/hash.h"

namespace tocsin {

class ByteWriter {
 public:
  explicit ByteWriter(std::string* out) : out_(out) {}

  void U8(uint8_t value);
  void U32(uint32_t value);  // four bytes
  void U64(uint64_t value);  // eight bytes
  void F64(double value);    // eight bytes, IEEE 754
  void Varint(uint64_t value);
  void Zigzag(int64_t value);
  void Text(std::string_view value);
  void Hash(Hash128 value);
  void Bool(bool value) { U8(value ? 1 : 0); }
  size_t size() const { return out_->size(); }

 private:
  std::string* out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  uint8_t U8();
  uint32_t U32();
  uint64_t U64();
  double F64();
  uint64_t Varint();
  int64_t Zigzag();
  std::string_view Text();  // borrows from the bytes read
  Hash128 Hash();
  bool Bool() { return U8() != 0; }
  // A count of things of at least `bytes_each` bytes that follow; fails
  // instead of returning more than the rest could hold.
  size_t Count(size_t bytes_each = 1);

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  void Fail();

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace tocsin
