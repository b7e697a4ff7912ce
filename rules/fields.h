// SPDX-License-Identifier: Apache-2.0
//
// Fields: from a name to the steps that find its value in an event ("Settled"
// 14): what the sources declare, in their order, then what they parse and
// extract, the name as it stands in the event, and the prefixes of `under`.
//
// Threads: one. Tested by: tests/rules/fields_test.cc
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/lowering.h"

namespace tocsin::rules {

class Fields {
 public:
  explicit Fields(Lowering* lowering) : lowering_(*lowering) {}

  // The field of `path` as `context` sees it, as a value.
  Typed Resolve(const FieldContext& context, const ast::Path& path);
  // The same where a FieldId is wanted; not valid after a mistake.
  FieldId ResolveId(const FieldContext& context, const ast::Path& path);

 private:
  struct Resolved {
    FieldId id;
    FieldType type;  // of the first source that declares one
    bool ok = false;
  };
  Resolved Find(const FieldContext& context, const ast::Path& path);
  Resolved Make(const FieldContext& context, const ast::Path& path);
  Resolved MakePseudo(const FieldContext& context, const ast::Path& path);
  // False when two sources disagree about the type.
  bool AddDeclared(const std::vector<SourceId>& sources, const ast::Path& path,
                   Field* field);
  void AddParsed(const std::vector<SourceId>& sources, Field* field);
  void AddRaw(const std::vector<SourceId>& sources, const ast::Path& path,
              Field* field);

  Lowering& lowering_;
  std::map<std::pair<FieldContext, std::vector<std::string>>, Resolved>
      resolved_;
};

// The type of the values of a field so declared.
Type TypeOf(FieldKind kind);
// `is WORD`; nothing for a word that is no type.
std::optional<FieldType> FindFieldType(std::string_view word);
const std::vector<std::string>& FieldTypeWords();

}  // namespace tocsin::rules
