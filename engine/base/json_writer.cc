// SPDX-License-Identifier: Apache-2.0
#include "engine/base/json_writer.h"

#include <charconv>
#include <cmath>

#include "engine/base/utf8.h"

namespace tocsin {
namespace {

template <typename Number>
void AppendNumber(Number value, std::string* out) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value);
  out->append(digits, end.ptr);
}

void AppendEscape(unsigned char byte, std::string* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (byte) {
    case '"':
      *out += "\\\"";
      return;
    case '\\':
      *out += "\\\\";
      return;
    case '\n':
      *out += "\\n";
      return;
    case '\r':
      *out += "\\r";
      return;
    case '\t':
      *out += "\\t";
      return;
    default:
      *out += "\\u00";
      *out += kDigits[byte >> 4];
      *out += kDigits[byte & 15];
  }
}

}  // namespace

void AppendJsonText(std::string_view text, std::string* out) {
  *out += '"';
  size_t plain = 0;  // start of what can be copied as it is
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80 && byte >= 0x20 && byte != '"' && byte != '\\') {
      ++i;
      continue;
    }
    if (byte >= 0x80) {
      const Utf8Step step = NextUtf8(text, i);
      if (step.code >= 0) {
        i += step.size;
        continue;
      }
      out->append(text.substr(plain, i - plain));
      out->append(kReplacement);
      i += step.size;
    } else {
      out->append(text.substr(plain, i - plain));
      AppendEscape(byte, out);
      ++i;
    }
    plain = i;
  }
  out->append(text.substr(plain));
  *out += '"';
}

void JsonWriter::Separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_items_.empty()) return;
  if (has_items_.back()) *out_ += ',';
  has_items_.back() = true;
}

void JsonWriter::BeginObject() {
  Separate();
  *out_ += '{';
  has_items_.push_back(false);
}

void JsonWriter::EndObject() {
  *out_ += '}';
  has_items_.pop_back();
}

void JsonWriter::BeginArray() {
  Separate();
  *out_ += '[';
  has_items_.push_back(false);
}

void JsonWriter::EndArray() {
  *out_ += ']';
  has_items_.pop_back();
}

void JsonWriter::Key(std::string_view key) {
  Separate();
  AppendJsonText(key, out_);
  *out_ += ':';
  after_key_ = true;
}

void JsonWriter::Text(std::string_view value) {
  Separate();
  AppendJsonText(value, out_);
}

void JsonWriter::Int(int64_t value) {
  Separate();
  AppendNumber(value, out_);
}

void JsonWriter::Uint(uint64_t value) {
  Separate();
  AppendNumber(value, out_);
}

void JsonWriter::Double(double value) {
  if (!std::isfinite(value)) return Null();
  Separate();
  AppendNumber(value, out_);
}

void JsonWriter::Bool(bool value) {
  Separate();
  *out_ += value ? "true" : "false";
}

void JsonWriter::Null() {
  Separate();
  *out_ += "null";
}

void JsonWriter::Raw(std::string_view json) {
  Separate();
  out_->append(json);
}

void JsonWriter::TextField(std::string_view key, std::string_view value) {
  Key(key);
  Text(value);
}

void JsonWriter::IntField(std::string_view key, int64_t value) {
  Key(key);
  Int(value);
}

}  // namespace tocsin
