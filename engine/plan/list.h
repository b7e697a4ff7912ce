// SPDX-License-Identifier: Apache-2.0
//
// List: a named set of rows that rules look values up in (LANGUAGE.md section
// 4). text and number compare as `==` does, cidr gives the longest prefix.
//
// Immutable once loaded; threads share it freely.
// Tested by: tests/engine/plan/list_test.cc
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/status.h"
#include "engine/event/value.h"
#include "engine/plan/network.h"

namespace tocsin {

enum class ListType : uint8_t { kText, kNumber, kCidr };
const char* ListTypeName(ListType type);  // "text", ...

class List {
 public:
  List() = default;
  List(std::string name, ListType type);

  // Adds a row; `key` is rejected when it is no number or no network. Of rows
  // with equal keys the first one counts, the others are dropped.
  Status Add(std::string_view key, std::vector<std::string> columns);
  void SetColumns(std::vector<std::string> names) {
    columns_ = std::move(names);
  }

  // The row that `value` hits, by number; nothing when there is none.
  std::optional<uint32_t> Find(const Value& value) const;
  // The text of a column ("" keeps meaning empty); nothing when the list has
  // no such column.
  std::optional<std::string_view> Column(uint32_t row,
                                         std::string_view column) const;
  // The keys as written, in order of the rows.
  const std::vector<std::string>& keys() const { return keys_; }
  const std::vector<std::string>& columns() const { return columns_; }
  const std::string& name() const { return name_; }
  ListType type() const { return type_; }
  size_t size() const { return keys_.size(); }

 private:
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::optional<uint32_t> FindNetwork(Address address) const;

  std::string name_;
  ListType type_ = ListType::kText;
  std::vector<std::string> columns_;
  std::vector<std::string> keys_;
  std::vector<std::vector<std::string>> rows_;
  // Only ever searched, so that its order cannot show. Folded or canonical.
  std::unordered_map<std::string, uint32_t, KeyHash, std::equal_to<>> by_key_;
  std::map<Network, uint32_t> networks_;
  std::set<int, std::greater<>> lengths_;  // of the networks, longest first
};

// Reads a list file into `list`, whose name and type are set. With a
// `key_column` it is CSV (RFC 4180) with a header row that has that column; all
// columns are kept. Without one it is one key per line, where blank lines and
// lines that begin with '#' are skipped. Errors name the file and line;
// ResourceExhausted above `row_limit` rows.
Status LoadListFile(const std::string& path, const std::string& key_column,
                    int64_t row_limit, List* list);
// The same from text; `path` is for messages.
Status LoadListText(std::string_view text, const std::string& path,
                    const std::string& key_column, int64_t row_limit,
                    List* list);

}  // namespace tocsin
