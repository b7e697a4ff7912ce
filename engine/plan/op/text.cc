// SPDX-License-Identifier: Apache-2.0
//
// lower upper trim length substring concat: on the canonical text, counting
// in code points. lower and upper are simple mappings, one code point each.
#include <unicode/uchar.h>

#include <limits>

#include "engine/base/utf8.h"
#include "engine/plan/op/functions.h"

namespace tocsin {
namespace {

template <typename Map>
std::optional<Value> Mapped(const Value& value, TextPool* pool, Map map) {
  const std::optional<std::string_view> text = TextOf(value, pool);
  if (!text) return std::nullopt;
  std::string* out = pool->New();
  out->reserve(text->size());
  for (size_t offset = 0; offset < text->size();) {
    const Utf8Step step = NextUtf8(*text, offset);
    if (step.code < 0) {
      out->append(text->substr(offset, step.size));
    } else {
      AppendUtf8(map(step.code), out);
    }
    offset += step.size;
  }
  return Value::Text(*out);
}

bool IsBlank(int32_t code) { return code >= 0 && u_isUWhiteSpace(code); }

int64_t CountCodePoints(std::string_view text) {
  int64_t count = 0;
  for (size_t offset = 0; offset < text.size(); ++count) {
    offset += NextUtf8(text, offset).size;
  }
  return count;
}

// The offset of code point `index`, or the end.
size_t OffsetOf(std::string_view text, int64_t index) {
  size_t offset = 0;
  for (; index > 0 && offset < text.size(); --index) {
    offset += NextUtf8(text, offset).size;
  }
  return offset;
}

// A whole number, within the range of int64.
std::optional<int64_t> WholeOf(const Value& value) {
  const Value args[] = {value};
  const std::optional<Value> whole = ToInt(args, nullptr);
  if (!whole) return std::nullopt;
  if (whole->kind == Kind::kUint) return std::numeric_limits<int64_t>::max();
  return whole->integer;
}

}  // namespace

std::optional<std::string_view> TextOf(const Value& value, TextPool* pool) {
  if (value.is_text()) return value.text;
  if (value.is_null() || value.kind == Kind::kObject) return std::nullopt;
  std::string* text = pool->New();
  AppendCanonicalText(value, text);
  return *text;
}

std::optional<Value> Lower(CallArgs args, TextPool* pool) {
  return Mapped(args[0], pool, [](int32_t code) { return u_tolower(code); });
}

std::optional<Value> Upper(CallArgs args, TextPool* pool) {
  return Mapped(args[0], pool, [](int32_t code) { return u_toupper(code); });
}

std::optional<Value> Trim(CallArgs args, TextPool* pool) {
  const std::optional<std::string_view> text = TextOf(args[0], pool);
  if (!text) return std::nullopt;
  size_t begin = text->size();
  size_t end = 0;
  for (size_t offset = 0; offset < text->size();) {
    const Utf8Step step = NextUtf8(*text, offset);
    if (!IsBlank(step.code)) {
      begin = std::min(begin, offset);
      end = offset + step.size;
    }
    offset += step.size;
  }
  if (end == 0) return Value::Text("");
  return Value::Text(text->substr(begin, end - begin));
}

std::optional<Value> Length(CallArgs args, TextPool* pool) {
  const std::optional<std::string_view> text = TextOf(args[0], pool);
  if (!text) return std::nullopt;
  return Value::Int(CountCodePoints(*text));
}

// substring(text, start [, length]): start counts from 0, a negative one from
// the end; what lies outside is left out.
std::optional<Value> Substring(CallArgs args, TextPool* pool) {
  const std::optional<std::string_view> text = TextOf(args[0], pool);
  std::optional<int64_t> start = WholeOf(args[1]);
  if (!text || !start) return std::nullopt;
  if (*start < 0) {
    const int64_t size = CountCodePoints(*text);
    start = *start < -size ? 0 : size + *start;
  }
  const std::string_view rest = text->substr(OffsetOf(*text, *start));
  if (args.size() < 3) return Value::Text(rest);
  const std::optional<int64_t> length = WholeOf(args[2]);
  if (!length) return std::nullopt;
  return Value::Text(rest.substr(0, OffsetOf(rest, *length)));
}

std::optional<Value> Concat(CallArgs args, TextPool* pool) {
  std::string* out = pool->New();
  for (const Value& value : args) {
    if (value.is_null() || value.kind == Kind::kObject) return std::nullopt;
    AppendCanonicalText(value, out);
  }
  return Value::Text(*out);
}

}  // namespace tocsin
