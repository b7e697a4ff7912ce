// SPDX-License-Identifier: Apache-2.0
//
// What a benchmark is compared with: simdjson alone over the same bytes. The
// on-demand parser walks every field of every level and looks at each key and
// value, without unescaping or keeping anything.
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <string_view>

#include <simdjson.h>

namespace tocsin::bench {

class ParseOnly {
 public:
  // Walks one event; `text` has simdjson's padding behind it.
  void Walk(std::string_view text) {
    simdjson::ondemand::document document;
    const simdjson::padded_string_view padded(
        text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
    simdjson::ondemand::object object;
    if (parser_.iterate(padded).get(document) ||
        document.get_object().get(object)) {
      ++failed_;
      return;
    }
    Walk(object);
  }

  uint64_t fields() const { return fields_; }
  uint64_t failed() const { return failed_; }
  uint64_t seen() const { return seen_; }  // so that nothing is optimised away

 private:
  void Walk(simdjson::ondemand::object object) {
    for (auto field : object) {
      simdjson::ondemand::raw_json_string key;
      if (field.key().get(key)) return;
      ++fields_;
      seen_ += static_cast<unsigned char>(*key.raw());
      WalkValue(field.value());
    }
  }

  void WalkValue(simdjson::simdjson_result<simdjson::ondemand::value> result) {
    simdjson::ondemand::value value;
    simdjson::ondemand::json_type type;
    if (std::move(result).get(value) || value.type().get(type)) return;
    if (type == simdjson::ondemand::json_type::object) {
      simdjson::ondemand::object inner;
      if (!value.get_object().get(inner)) Walk(inner);
    } else if (type == simdjson::ondemand::json_type::array) {
      simdjson::ondemand::array items;
      if (value.get_array().get(items)) return;
      for (auto item : items) WalkValue(item);
    } else {
      seen_ += static_cast<uint64_t>(value.raw_json_token().size());
    }
  }

  simdjson::ondemand::parser parser_;
  uint64_t fields_ = 0;
  uint64_t failed_ = 0;
  uint64_t seen_ = 0;
};

}  // namespace tocsin::bench
