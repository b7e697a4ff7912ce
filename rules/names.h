// SPDX-License-Identifier: Apache-2.0
//
// Names: what every name of the rule files stands for. All files form one
// namespace; a definition may stand in a rule or in a file, in any order, and
// the one of the rule hides the one of the file.
//
// Ownership: points into the ast, which outlives it. Threads: one.
// Tested by: tests/rules/check_names_test.cc
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "rules/ast.h"
#include "rules/diagnostic.h"

namespace tocsin::rules {

struct SourceDecl {
  const ast::Source* ast = nullptr;
  bool shipped = false;
  SourceId id;  // set by lower_source
};

struct ListDecl {
  const ast::List* ast = nullptr;
  // Set by lower_list; not valid where the list has a mistake or is not
  // compiled, and is reported.
  ListId id;
};

struct Definition {
  const ast::Define* ast = nullptr;
  const ast::Rule* rule = nullptr;  // null: of a file
  bool test = false;                // holds or not; else a value
  bool broken = false;              // needs itself; reported
  bool used = false;
  // What the configuration puts in place of a constant.
  ast::ExprPtr replacement;

  const std::string& name() const { return ast->name.text; }
  const ast::Expr& value() const {
    return replacement != nullptr ? *replacement : *ast->value;
  }
};

class Names {
 public:
  // Takes the declarations of a file. Of two sources of one name a shipped
  // one gives way. The ast must not move afterwards.
  void Add(const ast::File& file, bool shipped, Diagnostics* diagnostics);
  // After the last file: what definitions are, and which need themselves.
  void Finish(Diagnostics* diagnostics);

  const std::vector<SourceDecl*>& sources() const { return source_order_; }
  const std::vector<ListDecl*>& lists() const { return list_order_; }
  const std::vector<const ast::Rule*>& rules() const { return rules_; }
  const std::vector<Definition*>& definitions() const {
    return definition_order_;
  }

  SourceDecl* FindSource(std::string_view name);
  ListDecl* FindList(std::string_view name);
  // As seen from `rule` (null: from a file).
  Definition* FindDefinition(const ast::Rule* rule, std::string_view name);
  // The literal constants of files that the configuration may replace.
  Definition* FindConstant(std::string_view name);

  // For "did you mean"; tests or values only.
  std::vector<std::string> DefinitionNames(const ast::Rule* rule,
                                           bool tests) const;
  std::vector<std::string> SourceNames() const;
  std::vector<std::string> ListNames() const;

 private:
  using Key = std::pair<const ast::Rule*, std::string>;

  void Claim(const ast::Name& name, const char* what, Diagnostics* diagnostics);
  void AddSource(const ast::Source& source, bool shipped,
                 Diagnostics* diagnostics);
  void AddDefinition(const ast::Define& define, const ast::Rule* rule,
                     Diagnostics* diagnostics);
  void AddRule(const ast::Rule& rule, Diagnostics* diagnostics);
  bool IsTest(Definition* definition, int depth);

  struct Claimed {
    Span span;
    const char* what;
  };
  std::map<std::string, Claimed, std::less<>> claimed_;
  std::map<std::string, SourceDecl, std::less<>> sources_;
  std::map<std::string, ListDecl, std::less<>> lists_;
  std::map<Key, Definition> definitions_;
  std::vector<SourceDecl*> source_order_;
  std::vector<ListDecl*> list_order_;
  std::vector<const ast::Rule*> rules_;
  std::vector<Definition*> definition_order_;
};

}  // namespace tocsin::rules
