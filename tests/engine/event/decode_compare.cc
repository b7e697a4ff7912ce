// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/event/decode_compare.h"

#include "engine/base/fold.h"
#include "engine/base/status.h"
#include "engine/event/batch.h"
#include "engine/event/reference_decode.h"

namespace tocsin::testing {
namespace {

std::string Show(const Value& value) {
  static constexpr std::string_view kKinds[] = {
      "null", "bool", "int", "uint", "double", "text", "object"};
  return StrCat(kKinds[static_cast<size_t>(value.kind)], ":",
                CanonicalText(value));
}

std::string Show(const Values& values) {
  std::string out = values.present ? "present [" : "absent [";
  for (const Value& value : values.values) out += Show(value) + "|";
  return out + "]";
}

std::string Show(const StoredValues& values, bool present) {
  std::string out = present ? "present [" : "absent [";
  for (const StoredValue& value : values) out += Show(value.view()) + "|";
  return out + "]";
}

std::string_view OutcomeName(DecodeOutcome outcome) {
  static constexpr std::string_view kNames[] = {"event", "filtered",
                                                "dead letter", "end"};
  return kNames[static_cast<size_t>(outcome)];
}

std::string Compare(const ReferenceOutcome& expected, const FieldSet& fields,
                    size_t most, EventView* event, uint64_t* count) {
  if (event->raw() != expected.raw) {
    return StrCat("raw '", event->raw(), "' and not '", expected.raw, "'");
  }
  if (event->index() != expected.index) return "another index";
  for (uint32_t id = 0; id < fields.size(); ++id) {
    bool present = false;
    const StoredValues wanted =
        expected.root.Lookup(fields.segments({id}), most, &present);
    const Values& got = event->Get({id});
    if (event->Present({id}) != present || Show(got) != Show(wanted, present)) {
      return StrCat("path ", fields.name({id}), ": ", Show(got), " and not ",
                    Show(wanted, present));
    }
    *count += got.values.size();
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (event->Folded({id}, i) != Fold(CanonicalText(wanted[i].view()))) {
        return StrCat("path ", fields.name({id}), ": folding of value ", i);
      }
    }
    // Elements that are objects, as `any .. in` reads them.
    for (size_t i = 0; i < wanted.size(); ++i) {
      const Value element = got.values[i];
      if (element.kind != Kind::kObject) continue;
      for (uint32_t inner = 0; inner < fields.size(); ++inner) {
        const JsonNode node = ReferenceParse(element.text);
        const StoredValues below =
            node.Lookup(fields.segments({inner}), most, &present);
        const Values in = event->GetIn(element, {inner});
        if (Show(in) != Show(below, present)) {
          return StrCat("in an element of ", fields.name({id}), " path ",
                        fields.name({inner}), ": ", Show(in), " and not ",
                        Show(below, present));
        }
      }
    }
  }
  std::string scalars;
  event->ForEachScalar([&](const Value& value) {
    scalars += Show(value) + "|";
    return true;
  });
  std::string wanted;
  for (const StoredValue& value : expected.root.Scalars()) {
    wanted += Show(value.view()) + "|";
  }
  return scalars == wanted ? ""
                           : StrCat("scalars ", scalars, " and not ", wanted);
}

}  // namespace

FieldSet ComparedFields() {
  FieldSet fields;
  using Path = std::vector<std::string>;
  for (const Path& path : {Path{"a"},
                           Path{"b"},
                           Path{"c"},
                           Path{"a", "b"},
                           Path{"a", "b", "c"},
                           Path{"a.b", "c"},
                           Path{"a", "0"},
                           Path{"a", "1", "b"},
                           Path{"a", "0", "0"},
                           Path{"b", "a"},
                           Path{"c", "b", "a"},
                           Path{"a", "0.b"},
                           Path{""},
                           Path{"é"},
                           Path{"a\\b"},
                           Path{"message"},
                           Path{"a", "a", "a", "a"},
                           Path{"b", "1"},
                           Path{"c", ""},
                           Path{"long key with blanks"}}) {
    fields.Intern(path);
  }
  fields.Freeze();
  return fields;
}

DecodeComparer::DecodeComparer(const Limits& limits, FieldSet fields)
    : limits_(limits),
      fields_(std::move(fields)),
      decoder_(&fields_, limits),
      event_(&fields_, limits) {}

std::string DecodeComparer::Difference(std::string_view message,
                                       Format format) {
  padded_.assign(message);
  padded_.append(kSlabPadding, '\0');
  const std::vector<ReferenceOutcome> expected =
      ReferenceDecode(message, format, limits_);
  decoder_.Start({padded_.data(), message.size()}, format);
  for (size_t i = 0; i < expected.size(); ++i) {
    const ReferenceOutcome& want = expected[i];
    const DecodeOutcome got = decoder_.Next(&event_);
    const std::string where = StrCat("outcome ", i, ": ");
    if (got != want.outcome) {
      return StrCat(
          where, OutcomeName(got), " (", DeadReasonName(decoder_.dead().reason),
          ", ", decoder_.dead().detail, ") and not ", OutcomeName(want.outcome),
          " (", DeadReasonName(want.reason), ")");
    }
    if (got == DecodeOutcome::kDeadLetter) {
      ++dead_;
      const DeadBytes& dead = decoder_.dead();
      if (dead.reason != want.reason || dead.index != want.index ||
          dead.payload != want.payload) {
        return StrCat(where, DeadReasonName(dead.reason), " ", dead.index, " '",
                      dead.payload, "' and not ", DeadReasonName(want.reason),
                      " ", want.index, " '", want.payload, "'");
      }
    }
    if (got == DecodeOutcome::kEvent) {
      ++events_;
      const std::string difference =
          Compare(want, fields_, static_cast<size_t>(limits_.array_values),
                  &event_, &values_);
      if (!difference.empty()) return where + difference;
    }
  }
  if (decoder_.Next(&event_) != DecodeOutcome::kEnd) return "more outcomes";
  return "";
}

}  // namespace tocsin::testing
