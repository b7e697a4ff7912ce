// SPDX-License-Identifier: Apache-2.0
#include "engine/match/match.h"

#include "engine/base/bytes.h"

namespace tocsin {

void EncodeMatchBody(const MatchBody& body, std::string* out) {
  ByteWriter writer(out);
  writer.Varint(body.key.size());
  for (const std::string_view part : body.key) writer.Text(part);
  writer.Varint(body.captures.size());
  for (const std::vector<Value>& values : body.captures) {
    writer.Varint(values.size());
    for (const Value& value : values) Encode(value, &writer);
  }
}

bool DecodeMatchBody(std::string_view bytes, MatchBody* body) {
  ByteReader reader(bytes);
  body->key.resize(reader.Count());
  for (std::string_view& part : body->key) part = reader.Text();
  body->captures.resize(reader.Count());
  for (std::vector<Value>& values : body->captures) {
    values.resize(reader.Count());
    for (Value& value : values) value = DecodeValue(&reader);
  }
  return reader.ok() && reader.at_end();
}

Hash128 KeyHash(const std::vector<std::string>& identity_parts) {
  std::string bytes;
  ByteWriter writer(&bytes);
  for (const std::string& part : identity_parts) writer.Text(part);
  return StableHash(bytes);
}

uint32_t ShardOf(Hash128 rule_state, Hash128 key, bool whole) {
  const Hash128 placed =
      whole ? StableHash(rule_state.Hex()) : Combine(rule_state, key);
  return static_cast<uint32_t>(placed.low % kShardCount);
}

}  // namespace tocsin
