// SPDX-License-Identifier: Apache-2.0
#include "engine/match/convert.h"

#include <cmath>
#include <string>

#include "engine/base/fold.h"
#include "engine/plan/operators.h"

namespace tocsin {
namespace {

std::optional<Value> ToText(const Value& value, TextPool* pool) {
  if (value.is_text()) return value;
  if (value.is_null() || value.kind == Kind::kObject) return std::nullopt;
  std::string* text = pool->New();
  AppendCanonicalText(value, text);
  return Value::Text(*text);
}

// What is no address stays as it is.
std::optional<Value> ToIp(const Value& value, TextPool* pool) {
  const std::optional<Value> text = ToText(value, pool);
  if (!text) return std::nullopt;
  const std::optional<std::string> ip = CanonicalIp(text->text);
  if (!ip || *ip == text->text) return text;
  std::string* canonical = pool->New();
  *canonical = *ip;
  return Value::Text(*canonical);
}

std::optional<Value> ToBool(const Value& value) {
  if (value.kind == Kind::kBool) return value;
  if (!value.is_text()) return std::nullopt;
  if (EqualFolded(value.text, "true")) return Value::Bool(true);
  if (EqualFolded(value.text, "false")) return Value::Bool(false);
  return std::nullopt;
}

// Whole nanoseconds or bytes.
std::optional<Value> InUnits(const Value& value, int64_t unit) {
  const std::optional<Value> number = ToNumber(value);
  if (!number) return std::nullopt;
  if (number->kind == Kind::kInt) {
    int64_t product = 0;
    if (__builtin_mul_overflow(number->integer, unit, &product)) {
      return std::nullopt;
    }
    return Value::Int(product);
  }
  const double product =
      std::round(number->AsDouble() * static_cast<double>(unit));
  if (!(std::fabs(product) < 9.2e18)) return std::nullopt;
  return Value::Int(static_cast<int64_t>(product));
}

bool IsAlready(const Value& value, FieldKind kind) {
  switch (kind) {
    case FieldKind::kText:
      return value.is_text();
    case FieldKind::kNumber:
      return value.is_number();
    case FieldKind::kBool:
      return value.kind == Kind::kBool;
    case FieldKind::kGeo:
      return value.is_text() || value.kind == Kind::kObject;
    default:
      return false;
  }
}

}  // namespace

std::optional<TimeNs> TimeOfValue(const Value& value) {
  static const Operator& timestamp =
      Operators()[OperatorRow("timestamp", Shape::kFunction)];
  const std::optional<Value> time = timestamp.call({&value, 1}, nullptr);
  if (!time) return std::nullopt;
  return time->integer;
}

std::optional<Value> ConvertValue(const Value& value, const FieldType& type,
                                  TextPool* pool) {
  switch (type.kind) {
    case FieldKind::kAny:
      return value;
    case FieldKind::kText:
      return ToText(value, pool);
    case FieldKind::kNumber:
      return ToNumber(value);
    case FieldKind::kBool:
      return ToBool(value);
    case FieldKind::kIp:
      return ToIp(value, pool);
    case FieldKind::kDuration:
    case FieldKind::kSize:
      return InUnits(value, type.unit);
    case FieldKind::kTime:
      if (const auto time = TimeOfValue(value)) return Value::Int(*time);
      return std::nullopt;
    case FieldKind::kGeo:
      if (IsAlready(value, FieldKind::kGeo)) return value;
      return std::nullopt;
  }
  return std::nullopt;
}

Values Convert(const Values& values, const FieldType& type, Arena* arena,
               TextPool* pool) {
  if (type.kind == FieldKind::kAny || values.missing()) return values;
  bool as_it_is = true;
  for (const Value& value : values.values) {
    as_it_is = as_it_is && IsAlready(value, type.kind);
  }
  if (as_it_is) return values;
  Value* converted = arena->AllocateArray<Value>(values.values.size());
  size_t count = 0;
  for (const Value& value : values.values) {
    if (const auto made = ConvertValue(value, type, pool)) {
      converted[count++] = *made;
    }
  }
  return {{converted, count}, values.present};
}

}  // namespace tocsin
