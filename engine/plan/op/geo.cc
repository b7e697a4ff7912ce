// SPDX-License-Identifier: Apache-2.0
//
// km_between: great circle on a sphere of 6,371 km (haversine), rounded to a
// metre so that the last bit of a library's sine cannot matter.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <simdjson.h>

#include "engine/plan/op/functions.h"

namespace tocsin {
namespace {

constexpr double kEarthKm = 6371;

struct Point {
  double latitude;
  double longitude;
};

std::optional<Point> Valid(double latitude, double longitude) {
  if (!(std::fabs(latitude) <= 90) || !(std::fabs(longitude) <= 180)) {
    return std::nullopt;
  }
  return Point{latitude, longitude};
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<double> NumberOf(const simdjson::dom::object& object,
                               const char* key) {
  double number = 0;
  if (object[key].get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (object[key].get(text) != simdjson::SUCCESS) return std::nullopt;
  const std::optional<Value> parsed = ParseDecimal(text);
  if (!parsed) return std::nullopt;
  return parsed->AsDouble();
}

// {"lat": .., "lon": ..} or "lat,lon".
std::optional<Point> PointOf(const Value& value) {
  if (value.is_text()) {
    const size_t comma = value.text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const auto latitude = ParseDecimal(Trimmed(value.text.substr(0, comma)));
    const auto longitude = ParseDecimal(Trimmed(value.text.substr(comma + 1)));
    if (!latitude || !longitude) return std::nullopt;
    return Valid(latitude->AsDouble(), longitude->AsDouble());
  }
  if (value.kind != Kind::kObject) return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(value.text.data(), value.text.size()).get(object) !=
      simdjson::SUCCESS) {
    return std::nullopt;
  }
  const std::optional<double> latitude = NumberOf(object, "lat");
  const std::optional<double> longitude = NumberOf(object, "lon");
  if (!latitude || !longitude) return std::nullopt;
  return Valid(*latitude, *longitude);
}

}  // namespace

std::optional<Value> KmBetween(CallArgs args, TextPool*) {
  const std::optional<Point> a = PointOf(args[0]);
  const std::optional<Point> b = PointOf(args[1]);
  if (!a || !b) return std::nullopt;
  const double radians = std::numbers::pi / 180;
  const double half_height =
      std::sin((b->latitude - a->latitude) * radians / 2);
  const double half_width =
      std::sin((b->longitude - a->longitude) * radians / 2);
  const double chord =
      half_height * half_height + std::cos(a->latitude * radians) *
                                      std::cos(b->latitude * radians) *
                                      half_width * half_width;
  const double angle = 2 * std::asin(std::sqrt(std::clamp(chord, 0.0, 1.0)));
  return Value::Double(std::round(angle * kEarthKm * 1000) / 1000);
}

}  // namespace tocsin
