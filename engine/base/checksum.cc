// SPDX-License-Identifier: Apache-2.0
#include "engine/base/checksum.h"

#include <zlib.h>

namespace tocsin {

uint32_t Crc32(std::string_view bytes, uint32_t crc) {
  const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
  return static_cast<uint32_t>(crc32_z(crc, data, bytes.size()));
}

}  // namespace tocsin
