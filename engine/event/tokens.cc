// SPDX-License-Identifier: Apache-2.0
//
// Only simdjson's first stage is used. Its on-demand and DOM front ends stop
// at the first fault, know one document per message and no array root; the
// walks of tokens.h do not. `structural_indexes` is in simdjson::internal;
// decode tests compare every case with a reader of our own, so a release that
// changes it is noticed.
#include "engine/event/tokens.h"

#include <bit>
#include <cstdlib>

#include <simdjson.h>

namespace tocsin {

Tokenizer::Tokenizer() = default;
Tokenizer::~Tokenizer() = default;

bool Tokenizer::FirstStage(std::string_view text) {
  tokens_ = {.text = text.data(), .size = static_cast<uint32_t>(text.size())};
  if (stage_ == nullptr || capacity_ < text.size()) {
    capacity_ = std::bit_ceil(text.size() | 4'095);
    // Fails only without memory: as every other allocation, that ends us.
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(
            capacity_, 1, stage_) != simdjson::SUCCESS) {
      std::abort();
    }
  }
  const simdjson::error_code error =
      stage_->stage1(reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                     simdjson::stage1_mode::regular);
  if (error == simdjson::EMPTY) return true;
  tokens_.at = stage_->structural_indexes.get();
  tokens_.count = stage_->n_structural_indexes;
  return error == simdjson::SUCCESS;
}

void Tokenizer::Read(std::string_view text) {
  bytes_ = text;
  repaired_ = false;
  if (FirstStage(text)) return;
  repair_.Json(text);
  repaired_ = repair_.changed();
  if (repaired_) bytes_ = repair_.text();
  // Now clean by construction. Should the two ever disagree, the message has
  // no tokens, which makes it a dead letter and not a guess.
  if (!FirstStage(bytes_.substr(0, repair_.unclosed()))) tokens_.count = 0;
}

size_t Tokenizer::OriginalOffset(size_t offset) const {
  return repaired_ ? repair_.OriginalOffset(offset) : offset;
}

}  // namespace tocsin
