// SPDX-License-Identifier: Apache-2.0
#include "engine/match/literal_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "engine/base/hash.h"

namespace tocsin {
namespace {

// Bytes of folded log values, the commonest first (counted over the values of
// real Windows events). What is not here is rare.
constexpr std::string_view kCommonBytes =
    "0eos-t2inacr15df6mwl:8.493\\ 7uybphgvxk{}_z/=%j(),\"$q;+|#";

// Texts that values of real events hold again and again.
constexpr std::string_view kCommonTexts[] = {
    "c:\\windows\\system32\\",
    "c:\\program files (x86)\\",
    "c:\\program files\\",
    "c:\\users\\",
    "\\appdata\\local\\",
    "\\appdata\\roaming\\",
    "microsoft-windows-security-auditing",
    "microsoft-windows-sysmon/operational",
    "\\microsoft\\windows\\currentversion\\",
    "hklm\\system\\currentcontrolset\\",
    "nt authority\\system",
    "svchost.exe",
    "http://",
    "https://",
    ".dll",
    "0x0",
};

const std::array<float, 256>& Bits() {
  static const std::array<float, 256> bits = [] {
    std::array<float, 256> made;
    made.fill(10);
    // The n-th commonest byte has a frequency of about 0.08 / (1 + n / 4).
    for (size_t i = 0; i < kCommonBytes.size(); ++i) {
      made[static_cast<unsigned char>(kCommonBytes[i])] = static_cast<float>(
          std::log2((1.0 + static_cast<double>(i) / 4) / 0.08));
    }
    return made;
  }();
  return bits;
}

double Surprise(std::string_view text) {
  double sum = 0;
  for (const char c : text) sum += Bits()[static_cast<unsigned char>(c)];
  return sum;
}

}  // namespace

double BackgroundFrequency(LiteralKind kind, std::string_view folded) {
  if (kind == LiteralKind::kExact) {
    return folded.size() < 4 ? 0.2 : 0.02;
  }
  double frequency = std::min(1.0, 100 * std::exp2(-Surprise(folded)));
  for (const std::string_view common : kCommonTexts) {
    if (common.find(folded) != std::string_view::npos) {
      frequency = std::max(frequency, 0.3);
    }
  }
  return kind == LiteralKind::kContains ? frequency : frequency / 2;
}

LiteralIndex::LiteralIndex(const std::vector<IndexedLiteral>& literals) {
  for (const IndexedLiteral& item : literals) {
    literals_.push_back({static_cast<uint32_t>(bytes_.size()),
                         static_cast<uint32_t>(item.text.size())});
    bytes_ += item.text;
    Add(static_cast<uint32_t>(literals_.size() - 1), item);
  }
  for (Table* table : {&exact_, &prefix_, &suffix_, &long_, &short_}) {
    table->Build();
  }
}

uint32_t LiteralIndex::HashOf(std::string_view text) {
  return static_cast<uint32_t>(StableHash(text).low);
}

uint32_t LiteralIndex::RarestGram(std::string_view text, size_t parity) {
  size_t best = parity;
  double most = -1;
  for (size_t at = parity; at + kGram <= text.size(); at += kStride) {
    const double bits = Surprise(text.substr(at, kGram));
    if (bits <= most) continue;
    most = bits;
    best = at;
  }
  return static_cast<uint32_t>(best);
}

void LiteralIndex::Add(uint32_t literal, const IndexedLiteral& item) {
  const std::string_view text = item.text;
  const size_t width = std::min(text.size(), kGram);
  if (item.kind == LiteralKind::kExact) {
    exact_.Add(HashOf(text), {literal, 0});
  } else if (text.empty()) {
    always_.push_back(literal);
  } else if (item.kind == LiteralKind::kPrefix) {
    prefix_widths_ |= 1u << width;
    prefix_.Add(EndKey(text.data(), width), {literal, 0});
  } else if (item.kind == LiteralKind::kSuffix) {
    suffix_widths_ |= 1u << width;
    suffix_.Add(EndKey(text.data() + text.size() - width, width), {literal, 0});
  } else if (text.size() == 1) {
    bytes_literals_.push_back(literal);
  } else if (text.size() < kLong) {
    short_.Add(Gram2(text.data()), {literal, 0});
  } else {
    for (size_t parity = 0; parity < kStride; ++parity) {
      const uint32_t offset = RarestGram(text, parity);
      long_.Add(Gram4(text.data() + offset), {literal, offset});
    }
  }
}

void LiteralIndex::Table::Build() {
  if (pending_.empty()) return;
  std::stable_sort(
      pending_.begin(), pending_.end(),
      [](const Pending& a, const Pending& b) { return a.key < b.key; });
  const size_t count = pending_.size();
  const auto slot_bits =
      static_cast<uint32_t>(std::bit_width(std::bit_ceil(2 * count)) - 1);
  const auto bit_bits = std::max<uint32_t>(
      8, static_cast<uint32_t>(std::bit_width(std::bit_ceil(32 * count)) - 1));
  slots_.resize(size_t{1} << slot_bits);
  bits_.resize((size_t{1} << bit_bits) / 64);
  slot_mask_ = (1u << slot_bits) - 1;
  slot_shift_ = 32 - slot_bits;
  bit_shift_ = 32 - bit_bits;
  for (size_t i = 0; i < count;) {
    const uint32_t key = pending_[i].key;
    Slot made{key, static_cast<uint32_t>(postings_.size()), 0};
    for (; i < count && pending_[i].key == key; ++i, ++made.count) {
      postings_.push_back(pending_[i].posting);
    }
    const uint32_t hash = key * 0x9e3779b1u;
    const uint32_t bit = hash >> bit_shift_;
    bits_[bit >> 6] |= uint64_t{1} << (bit & 63);
    uint32_t at = hash >> slot_shift_;
    while (slots_[at & slot_mask_].count != 0) ++at;
    slots_[at & slot_mask_] = made;
  }
  pending_.clear();
  pending_.shrink_to_fit();
}

}  // namespace tocsin
