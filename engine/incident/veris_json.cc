// SPDX-License-Identifier: Apache-2.0
//
// WriteVeris: the record around the classification: identity, times, and in
// `plus`, the only place where VERIS leaves room, where it all came from.
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "engine/base/status.h"
#include "engine/detect/template.h"
#include "engine/incident/severity.h"
#include "engine/incident/veris.h"
#include "engine/plan/veris_words.h"

namespace tocsin {
namespace {

// The years that the schema allows.
constexpr int64_t kFirstYear = 1950;
constexpr int64_t kLastYear = 2050;

int64_t Digits(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// {"year":2026,"month":1,"day":5,"time":"02:14:07 PM"}, UTC. Outside of the
// schema's years only the nearest year; `plus` has the time itself.
void WriteDate(TimeNs time, JsonWriter* json) {
  // "2026-01-05T14:14:07..."
  const std::string text = FormatTime(time);
  const std::string_view view(text);
  const int64_t year = YearOf(time);
  json->BeginObject();
  json->IntField("year", std::clamp(year, kFirstYear, kLastYear));
  if (year >= kFirstYear && year <= kLastYear) {
    json->IntField("month", Digits(view.substr(5, 2)));
    json->IntField("day", Digits(view.substr(8, 2)));
    const int64_t hour = Digits(view.substr(11, 2));
    const int64_t shown = hour % 12 == 0 ? 12 : hour % 12;
    json->TextField("time",
                    StrCat(shown < 10 ? "0" : "", shown, view.substr(13, 6),
                           hour < 12 ? " AM" : " PM"));
  }
  json->EndObject();
}

// In the largest unit of which there is at least one.
void WriteDuration(DurationNs duration, JsonWriter* json) {
  struct Unit {
    DurationNs size;
    std::string_view name;
  };
  constexpr std::array kUnits = {Unit{kDay, "Days"}, Unit{kHour, "Hours"},
                                 Unit{kMinute, "Minutes"},
                                 Unit{kSecond, "Seconds"}};
  duration = std::max<DurationNs>(duration, 0);
  const auto unit = std::ranges::find_if(
      kUnits.begin(), kUnits.end() - 1,
      [duration](const Unit& u) { return duration >= u.size; });
  json->BeginObject();
  json->TextField("unit", unit->name);
  json->IntField("value", duration / unit->size);
  json->EndObject();
}

void WriteTexts(const std::vector<std::string>& texts, JsonWriter* json) {
  json->BeginArray();
  for (const std::string& text : texts) json->Text(text);
  json->EndArray();
}

void WriteCandidate(const VerisCandidate& candidate, JsonWriter* json) {
  json->BeginObject();
  json->TextField("technique", candidate.technique);
  json->TextField("row", candidate.row->technique);
  json->TextField("table", candidate.row->reviewed
                               ? "reviewed"
                               : "mappings-explorer ATT&CK 12.1");
  json->Key("used");
  json->Bool(candidate.used);
  json->Key("rules");
  WriteTexts(candidate.rules, json);
  json->Key("values");
  json->BeginObject();
  std::string_view path;
  for (const VerisWord& word : candidate.row->words) {
    if (word.path != path) {
      if (!path.empty()) json->EndArray();
      path = word.path;
      json->Key(path);
      json->BeginArray();
    }
    json->Text(word.word);
  }
  if (!path.empty()) json->EndArray();
  json->EndObject();
  json->EndObject();
}

void WritePlus(const Incident& incident, const Plan& plan, const Veris& veris,
               JsonWriter* json) {
  json->Key("plus");
  json->BeginObject();
  json->TextField("master_id", incident.id.Hex());
  json->TextField("first_event", FormatTime(incident.first_time));
  json->TextField("first_finding", FormatTime(incident.first_at));
  json->TextField("last_event", FormatTime(incident.last_time));
  json->TextField("severity_function", kSeverityFunction);
  json->Key("attack");
  WriteTexts(AttackTags(incident, plan), json);
  json->Key("veris_candidates");
  json->BeginArray();
  for (const VerisCandidate& candidate : veris.candidates) {
    WriteCandidate(candidate, json);
  }
  json->EndArray();
  json->EndObject();
}

}  // namespace

void WriteVeris(const Incident& incident, const Plan& plan, const Veris& veris,
                JsonWriter* json) {
  json->BeginObject();
  json->TextField("schema_version", kVerisVersion);
  json->TextField("incident_id", incident.id.Hex());
  json->TextField("security_incident", "Suspected");
  std::vector<std::string> confidence = veris.record.At("confidence");
  if (confidence.empty() && veris.from_tags) confidence = {"Low"};
  if (!confidence.empty()) json->TextField("confidence", confidence.front());
  const std::vector<std::string> targeted = veris.record.At("targeted");
  if (!targeted.empty()) json->TextField("targeted", targeted.front());
  json->TextField("summary",
                  SafeText(incident.summary,
                           static_cast<size_t>(plan.limits.summary_bytes)));
  json->Key("timeline");
  json->BeginObject();
  json->Key("incident");
  WriteDate(incident.first_time, json);
  json->Key("discovery");
  WriteDuration(SubSaturating(incident.first_at, incident.first_time), json);
  json->EndObject();
  veris.record.Write(json);
  WritePlus(incident, plan, veris, json);
  json->EndObject();
}

}  // namespace tocsin
