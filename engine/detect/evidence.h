// SPDX-License-Identifier: Apache-2.0
//
// Evidence: what detectors remember of events so that a finding can show them:
// the events themselves (first and last Limits::evidence_first, _last), the
// distinct values of `keep`, and the identity of values.
//
// Threads: one owner; pure. Tested by: tests/engine/detect/finding_test.cc,
// tests/engine/detect/window_test.cc
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/time.h"
#include "engine/detect/finding.h"
#include "engine/log/record.h"
#include "engine/match/match.h"
#include "engine/plan/plan.h"

namespace tocsin {

// The aligned sub-bucket of time `x`: floor(60 x / window) since 1970. A window
// of sub-buckets is the current one and the kSubBuckets before.
inline constexpr int64_t kSubBuckets = 60;
int64_t SubBucketOf(TimeNs x, DurationNs window);

// Identity of one value of an event: that of its folded canonical text. False:
// null or "", which are missing where values are counted.
bool IdentityOf(const Value& value, Hash128* identity);
// The distinct identities of the combinations of several captures' values, in
// order; none where one of them is missing. At most Limits::array_values.
void IdentitiesOf(const MatchBody& body, std::span<const uint32_t> captures,
                  const Limits& limits, std::vector<Hash128>* identities);

// A value as evidence and `keep` show it: at most Limits::evidence_value_bytes.
std::string ShownText(const Value& value, const FieldType& type,
                      const Limits& limits);

// An event that a detector keeps.
struct Seen {
  Coordinate from;
  TimeNs time = 0;
  uint32_t step = 0;  // step or event test, whose name it is shown under
  std::string body;   // MatchBody
};
void Encode(const Seen& seen, ByteWriter* out);
Seen DecodeSeen(ByteReader* in);

// The body as it is kept for evidence alone: captures that are shown, and of
// long ones no more than is shown.
std::string BodyForEvidence(std::string_view bytes, const MatchBody& body,
                            const Rule& rule, const Limits& limits);

Evidence ToEvidence(const Seen& seen, const MatchBody& body,
                    std::string_view step, const Rule& rule,
                    const Limits& limits);
// Decodes each body.
std::vector<Evidence> ToEvidence(std::span<const Seen* const> seen,
                                 std::span<const std::string_view> steps,
                                 const Rule& rule, const Limits& limits);

// The first and last events of a span that slides or ends at once. What fits
// neither the first nor the last is only counted, by sub-bucket.
class EvidenceLog {
 public:
  // `window` <= 0: nothing ever leaves.
  void Add(Seen seen, TimeNs now, DurationNs window, const Limits& limits);
  // Those still in the window, and how many there were.
  void Read(TimeNs now, DurationNs window, std::vector<const Seen*>* seen,
            uint64_t* total) const;
  void Clear();

  void Encode(ByteWriter* out) const;
  static EvidenceLog Decode(ByteReader* in);

 private:
  std::vector<Seen> seen_;
  std::vector<std::pair<int64_t, uint64_t>> counted_;  // sub-bucket, events
};

// Distinct values of the `keep` fields, as first seen. A value is forgotten
// when it was not seen for `window`.
class Kept {
 public:
  void Add(const MatchBody& body, TimeNs time, TimeNs now, DurationNs window,
           const Rule& rule, const Limits& limits);
  std::vector<std::vector<std::string>> Read(TimeNs now, DurationNs window,
                                             const Rule& rule) const;
  void Clear() { fields_.clear(); }

  void Encode(ByteWriter* out) const;
  static Kept Decode(ByteReader* in);

 private:
  struct Known {
    Hash128 identity;
    TimeNs last = 0;
    std::string shown;
  };
  std::vector<std::vector<Known>> fields_;  // by Rule::keep; empty: none yet
};

}  // namespace tocsin
