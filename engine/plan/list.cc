// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/list.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "engine/base/fold.h"

namespace tocsin {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Reads CSV records one after another (RFC 4180; lines may end in LF).
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(text) {}

  // The line on which the record that Next() gave began, from 1.
  int64_t line() const { return line_; }

  // False at the end; an error for a quote that is never closed or that is
  // followed by more text.
  StatusOr<bool> Next(std::vector<std::string>* cells) {
    cells->clear();
    if (rest_.empty()) return false;
    line_ = next_line_;
    for (;;) {
      RETURN_IF_ERROR(Cell(&cells->emplace_back()));
      if (rest_.empty()) return true;
      const char end = rest_.front();
      rest_.remove_prefix(1);
      if (end == ',') continue;
      if (end == '\r' && rest_.starts_with('\n')) rest_.remove_prefix(1);
      ++next_line_;
      return true;
    }
  }

 private:
  static bool EndsCell(char c) { return c == ',' || c == '\n' || c == '\r'; }

  Status Cell(std::string* cell) {
    if (!rest_.starts_with('"')) {
      while (!rest_.empty() && !EndsCell(rest_.front())) Take(cell);
      return OkStatus();
    }
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      if (rest_.front() != '"') {
        Take(cell);
        continue;
      }
      rest_.remove_prefix(1);
      if (rest_.starts_with('"')) {
        Take(cell);
        continue;
      }
      if (rest_.empty() || EndsCell(rest_.front())) return OkStatus();
      return InvalidArgument("text after a closing quote");
    }
    return InvalidArgument("a quote is not closed");
  }

  void Take(std::string* cell) {
    if (rest_.front() == '\n') ++next_line_;
    *cell += rest_.front();
    rest_.remove_prefix(1);
  }

  std::string_view rest_;
  int64_t line_ = 0;
  int64_t next_line_ = 1;
};

Status At(const std::string& path, int64_t line, const Status& status) {
  return Status(status.code(), StrCat(path, ":", line, ": ", Message(status)));
}

std::string_view Trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

Status CheckLimit(const List& list, int64_t row_limit) {
  if (static_cast<int64_t>(list.size()) < row_limit) return OkStatus();
  return ResourceExhausted(
      StrCat("list ", list.name(), " has more than ", row_limit, " rows"));
}

Status LoadLines(std::string_view text, const std::string& path,
                 int64_t row_limit, List* list) {
  int64_t number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = text.find('\n');
    const std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    Status status = CheckLimit(*list, row_limit);
    if (status.ok()) status = list->Add(line, {});
    if (!status.ok()) return At(path, number, status);
  }
  return OkStatus();
}

Status LoadCsv(std::string_view text, const std::string& path,
               const std::string& key_column, int64_t row_limit, List* list) {
  CsvReader reader(text);
  std::vector<std::string> header;
  StatusOr<bool> more = reader.Next(&header);
  if (!more.ok()) return At(path, 1, more.status());
  for (std::string& name : header) name = std::string(Trimmed(name));
  const auto key = std::find(header.begin(), header.end(), key_column);
  if (key == header.end()) {
    return InvalidArgument(
        StrCat(path, ":1: the header row has no column ", key_column));
  }
  const auto key_index = static_cast<size_t>(key - header.begin());
  list->SetColumns(header);
  std::vector<std::string> cells;
  for (;;) {
    more = reader.Next(&cells);
    if (!more.ok()) return At(path, reader.line(), more.status());
    if (!*more) return OkStatus();
    if (cells.size() == 1 && Trimmed(cells[0]).empty()) continue;
    Status status = OkStatus();
    if (cells.size() != header.size()) {
      status = InvalidArgument(
          StrCat(cells.size(), " columns instead of ", header.size()));
    }
    if (status.ok()) status = CheckLimit(*list, row_limit);
    if (status.ok()) status = list->Add(Trimmed(cells[key_index]), cells);
    if (!status.ok()) return At(path, reader.line(), status);
  }
}

}  // namespace

const char* ListTypeName(ListType type) {
  switch (type) {
    case ListType::kText:
      return "text";
    case ListType::kNumber:
      return "number";
    case ListType::kCidr:
      return "cidr";
  }
  return "";
}

List::List(std::string name, ListType type)
    : name_(std::move(name)), type_(type) {}

Status List::Add(std::string_view key, std::vector<std::string> columns) {
  const auto row = static_cast<uint32_t>(keys_.size());
  bool added = false;
  switch (type_) {
    case ListType::kText:
      added = by_key_.emplace(Fold(key), row).second;
      break;
    case ListType::kNumber: {
      const std::optional<Value> number = ParseDecimal(key);
      if (!number) return InvalidArgument(StrCat("no number: ", key));
      added = by_key_.emplace(CanonicalText(*number), row).second;
      break;
    }
    case ListType::kCidr: {
      const std::optional<Network> network = ParseNetwork(key);
      if (!network) {
        return InvalidArgument(StrCat("no address or network: ", key));
      }
      added = networks_.emplace(*network, row).second;
      lengths_.insert(network->length);
      break;
    }
  }
  if (!added) return OkStatus();
  keys_.emplace_back(key);
  rows_.push_back(std::move(columns));
  return OkStatus();
}

std::optional<uint32_t> List::FindNetwork(Address address) const {
  for (const int length : lengths_) {
    const Network wanted = {Masked(address, length), length};
    if (!Contains(wanted, address)) continue;  // too wide for an IPv4 address
    const auto found = networks_.find(wanted);
    if (found != networks_.end()) return found->second;
  }
  return std::nullopt;
}

std::optional<uint32_t> List::Find(const Value& value) const {
  if (value.is_null() || value.kind == Kind::kObject) return std::nullopt;
  if (type_ == ListType::kCidr) {
    if (!value.is_text()) return std::nullopt;
    const std::optional<Address> address = ParseAddress(value.text);
    if (!address) return std::nullopt;
    return FindNetwork(*address);
  }
  std::string key;
  if (type_ == ListType::kNumber) {
    const std::optional<Value> number = ToNumber(value);
    if (!number) return std::nullopt;
    AppendCanonicalText(*number, &key);
  } else if (value.is_text()) {
    AppendFolded(value.text, &key);
  } else {
    AppendFolded(CanonicalText(value), &key);
  }
  const auto found = by_key_.find(std::string_view(key));
  if (found == by_key_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string_view> List::Column(uint32_t row,
                                             std::string_view column) const {
  const auto at = std::find(columns_.begin(), columns_.end(), column);
  if (at == columns_.end() || row >= rows_.size()) return std::nullopt;
  const auto index = static_cast<size_t>(at - columns_.begin());
  if (index >= rows_[row].size()) return std::nullopt;
  return rows_[row][index];
}

Status LoadListText(std::string_view text, const std::string& path,
                    const std::string& key_column, int64_t row_limit,
                    List* list) {
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (key_column.empty()) return LoadLines(text, path, row_limit, list);
  return LoadCsv(text, path, key_column, row_limit, list);
}

Status LoadListFile(const std::string& path, const std::string& key_column,
                    int64_t row_limit, List* list) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(StrCat("cannot read list file ", path));
  std::ostringstream content;
  content << file.rdbuf();
  if (file.bad()) return Unavailable(StrCat("cannot read ", path));
  return LoadListText(content.str(), path, key_column, row_limit, list);
}

}  // namespace tocsin
