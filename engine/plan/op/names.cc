// SPDX-License-Identifier: Apache-2.0
//
// registered_domain and account_name.
//
// Source: the Public Suffix List as compiled into libpsl.
#include <libpsl.h>

#include "engine/base/fold.h"
#include "engine/plan/op/functions.h"

namespace tocsin {

// "a.b.example.co.uk" gives "example.co.uk", in lower case, a trailing dot
// dropped; missing for addresses, bare suffixes and names without a dot.
std::optional<Value> RegisteredDomain(CallArgs args, TextPool* pool) {
  const Value& value = args[0];
  if (!value.is_text()) return std::nullopt;
  std::string_view name = value.text;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > 255 || CanonicalIp(name) ||
      name.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::string* folded = pool->New();
  AppendFolded(name, folded);
  const char* registered =
      psl_registrable_domain(psl_builtin(), folded->c_str());
  if (registered == nullptr) return std::nullopt;
  return Value::Text(registered);
}

// The account without its domain: "CORP\ana" and "ana@corp.example" are
// "ana". Missing where nothing is left.
std::optional<Value> AccountName(CallArgs args, TextPool* pool) {
  std::optional<std::string_view> text = TextOf(args[0], pool);
  if (!text) return std::nullopt;
  const size_t slash = text->rfind('\\');
  if (slash != std::string_view::npos) text->remove_prefix(slash + 1);
  const size_t at = text->find('@');
  if (at != std::string_view::npos) text = text->substr(0, at);
  if (text->empty()) return std::nullopt;
  return Value::Text(*text);
}

}  // namespace tocsin
