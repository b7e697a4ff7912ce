// SPDX-License-Identifier: Apache-2.0
//
// LiteralIndex: which of many literals occur in a text. Two calls: build it
// from the literals, ask it about a text.
//
// Sampled q-grams: of a text only every second four-byte gram is looked up; a
// literal is entered under one gram at an even and one at an odd offset, its
// rarest ones, so that one of them is met wherever it stands. A bitmap turns
// nearly all grams away before the table is touched. Literals of two to four
// bytes are found by their first two; ends and whole texts by one look-up.
// Every hit is compared byte for byte.
//
// Source: q-gram filtering as in Navarro and Raffinot, "Flexible Pattern
// Matching in Strings", chapter 4. Threads: immutable, shared freely.
// Tested by: tests/engine/match/literal_index_test.cc
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

enum class LiteralKind : uint8_t { kExact, kPrefix, kSuffix, kContains };

struct IndexedLiteral {
  LiteralKind kind = LiteralKind::kContains;
  std::string text;  // folded
  bool operator==(const IndexedLiteral&) const = default;
};

class LiteralIndex {
 public:
  LiteralIndex() = default;
  explicit LiteralIndex(const std::vector<IndexedLiteral>& literals);

  // Calls hit(uint32_t i) for each literals[i] that occurs in `text`, which is
  // folded; perhaps more than once.
  template <typename F>
  void Find(std::string_view text, F&& hit) const {
    if (exact_.used()) {
      exact_.Each(HashOf(text), [&](const Posting& posting) {
        if (SizeOf(posting.literal) == text.size()) {
          Check(posting.literal, text, 0, hit);
        }
      });
    }
    FindEnds(text, hit);
    FindInside(text, hit);
  }

  size_t size() const { return literals_.size(); }

 private:
  struct Posting {
    uint32_t literal;
    uint32_t offset;  // of the gram in the literal
  };

  // Postings by a 32-bit key, behind a bitmap.
  class Table {
   public:
    void Add(uint32_t key, Posting posting) {
      pending_.push_back({key, posting});
    }
    void Build();
    bool used() const { return !slots_.empty(); }

    template <typename F>
    void Each(uint32_t key, F&& f) const {
      const uint32_t hash = key * 0x9e3779b1u;
      if ((bits_[hash >> bit_shift_ >> 6] >> (hash >> bit_shift_ & 63) & 1) ==
          0) [[likely]] {
        return;
      }
      for (uint32_t at = hash >> slot_shift_;; ++at) {
        const Slot& slot = slots_[at & slot_mask_];
        if (slot.count == 0) return;
        if (slot.key != key) continue;
        for (uint32_t i = 0; i < slot.count; ++i) f(postings_[slot.first + i]);
        return;
      }
    }

   private:
    struct Slot {
      uint32_t key = 0;
      uint32_t first = 0;
      uint32_t count = 0;
    };
    struct Pending {
      uint32_t key;
      Posting posting;
    };
    std::vector<Pending> pending_;
    std::vector<uint64_t> bits_;
    std::vector<Slot> slots_;
    std::vector<Posting> postings_;
    uint32_t bit_shift_ = 0;
    uint32_t slot_shift_ = 0;
    uint32_t slot_mask_ = 0;
  };

  struct Stored {
    uint32_t begin;  // in bytes_
    uint32_t size;
  };

  static constexpr size_t kGram = 4;
  static constexpr size_t kStride = 2;
  static constexpr size_t kLong = kGram + kStride - 1;  // shortest with grams

  static uint32_t Gram4(const char* bytes) {
    uint32_t gram;
    std::memcpy(&gram, bytes, sizeof(gram));
    return gram;
  }
  static uint32_t Gram2(const char* bytes) {
    uint16_t gram;
    std::memcpy(&gram, bytes, sizeof(gram));
    return gram;
  }
  // Up to four bytes and how many they are.
  static uint32_t EndKey(const char* bytes, size_t width) {
    uint32_t key = 0;
    std::memcpy(&key, bytes, width);
    return key ^ static_cast<uint32_t>(width << 5);
  }
  static uint32_t HashOf(std::string_view text);
  // The offset of the rarest gram, of those that begin at `parity`.
  static uint32_t RarestGram(std::string_view text, size_t parity);

  void Add(uint32_t literal, const IndexedLiteral& item);
  uint32_t SizeOf(uint32_t literal) const { return literals_[literal].size; }

  template <typename F>
  void Check(uint32_t literal, std::string_view text, size_t at,
             F&& hit) const {
    const Stored& stored = literals_[literal];
    if (std::memcmp(text.data() + at, bytes_.data() + stored.begin,
                    stored.size) == 0) {
      hit(literal);
    }
  }

  template <typename F>
  void FindEnds(std::string_view text, F&& hit) const {
    for (size_t width = 1; width <= kGram && width <= text.size(); ++width) {
      if ((prefix_widths_ >> width & 1) != 0) {
        prefix_.Each(EndKey(text.data(), width), [&](const Posting& posting) {
          if (SizeOf(posting.literal) <= text.size()) {
            Check(posting.literal, text, 0, hit);
          }
        });
      }
      if ((suffix_widths_ >> width & 1) != 0) {
        const char* end = text.data() + text.size() - width;
        suffix_.Each(EndKey(end, width), [&](const Posting& posting) {
          const uint32_t size = SizeOf(posting.literal);
          if (size <= text.size()) {
            Check(posting.literal, text, text.size() - size, hit);
          }
        });
      }
    }
  }

  template <typename F>
  void FindInside(std::string_view text, F&& hit) const {
    for (const uint32_t literal : always_) hit(literal);
    for (const uint32_t literal : bytes_literals_) {
      if (text.find(bytes_[literals_[literal].begin]) !=
          std::string_view::npos) {
        hit(literal);
      }
    }
    const auto check = [&](size_t at, const Posting& posting) {
      if (at < posting.offset) return;
      const size_t begin = at - posting.offset;
      if (SizeOf(posting.literal) <= text.size() - begin) {
        Check(posting.literal, text, begin, hit);
      }
    };
    if (long_.used()) {
      for (size_t at = 0; at + kGram <= text.size(); at += kStride) {
        long_.Each(Gram4(text.data() + at),
                   [&](const Posting& posting) { check(at, posting); });
      }
    }
    if (short_.used()) {
      for (size_t at = 0; at + 2 <= text.size(); ++at) {
        short_.Each(Gram2(text.data() + at),
                    [&](const Posting& posting) { check(at, posting); });
      }
    }
  }

  std::vector<Stored> literals_;
  std::string bytes_;
  Table exact_;
  Table prefix_;
  Table suffix_;
  Table long_;                            // contained, five bytes and more
  Table short_;                           // contained, two to four bytes
  std::vector<uint32_t> bytes_literals_;  // contained, one byte
  std::vector<uint32_t> always_;          // empty ones, in every text
  uint32_t prefix_widths_ = 0;            // bit w: some have a key of w bytes
  uint32_t suffix_widths_ = 0;
};

// How often a literal is found in the values of usual logs, 0 to 1; only the
// order matters.
double BackgroundFrequency(LiteralKind kind, std::string_view folded);

}  // namespace tocsin
