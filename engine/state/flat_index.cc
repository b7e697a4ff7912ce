// SPDX-License-Identifier: Apache-2.0
#include "engine/state/flat_index.h"

#include <random>
#include <utility>

namespace tocsin {
namespace {

constexpr size_t kFirstCells = 16;

uint64_t Secret() {
  static const uint64_t secret = [] {
    std::random_device device;
    return (uint64_t{device()} << 32 | device()) | 1;
  }();
  return secret;
}

}  // namespace

size_t FlatIndex::Home(const Hash128& key) const {
  // The keys are hashes already; the secret makes the place unknown outside.
  const uint64_t mixed = (key.high ^ Secret()) * 0x9e3779b97f4a7c15;
  const uint64_t folded = (mixed ^ (mixed >> 32) ^ key.low) * Secret();
  return (folded >> 20) & (cells_.size() - 1);
}

size_t FlatIndex::Probe(const Hash128& key) const {
  size_t cell = Home(key);
  while (cells_[cell].slot != kNone && cells_[cell].key != key) {
    cell = (cell + 1) & (cells_.size() - 1);
  }
  return cell;
}

uint32_t FlatIndex::Find(const Hash128& key) const {
  return cells_.empty() ? kNone : cells_[Probe(key)].slot;
}

void FlatIndex::Insert(const Hash128& key, uint32_t slot) {
  if ((size_ + 1) * 4 > cells_.size() * 3) Grow();
  cells_[Probe(key)] = {key, slot};
  ++size_;
}

void FlatIndex::Erase(const Hash128& key) {
  if (cells_.empty()) return;
  size_t hole = Probe(key);
  if (cells_[hole].slot == kNone) return;
  const size_t mask = cells_.size() - 1;
  size_t next = hole;
  for (;;) {
    cells_[hole].slot = kNone;
    // Moves the next cell here that would otherwise be out of reach.
    do {
      next = (next + 1) & mask;
      if (cells_[next].slot == kNone) {
        --size_;
        return;
      }
    } while (((next - Home(cells_[next].key)) & mask) < ((next - hole) & mask));
    cells_[hole] = cells_[next];
    hole = next;
  }
}

void FlatIndex::Clear() {
  cells_.clear();
  size_ = 0;
}

void FlatIndex::Grow() {
  std::vector<Cell> old = std::exchange(
      cells_,
      std::vector<Cell>(cells_.empty() ? kFirstCells : cells_.size() * 2));
  for (const Cell& cell : old) {
    if (cell.slot != kNone) cells_[Probe(cell.key)] = cell;
  }
}

}  // namespace tocsin
