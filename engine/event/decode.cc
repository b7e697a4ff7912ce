// SPDX-License-Identifier: Apache-2.0
#include "engine/event/decode.h"

#include <simdjson.h>

#include "engine/base/status.h"

namespace tocsin {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view TrimBlank(std::string_view text) {
  while (!text.empty() && Tokens::IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && Tokens::IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view DeadReasonName(DeadReason reason) {
  switch (reason) {
    case DeadReason::kNoRootObject:
      return "no_root_object";
    case DeadReason::kNotObject:
      return "not_object";
    case DeadReason::kUnterminated:
      return "unterminated";
    case DeadReason::kTooDeep:
      return "too_deep";
    case DeadReason::kTooLarge:
      return "too_large";
    case DeadReason::kTooMany:
      return "too_many";
    case DeadReason::kTrailingBytes:
      return "trailing_bytes";
  }
  return "unknown";
}

Decoder::Decoder(const FieldSet* fields, const Limits& limits)
    : limits_(limits),
      walker_(fields, static_cast<uint32_t>(limits.event_depth)) {}

void Decoder::Start(std::string_view message, Format format) {
  message_ = message;
  body_ = message;
  if (body_.starts_with(kByteOrderMark)) {
    body_.remove_prefix(kByteOrderMark.size());
  }
  next_ = 0;
  produced_ = 0;
  place_ = format == Format::kText ? Place::kText : Place::kTop;
  if (static_cast<int64_t>(message.size()) > limits_.event_bytes) {
    place_ = Place::kTooLarge;
    return;
  }
  const std::string_view trimmed = TrimBlank(body_);
  if (trimmed.empty() || (format == Format::kNdjson && trimmed == "null")) {
    place_ = Place::kBlank;
    return;
  }
  if (format == Format::kNdjson) tokenizer_.Read(body_);
}

DecodeOutcome Decoder::Next(EventView* event) {
  switch (place_) {
    case Place::kTop:
      return NextTop(event);
    case Place::kArray:
      return NextElement(event);
    case Place::kText:
      return NextText(event);
    case Place::kBlank:
      return Finish();
    case Place::kTooLarge:
      place_ = Place::kOver;
      dead_ = {DeadReason::kTooLarge,
               StrCat("the message has ", message_.size(),
                      " bytes, the limit event_bytes is ", limits_.event_bytes),
               0, message_.substr(0, static_cast<size_t>(limits_.event_bytes))};
      return DecodeOutcome::kDeadLetter;
    case Place::kOver:
      return DecodeOutcome::kEnd;
  }
  return DecodeOutcome::kEnd;
}

DecodeOutcome Decoder::NextText(EventView* event) {
  place_ = Place::kOver;
  std::string_view line = body_;
  const bool clean = simdjson::validate_utf8(line.data(), line.size());
  if (!clean) {
    line_.Text(line);
    line = line_.text();
  }
  event->BeginText(line);
  if (!clean) ++event->counters_.repaired;
  return DecodeOutcome::kEvent;
}

DecodeOutcome Decoder::Finish() {
  place_ = Place::kOver;
  // A message that holds nothing still counts as one.
  return produced_ == 0 ? DecodeOutcome::kFiltered : DecodeOutcome::kEnd;
}

DecodeOutcome Decoder::Dead(DeadReason reason, size_t begin, size_t end,
                            std::string_view what) {
  // Offsets are those of the tokenizer's bytes: people want the originals.
  const size_t mark = message_.size() - body_.size();
  const size_t from = mark + tokenizer_.OriginalOffset(begin);
  const size_t to = mark + tokenizer_.OriginalOffset(end);
  dead_ = {reason, StrCat("byte ", from, ": ", what), produced_++,
           message_.substr(from, to - from)};
  return DecodeOutcome::kDeadLetter;
}

DecodeOutcome Decoder::DeadRest(DeadReason reason, size_t begin,
                                std::string_view what) {
  place_ = Place::kOver;
  return Dead(reason, begin, tokenizer_.bytes().size(), what);
}

size_t Decoder::OffsetOf(uint32_t token) const {
  const Tokens& tokens = tokenizer_.tokens();
  return token < tokens.count ? tokens.at[token] : tokens.size;
}

DecodeOutcome Decoder::NextTop(EventView* event) {
  const Tokens& tokens = tokenizer_.tokens();
  const DeadReason stray =
      produced_ == 0 ? DeadReason::kNoRootObject : DeadReason::kTrailingBytes;
  if (next_ >= tokens.count) {
    if (tokenizer_.unclosed() == tokenizer_.bytes().size()) return Finish();
    return DeadRest(stray, tokenizer_.unclosed(),
                    "a text outside of any object that never ends");
  }
  if (produced_ >= limits_.events_per_message) {
    return DeadRest(DeadReason::kTooMany, OffsetOf(next_),
                    "more events than the limit events_per_message");
  }
  switch (tokens.kind(next_)) {
    case '{':
      return ReadObject(event, /*element=*/false);
    case '[':
      ++next_;
      place_ = Place::kArray;
      return NextElement(event);
    default:
      return DeadRest(stray, OffsetOf(next_),
                      "expected { or [ here, where an event begins");
  }
}

DecodeOutcome Decoder::NextElement(EventView* event) {
  const Tokens& tokens = tokenizer_.tokens();
  while (next_ < tokens.count && tokens.kind(next_) == ',') ++next_;
  if (next_ >= tokens.count) {
    return DeadRest(DeadReason::kUnterminated, OffsetOf(next_),
                    "the message ends inside an array of events");
  }
  if (tokens.kind(next_) == ']') {
    ++next_;
    place_ = Place::kTop;
    return NextTop(event);
  }
  if (produced_ >= limits_.events_per_message) {
    return DeadRest(DeadReason::kTooMany, OffsetOf(next_),
                    "more events than the limit events_per_message");
  }
  if (tokens.kind(next_) == '}') {
    return DeadRest(DeadReason::kUnterminated, OffsetOf(next_),
                    "} cannot close an array of events");
  }
  if (tokens.kind(next_) == '{') return ReadObject(event, /*element=*/true);
  const uint32_t begin = next_;
  next_ = EndOfElement(begin);
  if (next_ > tokens.count) {
    return DeadRest(DeadReason::kUnterminated, OffsetOf(begin),
                    "the message ends inside an array of events");
  }
  return Dead(DeadReason::kNotObject, OffsetOf(begin), OffsetOf(next_),
              "an element of the array that is no object");
}

uint32_t Decoder::EndOfElement(uint32_t token) const {
  const Tokens& tokens = tokenizer_.tokens();
  WalkState state;
  while (token < tokens.count && tokens.kind(token) != ',' &&
         !Closes(tokens.kind(token))) {
    token = SkipValue(tokens, token, 1, &state);
  }
  return token;
}

DecodeOutcome Decoder::ReadObject(EventView* event, bool element) {
  const Tokens& tokens = tokenizer_.tokens();
  const uint32_t begin = next_;
  event->Begin(&tokens);
  const uint32_t end = walker_.Walk(tokens, begin, event);
  if (end > tokens.count) {
    return DeadRest(DeadReason::kUnterminated, OffsetOf(begin),
                    "the message ends inside the object that begins here");
  }
  next_ = end;
  if (element) {
    next_ = EndOfElement(end);
    if (next_ > tokens.count) {
      return DeadRest(DeadReason::kUnterminated, OffsetOf(begin),
                      "the message ends inside an array of events");
    }
    if (next_ != end) {
      return Dead(DeadReason::kNotObject, OffsetOf(begin), OffsetOf(next_),
                  "an element of the array that is more than one object");
    }
  }
  if (tokens.kind(end - 1) != '}') {
    return Dead(DeadReason::kUnterminated, OffsetOf(begin), OffsetOf(end),
                "the object that begins here is closed by ]");
  }
  if (walker_.too_deep()) {
    return Dead(DeadReason::kTooDeep, OffsetOf(begin), OffsetOf(end),
                StrCat("nested deeper than the limit event_depth, ",
                       limits_.event_depth));
  }
  event->End(produced_++, begin, tokens.range(begin, end),
             tokenizer_.repaired());
  return DecodeOutcome::kEvent;
}

}  // namespace tocsin
