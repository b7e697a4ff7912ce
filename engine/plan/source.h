// SPDX-License-Identifier: Apache-2.0
//
// Source: a logical, named kind of events (a `source` block, LANGUAGE.md
// section 3), lowered. Order of application: parse, extract, under, field,
// absent, then where ("Settled" 14).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace tocsin {

// What a field was declared to be (`is TYPE`). Values are converted where the
// field is resolved: numbers and decimal texts to numbers (durations to
// nanoseconds, sizes to bytes), times to nanoseconds since 1970, "true" and
// "false" to truth values, numbers and truth values to text, addresses to
// their canonical form (other text of an `is ip` field stays). What does not
// convert is missing.
enum class FieldKind : uint8_t {
  kAny,
  kText,
  kNumber,
  kBool,
  kIp,
  kDuration,
  kSize,
  kTime,
  kGeo
};
struct FieldType {
  FieldKind kind = FieldKind::kAny;
  int64_t unit = 1;  // kDuration: nanoseconds each; kSize: bytes each
  bool operator==(const FieldType&) const = default;
};

// `extract /..(?P<user>..)../ from PATH`.
struct Extraction {
  std::string pattern;              // RE2, flags in front
  PathId from;                      // raw path; parsed values win over it
  std::vector<std::string> groups;  // by capture number - 1; "" for unnamed
};

// `field NAME = a or b is TYPE`: alternatives in order, first not missing.
struct SourceField {
  std::string name;
  std::vector<ExprId> alternatives;  // event scope, over this source's names
  FieldType type;
};

// `time PATH as FORMAT in ZONE`.
struct TimeSpec {
  FieldId path;        // in this source's context
  std::string format;  // "" = RFC 3339 or epoch
  std::string zone = "UTC";
};

// A Sigma log source that this source maps; empty parts match anything.
struct SigmaLogsource {
  std::string product;
  std::string category;
  std::string service;
};

struct Source {
  std::string name;
  ExprId where;                      // not valid: every event
  std::vector<std::string> parsers;  // rows of event/text_parsers
  std::vector<Extraction> extractions;
  std::vector<std::vector<std::string>> under;  // prefixes, as segments
  std::vector<SourceField> fields;
  std::vector<std::string> absent;  // folded
  std::optional<TimeSpec> time;
  std::optional<FieldId> order;
  std::vector<SigmaLogsource> sigma;
  bool strict = false;
  // Topics this source can read: a top-level conjunct `tocsin.topic == ..` or
  // `in (..)` of `where`; empty = any input. Decides the time domain of rules.
  std::vector<std::string> topics;
};

// One way to find a field, tried in order; the first not missing value wins.
struct FieldStep {
  enum class Kind : uint8_t {
    kRaw,         // paths[path] of the event as it came
    kExpr,        // expr (an alternative of a declared field)
    kExtracted,   // value `name` of this source's extract
    kParsed,      // value `name` of this source's parse
    kTopic,       // tocsin.topic
    kInput,       // tocsin.input
    kTime,        // tocsin.time (event time, RFC 3339 text)
    kReceived,    // tocsin.received (record time)
    kSourceName,  // tocsin.source: names of the sources the event belongs to
  };
  Kind kind = Kind::kRaw;
  SourceId
      source;  // applies only if the event belongs to it; not valid: always
  PathId path;
  ExprId expr;
  std::string name;
  // What the source declares its field to be; kAny: Field::type counts.
  FieldType type;
  bool operator==(const FieldStep&) const = default;
};

// A name as one rule (or one source) sees it. Fields with equal steps are one.
struct Field {
  std::string name;  // as written
  std::vector<FieldStep> steps;
  FieldType type;
  std::vector<SourceId> absent;  // their absent texts are missing
  // Valid for a name inside this source's own block (`where`, `time`, the
  // alternatives of `field`): steps and absent texts of this source then apply
  // although membership is not yet known or does not matter.
  SourceId inside;
  bool operator==(const Field&) const = default;
};

}  // namespace tocsin
