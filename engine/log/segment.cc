// SPDX-License-Identifier: Apache-2.0
#include "engine/log/segment.h"

#include <algorithm>
#include <charconv>

#include "engine/base/bytes.h"
#include "engine/base/checksum.h"

namespace tocsin {
namespace {

constexpr uint32_t kMagic = 0x6e53'6354;  // "TcSn"
constexpr std::string_view kMagicText = "TcSn";
constexpr std::string_view kEnding = ".log";
constexpr size_t kNameDigits = 20;

uint32_t EntryCrc(std::string_view entry) {
  return Crc32(entry.substr(12), Crc32(entry.substr(4, 4)));
}

// Fills in the header of the entry that begins at `begin`.
void Close(size_t begin, uint64_t durable, std::string* out) {
  std::string header;
  ByteWriter writer(&header);
  writer.U32(kMagic);
  writer.U32(static_cast<uint32_t>(out->size() - begin - kEntryHeader));
  writer.U32(0);
  writer.U64(durable);
  out->replace(begin, kEntryHeader, header);
  std::string crc;
  ByteWriter(&crc).U32(EntryCrc(std::string_view(*out).substr(begin)));
  out->replace(begin + 8, crc.size(), crc);
}

}  // namespace

void AppendHead(const Frame& clocks, const std::vector<std::string>& inputs,
                uint64_t durable, std::string* out) {
  const size_t begin = out->size();
  out->append(kEntryHeader, '\0');
  ByteWriter writer(out);
  writer.U8(static_cast<uint8_t>(EntryKind::kHead));
  writer.Varint(inputs.size());
  for (const std::string& input : inputs) writer.Text(input);
  EncodeFrame(clocks, out);
  Close(begin, durable, out);
}

void AppendEntry(const Frame& frame, uint64_t durable, std::string* out) {
  const size_t begin = out->size();
  out->append(kEntryHeader, '\0');
  ByteWriter(out).U8(static_cast<uint8_t>(EntryKind::kFrame));
  EncodeFrame(frame, out);
  Close(begin, durable, out);
}

std::optional<uint64_t> ClaimedSize(std::string_view header) {
  ByteReader in(header);
  const uint32_t magic = in.U32();
  const uint32_t size = in.U32();
  if (!in.ok() || header.size() < kEntryHeader || magic != kMagic) {
    return std::nullopt;
  }
  return kEntryHeader + uint64_t{size};
}

std::optional<Entry> ParseEntry(std::string_view bytes) {
  const std::optional<uint64_t> size = ClaimedSize(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  bytes = bytes.substr(0, *size);
  ByteReader header(bytes.substr(8));
  if (header.U32() != EntryCrc(bytes)) return std::nullopt;
  Entry entry;
  entry.size = bytes.size();
  entry.durable = header.U64();
  const std::string_view payload = bytes.substr(kEntryHeader);
  ByteReader in(payload);
  entry.kind = static_cast<EntryKind>(in.U8());
  size_t before_frame = 1;
  if (entry.kind == EntryKind::kHead) {
    const size_t count = in.Count();
    for (size_t i = 0; i < count && in.ok(); ++i) {
      entry.inputs.emplace_back(in.Text());
    }
    std::string prefix;
    ByteWriter writer(&prefix);
    writer.Varint(count);
    for (const std::string& input : entry.inputs) writer.Text(input);
    before_frame += prefix.size();
  } else if (entry.kind != EntryKind::kFrame) {
    return std::nullopt;
  }
  if (!in.ok() || before_frame > payload.size()) return std::nullopt;
  entry.frame = payload.substr(before_frame);
  in.U8();  // the frame's version
  entry.sequence = in.Varint();
  return in.ok() ? std::optional(entry) : std::nullopt;
}

std::optional<uint64_t> HighestDurable(std::string_view bytes) {
  std::optional<uint64_t> highest;
  size_t at = bytes.find(kMagicText);
  while (at != std::string_view::npos) {
    const std::optional<Entry> entry = ParseEntry(bytes.substr(at));
    if (entry) highest = std::max(highest.value_or(0), entry->durable);
    at = bytes.find(kMagicText, at + (entry ? entry->size : 1));
  }
  return highest;
}

std::string SegmentName(uint64_t first) {
  const std::string digits = std::to_string(first);
  return StrCat(std::string(kNameDigits - digits.size(), '0'), digits, kEnding);
}

std::optional<uint64_t> SegmentFirst(std::string_view name) {
  if (name.size() != kNameDigits + kEnding.size() || !name.ends_with(kEnding)) {
    return std::nullopt;
  }
  uint64_t first = 0;
  const char* end = name.data() + kNameDigits;
  const auto [stop, error] = std::from_chars(name.data(), end, first);
  if (error != std::errc() || stop != end) return std::nullopt;
  return first;
}

}  // namespace tocsin
