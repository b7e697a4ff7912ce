// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/literal_transforms.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "engine/base/utf8.h"

namespace tocsin {
namespace {

// UTF-16 code units of a text; broken UTF-8 is refused.
Status ToUtf16(std::string_view text, std::vector<uint16_t>* units) {
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = NextUtf8(text, at);
    if (step.code < 0) return InvalidArgument("the text is no UTF-8");
    at += step.size;
    const auto code = static_cast<uint32_t>(step.code);
    if (code < 0x10000) {
      units->push_back(static_cast<uint16_t>(code));
    } else {
      units->push_back(static_cast<uint16_t>(0xD7C0 + (code >> 10)));
      units->push_back(static_cast<uint16_t>(0xDC00 + (code & 0x3FF)));
    }
  }
  return OkStatus();
}

Status Utf16(std::string_view text, bool big_end_first,
             std::vector<std::string>* out) {
  std::vector<uint16_t> units;
  RETURN_IF_ERROR(ToUtf16(text, &units));
  std::string& bytes = out->emplace_back();
  for (const uint16_t unit : units) {
    const auto high = static_cast<char>(unit >> 8);
    const auto low = static_cast<char>(unit & 0xFF);
    bytes += big_end_first ? high : low;
    bytes += big_end_first ? low : high;
  }
  return OkStatus();
}

Status Utf16Le(std::string_view text, std::vector<std::string>* out) {
  return Utf16(text, false, out);
}

Status Utf16Be(std::string_view text, std::vector<std::string>* out) {
  return Utf16(text, true, out);
}

std::string EncodeBase64(std::string_view bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      const auto byte = at + i < bytes.size()
                            ? static_cast<unsigned char>(bytes[at + i])
                            : uint8_t{0};
      group = group << 8 | byte;
    }
    const size_t digits = std::min<size_t>(bytes.size() - at, 3) + 1;
    for (size_t i = 0; i < 4; ++i) {
      out += i < digits ? kDigits[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

Status Base64(std::string_view text, std::vector<std::string>* out) {
  if (text.empty()) return InvalidArgument("the text is empty");
  out->push_back(EncodeBase64(text));
  return OkStatus();
}

// With `i` bytes in front, the first and last digits also hold bits of the
// neighbours: these are cut.
Status Base64Offset(std::string_view text, std::vector<std::string>* out) {
  static constexpr std::array<size_t, 3> kCutFront = {0, 2, 3};
  static constexpr std::array<size_t, 3> kCutBack = {0, 3, 2};
  for (size_t i = 0; i < 3; ++i) {
    const std::string encoded =
        EncodeBase64(std::string(i, ' ') + std::string(text));
    const size_t cut = kCutFront[i] + kCutBack[(text.size() + i) % 3];
    if (encoded.size() <= cut) {
      return InvalidArgument(
          "the text is too short: base64offset needs at least 3 bytes");
    }
    out->push_back(encoded.substr(kCutFront[i], encoded.size() - cut));
  }
  return OkStatus();
}

bool IsWordCharacter(int32_t code) {
  return code == '_' || (code >= 0 && u_isalnum(code) != 0);
}

// Where - or / stands before a word character and not behind one.
std::vector<size_t> WordDashes(std::string_view text) {
  std::vector<size_t> dashes;
  bool behind_word = false;
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = NextUtf8(text, at);
    const size_t next = at + step.size;
    const bool dash = step.code == '-' || step.code == '/';
    if (dash && !behind_word && next < text.size() &&
        IsWordCharacter(NextUtf8(text, next).code)) {
      dashes.push_back(at);
    }
    behind_word = IsWordCharacter(step.code);
    at = next;
  }
  return dashes;
}

Status Windash(std::string_view text, std::vector<std::string>* out) {
  // As written comes first, then en dash, em dash, horizontal bar.
  static constexpr std::array<std::string_view, 5> kDashes = {
      "-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95"};
  std::vector<std::string> forms = {std::string()};
  size_t copied = 0;
  for (const size_t dash : WordDashes(text)) {
    if (forms.size() * kDashes.size() > kMaxWindashForms) {
      return InvalidArgument(
          "the text has too many dashes; windash takes at most 5");
    }
    std::vector<std::string> more;
    for (const std::string& form : forms) {
      for (const std::string_view with : kDashes) {
        more.push_back(StrCat(form, text.substr(copied, dash - copied), with));
      }
    }
    forms = std::move(more);
    copied = dash + 1;
  }
  for (std::string& form : forms) {
    form += text.substr(copied);
    out->push_back(std::move(form));
  }
  return OkStatus();
}

constexpr LiteralTransform kTransforms[] = {
    {"wide", false, Utf16Le, "the text as UTF-16, little end first"},
    {"utf16le", false, Utf16Le, "the text as UTF-16, little end first"},
    {"utf16be", false, Utf16Be, "the text as UTF-16, big end first"},
    {"base64", true, Base64, "the text in base64"},
    {"base64offset", true, Base64Offset,
     "the text at any place inside a longer base64 text"},
    {"windash", false, Windash,
     "- and / before a word also as the other, and as long dashes"},
};

}  // namespace

std::span<const LiteralTransform> LiteralTransforms() { return kTransforms; }

const LiteralTransform* FindLiteralTransform(std::string_view name) {
  for (const LiteralTransform& row : kTransforms) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

StatusOr<std::vector<Literal>> ApplyLiteralTransform(std::string_view name,
                                                     const Literal& literal) {
  const LiteralTransform* row = FindLiteralTransform(name);
  if (row == nullptr) return InvalidArgument(StrCat("no word ", name));
  const Value value = literal.value.view();
  if (!value.is_text()) return InvalidArgument("only a text can be changed");
  std::vector<std::string> texts;
  RETURN_IF_ERROR(row->apply(value.text, &texts));
  std::vector<Literal> made;
  made.reserve(texts.size());
  for (const std::string& text : texts) {
    made.push_back(
        {StoredValue(Value::Text(text)), literal.cased || row->cased});
  }
  return made;
}

}  // namespace tocsin
