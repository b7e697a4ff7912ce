// SPDX-License-Identifier: Apache-2.0
#include "engine/log/record.h"

#include "engine/base/json_writer.h"

namespace tocsin {
namespace {

constexpr uint8_t kFrameVersion = 1;
// The least bytes that an encoded item takes: bounds what a count can claim.
constexpr size_t kLeastClock = 19;
constexpr size_t kLeastRecord = 30;
constexpr size_t kLeastGap = 4;
constexpr size_t kLeastAction = 4;

void Encode(const Partition& partition, ByteWriter* out) {
  out->Varint(partition.input.value);
  out->Zigzag(partition.number);
}

uint32_t DecodeU32(ByteReader* in) {
  const uint64_t value = in->Varint();
  if (value > 0xffffffff) in->Fail();
  return static_cast<uint32_t>(value);
}

int32_t DecodeI32(ByteReader* in) {
  const int64_t value = in->Zigzag();
  if (value < INT32_MIN || value > INT32_MAX) in->Fail();
  return static_cast<int32_t>(value);
}

Partition DecodePartition(ByteReader* in) {
  Partition partition;
  partition.input.value = DecodeU32(in);
  partition.number = DecodeI32(in);
  return partition;
}

void Encode(const GapRecord& gap, ByteWriter* out) {
  Encode(gap.partition, out);
  out->Zigzag(gap.from);
  out->Zigzag(gap.to);
}

GapRecord DecodeGap(ByteReader* in) {
  GapRecord gap;
  gap.partition = DecodePartition(in);
  gap.from = in->Zigzag();
  gap.to = in->Zigzag();
  return gap;
}

void Encode(const ActionRecord& action, ByteWriter* out) {
  out->Text(action.who);
  out->Text(action.what);
  out->Text(action.incident);
  out->Text(action.reason);
}

ActionRecord DecodeAction(ByteReader* in) {
  ActionRecord action;
  action.who = in->Text();
  action.what = in->Text();
  action.incident = in->Text();
  action.reason = in->Text();
  return action;
}

template <typename T, typename F>
void DecodeList(ByteReader* in, size_t least, std::vector<T>* items,
                F&& decode) {
  const size_t count = in->Count(least);
  items->reserve(count);
  for (size_t i = 0; i < count && in->ok(); ++i) items->push_back(decode(in));
}

std::string TimeText(TimeNs time) {
  if (time == kMinTime) return "-";
  if (time == kMaxTime) return "never";
  return FormatTime(time);
}

std::string PartitionText(const Partition& partition) {
  return StrCat("input ", partition.input.value, "/", partition.number);
}

// What can be read at a glance; the bytes of a body are shown by their size,
// since only match/ knows them.
std::string Line(const MatchRecord& record) {
  const bool finding = record.kind == RecordKind::kFinding;
  const Coordinate& from = record.place.from;
  std::string line =
      StrCat("  ", finding ? "finding" : "match", " rule ", record.rule.value,
             " key ", record.key.Hex(), " tests ", record.tests, " at ",
             TimeText(record.place.at));
  if (record.time != record.place.at) line += " t " + TimeText(record.time);
  if (record.place.order != INT64_MIN) {
    line += StrCat(" order ", record.place.order);
  }
  line += StrCat(" from ", PartitionText(from.partition), "@", from.offset);
  if (from.index > 0) line += StrCat("#", from.index);
  if (!finding) line += StrCat(" shard ", record.shard);
  if (record.stratum > 0) line += StrCat(" stratum ", record.stratum);
  if (record.identity != Hash128{}) line += " id " + record.identity.Hex();
  return StrCat(line, " body ", record.body.size(), " B\n");
}

std::string Line(const ClockRecord& clock) {
  std::string line = StrCat(
      "  clock ", PartitionText(clock.partition), " of ", clock.partitions,
      " next ", clock.next_offset, " W ", TimeText(clock.watermark), " max ",
      TimeText(clock.max_time), " first ", TimeText(clock.first_at));
  if (clock.caught_up) line += " caught up";
  if (clock.ended) line += " ended";
  if (clock.jump_count > 0) {
    line +=
        StrCat(" jump ", TimeText(clock.jump_floor), " x", clock.jump_count);
  }
  return StrCat(line, " consumed ", clock.consumed, " = ", clock.evaluated,
                " + ", clock.dead_lettered, " + ", clock.filtered, ", late ",
                clock.late, ", missing ", clock.missing, "\n");
}

std::string Line(const GapRecord& gap) {
  return StrCat("  gap ", PartitionText(gap.partition), " ", gap.from, " to ",
                gap.to, "\n");
}

std::string Line(const ActionRecord& action) {
  std::string line = "  action";
  for (const std::string* text :
       {&action.who, &action.what, &action.incident, &action.reason}) {
    line += ' ';
    AppendJsonText(*text, &line);
  }
  return line + "\n";
}

}  // namespace

void Encode(const Coordinate& coordinate, ByteWriter* out) {
  Encode(coordinate.partition, out);
  out->Zigzag(coordinate.offset);
  out->Varint(coordinate.index);
}

Coordinate DecodeCoordinate(ByteReader* in) {
  Coordinate coordinate;
  coordinate.partition = DecodePartition(in);
  coordinate.offset = in->Zigzag();
  coordinate.index = DecodeU32(in);
  return coordinate;
}

void Encode(const Place& place, ByteWriter* out) {
  out->Zigzag(place.at);
  // No order is by far the commonest, and INT64_MIN takes ten bytes.
  out->Bool(place.order != INT64_MIN);
  if (place.order != INT64_MIN) out->Zigzag(place.order);
  Encode(place.from, out);
}

Place DecodePlace(ByteReader* in) {
  Place place;
  place.at = in->Zigzag();
  if (in->Bool()) place.order = in->Zigzag();
  place.from = DecodeCoordinate(in);
  return place;
}

void Encode(const MatchRecord& record, ByteWriter* out) {
  out->U8(static_cast<uint8_t>(record.kind));
  out->Varint(record.stratum);
  out->Varint(record.shard);
  out->Varint(record.rule.value);
  out->Varint(record.tests);
  out->Hash(record.key);
  Encode(record.place, out);
  out->Zigzag(record.time);
  const bool identity = record.identity != Hash128{};
  out->Bool(identity);
  if (identity) out->Hash(record.identity);
  out->Text(record.body);
}

MatchRecord DecodeMatchRecord(ByteReader* in) {
  MatchRecord record;
  record.kind = static_cast<RecordKind>(in->U8());
  if (record.kind != RecordKind::kMatch &&
      record.kind != RecordKind::kFinding) {
    in->Fail();
  }
  record.stratum = DecodeU32(in);
  record.shard = DecodeU32(in);
  record.rule.value = DecodeU32(in);
  record.tests = in->Varint();
  record.key = in->Hash();
  record.place = DecodePlace(in);
  record.time = in->Zigzag();
  if (in->Bool()) record.identity = in->Hash();
  record.body = in->Text();
  return record;
}

void Encode(const ClockRecord& clock, ByteWriter* out) {
  Encode(clock.partition, out);
  out->Zigzag(clock.watermark);
  out->Zigzag(clock.highest);
  out->Zigzag(clock.max_time);
  out->Zigzag(clock.first_at);
  out->Zigzag(clock.next_offset);
  out->Bool(clock.caught_up);
  out->Bool(clock.ended);
  out->Zigzag(clock.partitions);
  out->Zigzag(clock.jump_floor);
  out->Varint(clock.jump_count);
  out->Varint(clock.consumed);
  out->Varint(clock.evaluated);
  out->Varint(clock.dead_lettered);
  out->Varint(clock.filtered);
  out->Varint(clock.late);
  out->Varint(clock.missing);
  out->Zigzag(clock.missing_to);
}

ClockRecord DecodeClockRecord(ByteReader* in) {
  ClockRecord clock;
  clock.partition = DecodePartition(in);
  clock.watermark = in->Zigzag();
  clock.highest = in->Zigzag();
  clock.max_time = in->Zigzag();
  clock.first_at = in->Zigzag();
  clock.next_offset = in->Zigzag();
  clock.caught_up = in->Bool();
  clock.ended = in->Bool();
  clock.partitions = DecodeI32(in);
  clock.jump_floor = in->Zigzag();
  clock.jump_count = DecodeU32(in);
  clock.consumed = in->Varint();
  clock.evaluated = in->Varint();
  clock.dead_lettered = in->Varint();
  clock.filtered = in->Varint();
  clock.late = in->Varint();
  clock.missing = in->Varint();
  clock.missing_to = in->Zigzag();
  return clock;
}

void EncodeFrame(const Frame& frame, std::string* out) {
  ByteWriter writer(out);
  writer.U8(kFrameVersion);
  writer.Varint(frame.sequence);
  writer.Zigzag(frame.log_time);
  writer.Varint(frame.epoch);
  writer.Bool(frame.complete);
  writer.Zigzag(frame.until);
  writer.Varint(frame.clocks.size());
  for (const ClockRecord& clock : frame.clocks) Encode(clock, &writer);
  writer.Varint(frame.records.size());
  for (const MatchRecord& record : frame.records) Encode(record, &writer);
  writer.Varint(frame.gaps.size());
  for (const GapRecord& gap : frame.gaps) Encode(gap, &writer);
  writer.Varint(frame.actions.size());
  for (const ActionRecord& action : frame.actions) Encode(action, &writer);
}

StatusOr<Frame> DecodeFrame(std::string_view bytes) {
  ByteReader in(bytes);
  const uint8_t version = in.U8();
  if (in.ok() && version != kFrameVersion) {
    return InvalidArgument(StrCat("a frame of version ", int{version},
                                  ", this program reads version ",
                                  int{kFrameVersion}));
  }
  Frame frame;
  frame.sequence = in.Varint();
  frame.log_time = in.Zigzag();
  frame.epoch = DecodeU32(&in);
  frame.complete = in.Bool();
  frame.until = in.Zigzag();
  DecodeList(&in, kLeastClock, &frame.clocks, DecodeClockRecord);
  DecodeList(&in, kLeastRecord, &frame.records, DecodeMatchRecord);
  DecodeList(&in, kLeastGap, &frame.gaps, DecodeGap);
  DecodeList(&in, kLeastAction, &frame.actions, DecodeAction);
  if (!in.ok() || !in.at_end()) {
    return InvalidArgument(
        StrCat("the ", bytes.size(), " bytes of a frame do not read back"));
  }
  return frame;
}

std::string Dump(const Frame& frame) {
  std::string text = StrCat("frame ", frame.sequence, " log time ",
                            TimeText(frame.log_time), " epoch ", frame.epoch);
  if (frame.complete) text += " complete";
  if (frame.until != kMinTime) text += " until " + TimeText(frame.until);
  text += '\n';
  for (const MatchRecord& record : frame.records) text += Line(record);
  for (const GapRecord& gap : frame.gaps) text += Line(gap);
  for (const ActionRecord& action : frame.actions) text += Line(action);
  for (const ClockRecord& clock : frame.clocks) text += Line(clock);
  return text;
}

}  // namespace tocsin
