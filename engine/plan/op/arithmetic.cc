// SPDX-License-Identifier: Apache-2.0
//
// + - * / and int. Integers stay exact while the result fits 64 bits, else
// the result is a double. A result that is no finite number is missing.
#include <cmath>

#include "engine/plan/op/functions.h"

namespace tocsin {
namespace {

std::optional<Value> Finite(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  return Value::Double(number);
}

__extension__ using Wide = __int128;

std::optional<Wide> Integer(const Value& number) {
  if (number.kind == Kind::kInt) return Wide{number.integer};
  if (number.kind == Kind::kUint) return Wide{number.unsigned_integer};
  return std::nullopt;
}

// Nothing where the result does not fit a Value exactly.
std::optional<Value> Narrow(Wide number) {
  if (number < 0) {
    if (number < Wide{INT64_MIN}) return std::nullopt;
    return Value::Int(static_cast<int64_t>(number));
  }
  if (number > Wide{UINT64_MAX}) return std::nullopt;
  return Value::Uint(static_cast<uint64_t>(number));
}

// `exact` works on integers that were 64 bits wide, `rounded` on the rest.
template <typename Exact, typename Rounded>
std::optional<Value> Calculate(CallArgs args, Exact exact, Rounded rounded) {
  const std::optional<Value> left = ToNumber(args[0]);
  const std::optional<Value> right = ToNumber(args[1]);
  if (!left || !right) return std::nullopt;
  const std::optional<Wide> a = Integer(*left);
  const std::optional<Wide> b = Integer(*right);
  if (a && b) {
    Wide whole = 0;
    if (exact(*a, *b, &whole)) {
      if (const std::optional<Value> fits = Narrow(whole)) return fits;
    }
  }
  return Finite(rounded(left->AsDouble(), right->AsDouble()));
}

}  // namespace

std::optional<Value> Add(CallArgs args, TextPool*) {
  return Calculate(
      args,
      [](Wide a, Wide b, Wide* out) {
        *out = a + b;
        return true;
      },
      [](double a, double b) { return a + b; });
}

std::optional<Value> Subtract(CallArgs args, TextPool*) {
  return Calculate(
      args,
      [](Wide a, Wide b, Wide* out) {
        *out = a - b;
        return true;
      },
      [](double a, double b) { return a - b; });
}

std::optional<Value> Multiply(CallArgs args, TextPool*) {
  return Calculate(
      args,
      [](Wide a, Wide b, Wide* out) {
        return !__builtin_mul_overflow(a, b, out);
      },
      [](double a, double b) { return a * b; });
}

std::optional<Value> Divide(CallArgs args, TextPool*) {
  return Calculate(
      args,
      [](Wide a, Wide b, Wide* out) {
        if (b == 0 || a % b != 0) return false;
        *out = a / b;
        return true;
      },
      [](double a, double b) { return a / b; });
}

// The integer part; texts may also be hexadecimal ("0x3e7").
std::optional<Value> ToInt(CallArgs args, TextPool*) {
  const Value& value = args[0];
  if (value.is_text() &&
      (value.text.starts_with("0x") || value.text.starts_with("0X"))) {
    const std::string_view digits = value.text.substr(2);
    if (digits.empty() || digits.size() > 16) return std::nullopt;
    uint64_t number = 0;
    for (const char c : digits) {
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return std::nullopt;
      number = number << 4 | static_cast<uint64_t>(digit);
    }
    return Value::Uint(number);
  }
  const std::optional<Value> number = ToNumber(value);
  if (!number || number->kind != Kind::kDouble) return number;
  const double whole = std::trunc(number->real);
  if (whole >= 18446744073709551616.0 || whole < -9223372036854775808.0) {
    return std::nullopt;
  }
  if (whole < 0) return Value::Int(static_cast<int64_t>(whole));
  return Value::Uint(static_cast<uint64_t>(whole));
}

}  // namespace tocsin
