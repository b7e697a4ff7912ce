// SPDX-License-Identifier: Apache-2.0
//
// Printable: text of unknown origin for a person's terminal. An attacker may
// have written it, so control characters, also those of Unicode that turn the
// direction of writing, become U+FFFD, and what is too long ends in "...".
//
// Threads: pure function. Tested by: tests/engine/cmd/show_test.cc
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin {

// At most `width` (> 3) code points of `text`; `shown`, if given, is how many.
std::string Printable(std::string_view text, size_t width,
                      size_t* shown = nullptr);

}  // namespace tocsin
