// SPDX-License-Identifier: Apache-2.0
//
// TextPool: texts made while one event or match is evaluated (lower(x),
// folded forms). Addresses stay until Clear(), which keeps the memory, so a
// warm pool does not allocate.
//
// Threads: one object per thread.
// Tested by: tests/engine/plan/operators_test.cc
#pragma once

#include <cstddef>
#include <deque>
#include <string>

namespace tocsin {

class TextPool {
 public:
  // An empty text, valid until Clear().
  std::string* New() {
    if (used_ == texts_.size()) texts_.emplace_back();
    std::string* text = &texts_[used_++];
    text->clear();
    return text;
  }

  void Clear() {
    // One huge value must not keep its memory for ever.
    for (size_t i = 0; i < used_; ++i) {
      if (texts_[i].capacity() > kKeptBytes) std::string().swap(texts_[i]);
    }
    used_ = 0;
  }

 private:
  static constexpr size_t kKeptBytes = 64 << 10;
  std::deque<std::string> texts_;
  size_t used_ = 0;
};

}  // namespace tocsin
