// SPDX-License-Identifier: Apache-2.0
//
// LikePattern: `like` with exactly Sigma's wildcards. `*` is any run of
// characters (empty and newlines included), `?` exactly one character (code
// point). A backslash before `*`, `?` or `\` makes that character literal; any
// other backslash, also the last one, is itself.
//
// Source: Sigma specification 2.1, "Escaping"; the search takes each run
// between two stars at its first place, which finds a match whenever one
// exists. Threads: immutable after construction.
// Tested by: tests/engine/plan/like_test.cc
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

class LikePattern {
 public:
  // `cased`: matches the text as it is, else its folded form.
  LikePattern(std::string_view pattern, bool cased);

  bool Matches(std::string_view text) const;
  bool cased() const { return cased_; }

  // The literal runs, for the literal index: folded unless cased. `anchored`
  // runs stand at the very start or end of every match.
  struct Run {
    std::string text;
    bool at_start = false;
    bool at_end = false;
  };
  std::vector<Run> Runs() const;

 private:
  // A piece of literal bytes and single wildcards between two stars.
  struct Part {
    std::string text;  // bytes to compare
    size_t skip = 0;   // `?` before them
  };
  using Segment = std::vector<Part>;  // the last part may have empty text

  // The end of `segment` when it stands at `offset`, or npos.
  static size_t MatchAt(const Segment& segment, std::string_view text,
                        size_t offset);
  static size_t MatchAtEnd(const Segment& segment, std::string_view text,
                           size_t not_before);
  static bool FindSegment(const Segment& segment, std::string_view text,
                          size_t* offset);

  bool cased_;
  std::vector<Segment> segments_;  // between stars: n stars, n + 1 segments
};

}  // namespace tocsin
