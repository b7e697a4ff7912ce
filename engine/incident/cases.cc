// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/cases.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/incident/case_book.h"
#include "engine/incident/case_domains.h"
#include "engine/state/domains.h"
#include "engine/state/reorder.h"
#include "engine/state/watermarks.h"

namespace tocsin {
namespace {

// What holds a case together: one buffer and one book per time domain.
struct Line {
  Line(const Plan* plan, size_t cap) : waiting(cap), book(plan) {}
  Reorder<Finding> waiting;
  CaseBook book;
};

bool Before(const Finding& a, const Finding& b) {
  return std::tie(a.at, a.stratum, a.rule, a.key_hash, a.id) <
         std::tie(b.at, b.stratum, b.rule, b.key_hash, b.id);
}

}  // namespace

struct Cases::Impl {
  Impl(std::shared_ptr<const Plan> the_plan, const Inputs& inputs)
      : plan(std::move(the_plan)),
        domains(MakeCaseDomains(*plan, inputs)),
        watermarks(inputs, domains.sets) {
    lines.reserve(domains.sets.size());
    for (size_t i = 0; i < domains.sets.size(); ++i) {
      lines.emplace_back(plan.get(),
                         static_cast<size_t>(plan->limits.reorder_records));
    }
  }

  void Take(const Finding& finding) {
    ++counters.findings;
    if (finding.held_back != HeldBack::kNo) {
      ++counters.held_back;
      return;
    }
    if (!finding.opens_case) return;
    Line& line = lines[domains.of_rule[finding.rule.value]];
    Place place;
    place.at = finding.at;
    if (line.waiting.Push(place, finding.rule, finding.key_hash, finding)) {
      Release(&line);
    }
  }

  // Gives the book all that is below the level. The buffer orders by time;
  // what has the same time is put in canonical order here.
  void Release(Line* line) {
    std::vector<Finding> same_time;
    TimeNs at = line->waiting.NextAt();
    while (at != kMaxTime) {
      same_time.clear();
      while (line->waiting.NextAt() == at) {
        same_time.push_back(std::move(line->waiting.Pop().item));
        same_time.back().at = at;  // later than its own where it was clamped
      }
      std::ranges::sort(same_time, Before);
      for (const Finding& finding : same_time) {
        line->book.Add(finding, &counters);
      }
      at = line->waiting.NextAt();
    }
    line->book.Expire(line->waiting.level());
  }

  std::shared_ptr<const Plan> plan;
  Domains domains;
  Watermarks watermarks;
  std::vector<Line> lines;  // by domain
  uint64_t sequence = 0;
  CaseCounters counters;  // without clamped and reorder_overflow
};

Cases::Cases(std::shared_ptr<const Plan> plan, const Inputs& inputs)
    : impl_(std::make_unique<Impl>(std::move(plan), inputs)) {}
Cases::~Cases() = default;
Cases::Cases(Cases&&) noexcept = default;
Cases& Cases::operator=(Cases&&) noexcept = default;

void Cases::Apply(const Frame& frame, const std::vector<Finding>& findings,
                  std::vector<Incident>* revisions) {
  if (frame.sequence <= impl_->sequence) return;
  impl_->sequence = frame.sequence;
  for (const Finding& finding : findings) impl_->Take(finding);
  impl_->watermarks.Apply(frame);
  const auto begin = static_cast<std::ptrdiff_t>(revisions->size());
  for (size_t i = 0; i < impl_->lines.size(); ++i) {
    Line& line = impl_->lines[i];
    line.waiting.Advance(impl_->watermarks.Of(i));
    impl_->Release(&line);
    line.book.TakeChanged(revisions);
  }
  std::sort(revisions->begin() + begin, revisions->end(),
            [](const Incident& a, const Incident& b) {
              return std::tie(a.first_at, a.id) < std::tie(b.first_at, b.id);
            });
}

uint64_t Cases::sequence() const { return impl_->sequence; }

CaseCounters Cases::counters() const {
  CaseCounters all = impl_->counters;
  for (const Line& line : impl_->lines) {
    all.clamped += line.waiting.clamped();
    all.reorder_overflow += line.waiting.overflows();
  }
  return all;
}

size_t Cases::waiting() const {
  size_t count = 0;
  for (const Line& line : impl_->lines) count += line.waiting.size();
  return count;
}

size_t Cases::open() const {
  size_t count = 0;
  for (const Line& line : impl_->lines) count += line.book.open();
  return count;
}

std::string Cases::Save() const {
  std::string state;
  ByteWriter out(&state);
  out.Varint(impl_->sequence);
  const CaseCounters& counters = impl_->counters;
  for (const uint64_t counter :
       {counters.findings, counters.held_back, counters.incidents,
        counters.rule_minute_cut, counters.open_cases_cut,
        counters.duplicates}) {
    out.Varint(counter);
  }
  impl_->watermarks.Encode(&out);
  out.Varint(impl_->lines.size());
  for (Line& line : impl_->lines) {
    line.waiting.Encode(&out, [](const Finding& finding, ByteWriter* writer) {
      Encode(finding, writer);
    });
    line.book.Encode(&out);
  }
  return state;
}

StatusOr<Cases> Cases::Load(std::shared_ptr<const Plan> plan,
                            const Inputs& inputs, std::string_view state) {
  Cases cases(std::move(plan), inputs);
  Impl& impl = *cases.impl_;
  ByteReader in(state);
  impl.sequence = in.Varint();
  CaseCounters& counters = impl.counters;
  for (uint64_t* counter : {&counters.findings, &counters.held_back,
                            &counters.incidents, &counters.rule_minute_cut,
                            &counters.open_cases_cut, &counters.duplicates}) {
    *counter = in.Varint();
  }
  bool whole = impl.watermarks.Decode(&in);
  whole = whole && in.Varint() == impl.lines.size();
  for (size_t i = 0; i < impl.lines.size() && whole; ++i) {
    Line& line = impl.lines[i];
    const auto decode = [&](ByteReader* reader) {
      Finding finding = DecodeFinding(reader);
      const uint32_t rule = finding.rule.value;
      if (rule >= impl.domains.of_rule.size() ||
          impl.domains.of_rule[rule] != i) {
        reader->Fail();
      }
      return finding;
    };
    whole = line.waiting.Decode(&in, decode) && line.book.Decode(&in);
  }
  if (!whole || !in.ok() || !in.at_end()) {
    return DataLoss("the stored cases are damaged or of other rules");
  }
  return cases;
}

}  // namespace tocsin
