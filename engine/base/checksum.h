// SPDX-License-Identifier: Apache-2.0
//
// Checksum: CRC-32 (IEEE 802.3) of what is stored, from zlib.
//
// Threads: pure. Tested by: tests/engine/base/disk_test.cc
#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin {

// The checksum of `bytes`, going on from `crc` (0 to begin).
uint32_t Crc32(std::string_view bytes, uint32_t crc = 0);

}  // namespace tocsin
