// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/json_subset.h"

#include <optional>
#include <string_view>

#include "engine/base/fold.h"
#include "engine/event/value.h"

namespace tocsin {
namespace {

namespace dom = simdjson::dom;

Value ValueOf(dom::element element) {
  switch (element.type()) {
    case dom::element_type::INT64:
      return Value::Int(element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return Value::Uint(element.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      return Value::Double(element.get_double().value_unsafe());
    case dom::element_type::BOOL:
      return Value::Bool(element.get_bool().value_unsafe());
    case dom::element_type::STRING:
      return Value::Text(element.get_string().value_unsafe());
    default:
      return Value::Null();
  }
}

bool ScalarFits(dom::element expected, dom::element actual) {
  if (actual.is_object() || actual.is_array()) return false;
  const Value want = ValueOf(expected);
  const Value have = ValueOf(actual);
  if (want.is_null() || have.is_null()) return want.kind == have.kind;
  if (want.is_number()) {
    const std::optional<Value> number = ToNumber(have);
    return number && CompareNumbers(want, *number) == 0;
  }
  if (want.kind == Kind::kBool) {
    return have.kind == Kind::kBool && want.boolean == have.boolean;
  }
  return Fold(want.text) == Fold(CanonicalText(have));
}

bool Fits(dom::element expected, dom::element actual) {
  std::vector<JsonDifference> differences;
  CompareSubset(expected, actual, "", &differences);
  return differences.empty();
}

bool FitsOne(dom::element expected, dom::array actual) {
  for (const dom::element element : actual) {
    if (Fits(expected, element)) return true;
  }
  return false;
}

void CompareObject(dom::object expected, dom::element actual,
                   const std::string& path,
                   std::vector<JsonDifference>* differences) {
  for (const auto& [key, value] : expected) {
    const std::string inner =
        path.empty() ? std::string(key) : path + "." + std::string(key);
    dom::element found;
    if (actual.at_key(key).get(found) == simdjson::SUCCESS) {
      CompareSubset(value, found, inner, differences);
    } else if (!value.is_null()) {
      differences->push_back({inner, simdjson::minify(value), "nothing"});
    }
  }
}

bool ArrayFits(dom::array expected, dom::element actual) {
  for (const dom::element element : expected) {
    const bool fits = actual.is_array()
                          ? FitsOne(element, actual.get_array().value_unsafe())
                          : Fits(element, actual);
    if (!fits) return false;
  }
  return true;
}

}  // namespace

void CompareSubset(dom::element expected, dom::element actual,
                   const std::string& path,
                   std::vector<JsonDifference>* differences) {
  if (expected.is_object() && actual.is_object()) {
    CompareObject(expected.get_object().value_unsafe(), actual, path,
                  differences);
    return;
  }
  bool fits = false;
  if (expected.is_array()) {
    fits = ArrayFits(expected.get_array().value_unsafe(), actual);
  } else if (actual.is_array()) {
    fits = FitsOne(expected, actual.get_array().value_unsafe());
  } else if (!expected.is_object()) {
    fits = ScalarFits(expected, actual);
  }
  if (!fits) {
    differences->push_back(
        {path, simdjson::minify(expected), simdjson::minify(actual)});
  }
}

}  // namespace tocsin
