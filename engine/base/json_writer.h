// SPDX-License-Identifier: Apache-2.0
//
// JsonWriter: the one way JSON leaves the engine. Writes compact JSON with
// the keys in the order given, so equal input gives equal bytes. Texts are
// escaped; invalid UTF-8 becomes U+FFFD. Numbers are written so that they
// read back exactly (shortest form for doubles; NaN and infinities as null).
//
// Threads: one object per thread.
// Tested by: tests/engine/base/json_writer_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(out) {}

  void BeginObject();
  void EndObject();
  void BeginArray();
  void EndArray();
  void Key(std::string_view key);
  void Text(std::string_view value);
  void Int(int64_t value);
  void Uint(uint64_t value);
  void Double(double value);
  void Bool(bool value);
  void Null();
  void Raw(std::string_view json);  // already valid JSON

  // Key and value in one call.
  void TextField(std::string_view key, std::string_view value);
  void IntField(std::string_view key, int64_t value);

 private:
  void Separate();

  std::string* out_;
  std::vector<bool> has_items_;
  bool after_key_ = false;
};

// Appends `text` as a JSON string literal with its quotes.
void AppendJsonText(std::string_view text, std::string* out);

}  // namespace tocsin
