// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/dead_letter.h"

#include <openssl/evp.h>
#include <simdjson.h>

#include "engine/base/json_writer.h"

namespace tocsin {
namespace {

std::string Base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

}  // namespace

std::string DeadLetterJson(const DeadLetter& letter, const Inputs& inputs) {
  const Partition& partition = letter.from.partition;
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.TextField("reason", letter.reason);
  json.TextField("detail", letter.detail);
  json.TextField("input", inputs[partition.input.value].name);
  json.TextField("topic", inputs[partition.input.value].topic);
  json.IntField("partition", partition.number);
  json.IntField("offset", letter.from.offset);
  json.IntField("index", letter.from.index);
  if (letter.record_time != kMinTime) {
    json.TextField("record_time", FormatTime(letter.record_time));
  }
  if (simdjson::validate_utf8(letter.payload.data(), letter.payload.size())) {
    json.TextField("payload", letter.payload);
  } else {
    json.TextField("payload_base64", Base64(letter.payload));
  }
  json.EndObject();
  return out;
}

}  // namespace tocsin
