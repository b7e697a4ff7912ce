// SPDX-License-Identifier: Apache-2.0
//
// Arena: bytes that live until the next Reset(), for what one event needs.
// Blocks are kept over resets, so that a steady stream of events of usual
// size allocates nothing.
//
// Threads: one object per thread.
// Tested by: tests/engine/base/arena_test.cc
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace tocsin {

class Arena {
 public:
  explicit Arena(size_t block_bytes = 1 << 16) : block_bytes_(block_bytes) {}

  // `size` bytes at an address that suits every type. Never null.
  char* Allocate(size_t size) {
    size = (size + kAlign - 1) / kAlign * kAlign;
    if (size > left_) NextBlock(size);
    char* bytes = next_;
    next_ += size;
    left_ -= size;
    return bytes;
  }

  // An array of `count` objects, not initialised; they are never destroyed.
  template <typename T>
  requires(std::is_trivially_destructible_v<T>) T* AllocateArray(size_t count) {
    return reinterpret_cast<T*>(Allocate(count * sizeof(T)));
  }

  std::string_view Copy(std::string_view text) {
    char* bytes = Allocate(text.size());
    std::copy(text.begin(), text.end(), bytes);
    return {bytes, text.size()};
  }

  // Everything allocated so far is gone; the memory stays for reuse.
  void Reset() {
    if (current_ == 0) return;
    current_ = 0;
    left_ = 0;
    NextBlock(0);
  }

  // Bytes held, used or not.
  size_t capacity() const {
    size_t sum = 0;
    for (const Block& block : blocks_) sum += block.size;
    return sum;
  }

 private:
  static constexpr size_t kAlign = alignof(std::max_align_t);

  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };

  // Makes the first block from current_ on that holds `size` the current one.
  void NextBlock(size_t size) {
    while (current_ < blocks_.size() && blocks_[current_].size < size) {
      ++current_;
    }
    if (current_ == blocks_.size()) {
      const size_t bytes = std::max(size, block_bytes_);
      blocks_.push_back({std::make_unique_for_overwrite<char[]>(bytes), bytes});
    }
    next_ = blocks_[current_].bytes.get();
    left_ = blocks_[current_].size;
    ++current_;
  }

  size_t block_bytes_;
  std::vector<Block> blocks_;
  size_t current_ = 0;  // first block not yet used since the last reset
  char* next_ = nullptr;
  size_t left_ = 0;
};

}  // namespace tocsin
