// SPDX-License-Identifier: Apache-2.0
//
// tocsin show: incidents as a table for people. Whatever an attacker wrote
// into a log may stand in them, so nothing that could drive a terminal is
// printed.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>
#include "connectors/byte_stream.h"
#include "connectors/line_reader.h"
#include "engine/cmd/command.h"
#include "engine/cmd/options.h"
#include "engine/cmd/printable.h"
#include "engine/cmd/rule_files.h"

namespace tocsin {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kAbout =
    R"(Shows incidents (NDJSON, as replay and run write them) as a table. Of an
incident that comes several times, the last revision counts.)";

constexpr const char* kExamples = R"(Examples:
  tocsin show incidents.ndjson
  tocsin replay --rules rules/ --events day.ndjson.gz --incidents - | tocsin show)";

// One line of input; longer ones are no incidents.
constexpr size_t kLineLimit = 16 << 20;
constexpr size_t kGap = 2;  // blanks between columns

struct Column {
  const char* title;
  size_t width;  // code points, at most
};
constexpr Column kColumns[] = {{"SEVERITY", 8}, {"TITLE", 40},
                               {"WHO", 40},     {"WHEN (UTC)", 43},
                               {"EVIDENCE", 8}, {"VERIS ACTION", 44}};
constexpr size_t kColumnCount = std::size(kColumns);

struct Row {
  uint64_t revision = 0;
  std::string first_time;
  std::string cells[kColumnCount];
};

std::string_view Text(dom::element object, std::string_view key) {
  std::string_view text;
  if (object.at_key(key).get(text)) return "";
  return text;
}

// "user=ana src_ip=10.0.0.7"
std::string Who(dom::element incident) {
  std::string who;
  dom::object key;
  if (incident["key"].get(key)) return who;
  for (const auto& [name, value] : key) {
    if (!who.empty()) who += " ";
    std::string_view text;
    who += std::string(name) + "=";
    who += value.get(text) ? simdjson::minify(value) : std::string(text);
  }
  return who;
}

// "2026-01-05 11:58:50 .. 11:59:48", the date again where it is another.
std::string When(dom::element incident) {
  const auto seconds = [&](std::string_view key) {
    std::string text(Text(incident, key).substr(0, 19));
    std::replace(text.begin(), text.end(), 'T', ' ');
    return text;
  };
  const std::string first = seconds("first_time");
  const std::string last = seconds("last_time");
  if (last.empty() || last == first) return first;
  const bool same_day = first.substr(0, 10) == last.substr(0, 10);
  return first + " .. " +
         (same_day ? last.substr(std::min<size_t>(11, last.size())) : last);
}

std::string EvidenceCount(dom::element incident) {
  uint64_t total = 0;
  if (!incident["evidence_total"].get(total)) return std::to_string(total);
  dom::array items;
  if (!incident["evidence"].get(items)) return std::to_string(items.size());
  return "";
}

// "hacking: Brute force, Use of stolen creds"
std::string Action(dom::element incident) {
  std::string out;
  dom::object actions;
  if (incident["veris"]["action"].get(actions)) return out;
  for (const auto& [name, action] : actions) {
    if (!out.empty()) out += "; ";
    out += name;
    dom::array varieties;
    if (action["variety"].get(varieties)) continue;
    bool first = true;
    for (const dom::element variety : varieties) {
      std::string_view text;
      if (variety.get(text)) continue;
      out += first ? ": " : ", ";
      out += text;
      first = false;
    }
  }
  return out;
}

class Table {
 public:
  // False: the line is no incident.
  bool Add(std::string_view line) {
    dom::element incident;
    if (parser_.parse(line.data(), line.size()).get(incident)) return false;
    const std::string id(Text(incident, "incident_id"));
    if (id.empty()) return false;
    Row row;
    if (incident["revision"].get(row.revision)) row.revision = 0;
    row.first_time = Text(incident, "first_time");
    row.cells[0] = Text(incident, "severity");
    row.cells[1] = Text(incident, "title");
    row.cells[2] = Who(incident);
    row.cells[3] = When(incident);
    row.cells[4] = EvidenceCount(incident);
    row.cells[5] = Action(incident);
    const auto [known, is_new] = rows_.try_emplace(id, row);
    if (!is_new && known->second.revision <= row.revision) {
      known->second = std::move(row);
    }
    return true;
  }

  // Oldest first.
  void Print(std::ostream& out) const {
    std::vector<const Row*> rows;
    for (const auto& [id, row] : rows_) rows.push_back(&row);
    std::stable_sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) {
      return a->first_time < b->first_time;
    });
    size_t widths[kColumnCount];
    for (size_t i = 0; i < kColumnCount; ++i) {
      widths[i] = std::string_view(kColumns[i].title).size();
      for (const Row* row : rows) {
        size_t shown = 0;
        Printable(row->cells[i], kColumns[i].width, &shown);
        widths[i] = std::max(widths[i], shown);
      }
    }
    std::string titles[kColumnCount];
    for (size_t i = 0; i < kColumnCount; ++i) titles[i] = kColumns[i].title;
    if (!rows.empty()) PrintLine(titles, widths, out);
    for (const Row* row : rows) PrintLine(row->cells, widths, out);
    out << (rows.empty() ? "" : "\n") << Plural(rows.size(), "incident")
        << "\n";
  }

 private:
  static void PrintLine(const std::string (&cells)[kColumnCount],
                        const size_t (&widths)[kColumnCount],
                        std::ostream& out) {
    std::string line;
    for (size_t i = 0; i < kColumnCount; ++i) {
      size_t shown = 0;
      const size_t width = std::max(kColumns[i].width,
                                    std::string_view(kColumns[i].title).size());
      line += Printable(cells[i], width, &shown);
      line.append(widths[i] - std::min(widths[i], shown) + kGap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }

  dom::parser parser_;
  std::map<std::string, Row> rows_;  // by incident id
};

StatusOr<uint64_t> ReadInto(const std::string& path, Table* table) {
  ASSIGN_OR_RETURN(std::unique_ptr<connectors::ByteStream> stream,
                   connectors::OpenByteStream(path));
  connectors::LineReader reader(std::move(stream), kLineLimit);
  uint64_t bad = 0;
  for (;;) {
    ASSIGN_OR_RETURN(std::optional<std::string_view> line, reader.Next());
    const bool last = !line;
    if (last) line = reader.Rest();
    const bool blank =
        !line || line->find_first_not_of(" \t\r") == std::string_view::npos;
    if (!blank && !table->Add(*line)) ++bad;
    if (last) return bad;
  }
}

}  // namespace

int RunShow(const Arguments& arguments) {
  std::string path = "-";
  Options flags("show", kAbout, kExamples);
  flags.Text("file", &path, "incidents; - is stdin, the default");
  int exit_code = kExitOk;
  if (!flags.Parse(arguments, &exit_code)) return exit_code;
  Table table;
  const StatusOr<uint64_t> bad = ReadInto(path, &table);
  if (!bad.ok()) return CannotRun(bad.status());
  table.Print(std::cout);
  if (*bad == 0) return kExitOk;
  std::cerr << "tocsin show: " << Plural(*bad, "line")
            << " skipped that are no incidents\n";
  return kExitDiagnostics;
}

}  // namespace tocsin
