// SPDX-License-Identifier: Apache-2.0
//
// GzipLines: the first lines of a compressed file, for tests over real data.
//
// Threads: pure function.
#pragma once

#include <string>
#include <vector>

namespace tocsin::testing {

// The whole lines among the first `bytes` bytes; fails the test case when the
// file cannot be read.
std::vector<std::string> GzipLines(const std::string& path, size_t bytes);

}  // namespace tocsin::testing
