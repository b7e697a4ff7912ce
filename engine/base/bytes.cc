// SPDX-License-Identifier: Apache-2.0
#include "engine/base/bytes.h"

#include <bit>

namespace tocsin {
namespace {

template <typename Unsigned>
void AppendLittle(Unsigned value, std::string* out) {
  for (size_t i = 0; i < sizeof(value); ++i) {
    out->push_back(static_cast<char>(value >> (8 * i)));
  }
}

template <typename Unsigned>
Unsigned ReadLittle(std::string_view bytes) {
  Unsigned value = 0;
  for (size_t i = 0; i < sizeof(value); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= static_cast<Unsigned>(static_cast<Unsigned>(byte) << (8 * i));
  }
  return value;
}

}  // namespace

void ByteWriter::U8(uint8_t value) {
  out_->push_back(static_cast<char>(value));
}
void ByteWriter::U32(uint32_t value) { AppendLittle(value, out_); }
void ByteWriter::U64(uint64_t value) { AppendLittle(value, out_); }
void ByteWriter::F64(double value) { U64(std::bit_cast<uint64_t>(value)); }

void ByteWriter::Varint(uint64_t value) {
  while (value >= 0x80) {
    U8(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  U8(static_cast<uint8_t>(value));
}

void ByteWriter::Zigzag(int64_t value) {
  const auto sign = static_cast<uint64_t>(value >> 63);
  Varint((static_cast<uint64_t>(value) << 1) ^ sign);
}

void ByteWriter::Text(std::string_view value) {
  Varint(value.size());
  out_->append(value);
}

void ByteWriter::Hash(Hash128 value) {
  U64(value.high);
  U64(value.low);
}

void ByteReader::Fail() {
  ok_ = false;
  rest_ = {};
}

uint8_t ByteReader::U8() {
  if (rest_.empty()) {
    Fail();
    return 0;
  }
  const auto value = static_cast<uint8_t>(rest_[0]);
  rest_.remove_prefix(1);
  return value;
}

uint32_t ByteReader::U32() {
  if (rest_.size() < 4) {
    Fail();
    return 0;
  }
  const auto value = ReadLittle<uint32_t>(rest_);
  rest_.remove_prefix(4);
  return value;
}

uint64_t ByteReader::U64() {
  if (rest_.size() < 8) {
    Fail();
    return 0;
  }
  const auto value = ReadLittle<uint64_t>(rest_);
  rest_.remove_prefix(8);
  return value;
}

double ByteReader::F64() { return std::bit_cast<double>(U64()); }

uint64_t ByteReader::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint64_t byte = U8();
    // The tenth byte holds one bit only; anything else is damage.
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  Fail();
  return 0;
}

int64_t ByteReader::Zigzag() {
  const uint64_t value = Varint();
  return static_cast<int64_t>((value >> 1) ^ (0 - (value & 1)));
}

std::string_view ByteReader::Text() {
  const uint64_t size = Varint();
  if (size > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

Hash128 ByteReader::Hash() {
  Hash128 value;
  value.high = U64();
  value.low = U64();
  // Half a hash is no hash.
  return ok_ ? value : Hash128{};
}

size_t ByteReader::Count(size_t bytes_each) {
  const uint64_t count = Varint();
  if (bytes_each != 0 && count > rest_.size() / bytes_each) {
    Fail();
    return 0;
  }
  return count;
}

}  // namespace tocsin
