// SPDX-License-Identifier: Apache-2.0
//
// FlatIndex: open addressing from a 128-bit key to a slot number of a slab
// that somebody else keeps. Cells are placed by a secret of this process, so
// that nobody who chooses keys can make them collide; nothing that leaves the
// process depends on the placement.
//
// Source: linear probing with backward-shift deletion (Knuth, TAOCP vol. 3,
// 6.4, algorithm R). Threads: one owner.
// Tested by: tests/engine/state/key_table_test.cc
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/hash.h"

namespace tocsin {

class FlatIndex {
 public:
  static constexpr uint32_t kNone = 0xffffffff;

  // The slot of `key`; kNone: absent.
  uint32_t Find(const Hash128& key) const;
  // Adds a key that is absent. `slot` is not kNone.
  void Insert(const Hash128& key, uint32_t slot);
  // Removes a key; does nothing when it is absent.
  void Erase(const Hash128& key);
  void Clear();
  size_t size() const { return size_; }
  size_t bytes() const { return cells_.size() * sizeof(Cell); }

 private:
  struct Cell {
    Hash128 key;
    uint32_t slot = kNone;
  };

  size_t Home(const Hash128& key) const;
  // The cell of `key`, or the free one where it would go.
  size_t Probe(const Hash128& key) const;
  void Grow();

  std::vector<Cell> cells_;  // a power of two, at most 3/4 used
  size_t size_ = 0;
};

}  // namespace tocsin
