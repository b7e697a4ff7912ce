// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics: collecting and ordering; see diagnostic.h. How they look is in
// diagnostic_render.cc.
#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "engine/base/fold.h"
#include "engine/base/status.h"
#include "rules/diagnostic.h"

namespace tocsin::rules {
namespace {

// Longer words are no slips of a finger, and the search is quadratic.
constexpr size_t kLongestWord = 64;

// How many edits still are a slip.
size_t Allowed(size_t length) {
  if (length < 3) return 0;
  if (length < 6) return 1;
  return length < 10 ? 2 : 3;
}

// Edits from `a` to `b`, both folded: insert, delete, replace, swap of
// neighbours ("optimal string alignment"); at most kLongestWord bytes each.
size_t Edits(std::string_view a, std::string_view b) {
  std::array<std::array<size_t, kLongestWord + 1>, 3> rows{};
  for (size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min(
          {above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
      }
    }
  }
  return rows[a.size() % 3][b.size()];
}

template <typename Texts>
std::string_view NearestOf(std::string_view word, const Texts& candidates) {
  if (word.size() > kLongestWord) return "";
  const std::string folded = Fold(word);
  std::string_view best;
  size_t fewest = Allowed(folded.size()) + 1;
  for (const auto& text : candidates) {
    if (text.size() > kLongestWord) continue;
    const std::string candidate = Fold(text);
    // Folding may lengthen a text in bytes.
    if (candidate.size() > kLongestWord || folded.size() > kLongestWord) {
      continue;
    }
    const size_t edits = Edits(folded, candidate);
    if (edits < fewest) {
      fewest = edits;
      best = text;
    }
  }
  return best;
}

std::string Question(std::string_view nearest) {
  if (nearest.empty()) return "";
  return StrCat("did you mean '", nearest, "'?");
}

}  // namespace

Diagnostic& Diagnostic::Label(Span at, std::string text) {
  labels.push_back({at, std::move(text)});
  return *this;
}

Diagnostic& Diagnostic::Help(std::string text) {
  help = std::move(text);
  return *this;
}

Diagnostic& Diagnostics::Add(Code code, Span span, std::string message) {
  const bool full = all_.size() >= kStored;
  const bool fresh =
      full || places_.emplace(code.row, span.file, span.begin, span.end).second;
  if (fresh) {
    ++(code.row->severity == Severity::kError ? errors_ : warnings_);
  }
  Diagnostic& added = fresh && !full ? all_.emplace_back() : dropped_;
  added = Diagnostic{code.row, span, std::move(message), {}, ""};
  return added;
}

std::vector<const Diagnostic*> Diagnostics::Sorted() const {
  std::vector<const Diagnostic*> sorted;
  sorted.reserve(all_.size());
  for (const Diagnostic& diagnostic : all_) sorted.push_back(&diagnostic);
  const auto key = [](const Diagnostic* d) {
    return std::tuple(d->span.file, d->span.begin, d->severity());
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&key](const Diagnostic* a, const Diagnostic* b) {
                     return key(a) < key(b);
                   });
  return sorted;
}

std::string_view Nearest(std::string_view word,
                         std::span<const std::string_view> candidates) {
  return NearestOf(word, candidates);
}

std::string_view Nearest(std::string_view word,
                         std::span<const std::string> candidates) {
  return NearestOf(word, candidates);
}

std::string DidYouMean(std::string_view word,
                       std::span<const std::string_view> candidates) {
  return Question(NearestOf(word, candidates));
}

std::string DidYouMean(std::string_view word,
                       std::span<const std::string> candidates) {
  return Question(NearestOf(word, candidates));
}

}  // namespace tocsin::rules
