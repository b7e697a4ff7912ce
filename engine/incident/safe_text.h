// SPDX-License-Identifier: Apache-2.0
//
// SafeText: text made of event values, for people. Values are hostile: what
// moves a cursor, hides, reorders or splits what is shown is made harmless.
// Tabs and line ends become one blank, every other control, bidirectional,
// invisible or tag character U+FFFD, as do bytes that are no UTF-8.
//
// Sinks still escape for their own syntax (JSON, HTML, Slack ...).
// Source: Unicode 15, section 23; Boucher and Anderson, "Trojan Source", 2021.
// Threads: pure. Tested by: tests/engine/incident/safe_text_test.cc
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin {

// At most `max_bytes`; what was cut ends in "…" (three bytes more).
std::string SafeText(std::string_view text, size_t max_bytes);

}  // namespace tocsin
