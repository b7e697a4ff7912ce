// SPDX-License-Identifier: Apache-2.0
#include "rules/compile.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "rules/identity.h"
#include "rules/lower_list.h"
#include "rules/lower_rule.h"
#include "rules/lower_source.h"
#include "rules/lower_test.h"
#include "rules/mentions.h"
#include "rules/names.h"
#include "rules/parser.h"
#include "rules/paths.h"
#include "rules/shipped/shipped.h"

namespace tocsin::rules {
namespace {

// ---------------------------------------------------------------- one run
class Compiler {
 public:
  Compiler(const CompileOptions& options, CompileResult* result)
      : options_(options),
        result_(*result),
        builder_(options.limits),
        lowering_{options, result->sources, result->diagnostics, builder_,
                  names_} {}

  Status Read();
  Status SetConstants();
  void Lower();
  Status Finish();

 private:
  void Take(std::string path, std::string text, bool shipped);
  void RefuseItems(const ast::File& file);
  bool Replace(Definition* constant, FileId file, const std::string& value);
  void LowerUnused(EventScope::Pool* scopes);
  void LowerTests();
  void Warn();

  const CompileOptions& options_;
  CompileResult& result_;
  PlanBuilder builder_;
  Names names_;
  Lowering lowering_;
  std::deque<ast::File> files_;  // never moved: names point into them
  IdHasher bundle_;
};

void Compiler::Take(std::string path, std::string text, bool shipped) {
  const bool sigma = IsSigma(path);
  bundle_.Add(text);
  const FileId id = result_.sources.Add(std::move(path), std::move(text));
  if (sigma) {
    lowering_
        .Add("E191", {id, 0, 0}, "Sigma files are not compiled by this version")
        .Help("write the rule in the rule language, or leave the file out");
    return;
  }
  files_.push_back(Parse(result_.sources, id, &result_.diagnostics));
  names_.Add(files_.back(), shipped, &result_.diagnostics);
  RefuseItems(files_.back());
}

void Compiler::RefuseItems(const ast::File& file) {
  for (const auto& [item, except] : ast::All<ast::Except>(file.items)) {
    lowering_.NotCompiled(item->keyword, "`except`",
                          "write the exception into the rule: and not ..");
  }
  for (const auto& [item, extend] : ast::All<ast::Extend>(file.items)) {
    lowering_.NotCompiled(item->keyword, "`extend`",
                          "write the items into the rule itself");
  }
}

Status Compiler::Read() {
  ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                   RuleFiles(options_.paths));
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::string text, ReadRuleFile(path));
    Take(path, std::move(text), false);
  }
  for (const MemoryFile& file : options_.files) {
    Take(file.path, file.text, false);
  }
  if (options_.shipped_sources) {
    for (const ShippedFile& file : ShippedFiles()) {
      Take(std::string(file.path), std::string(file.text), true);
    }
  }
  names_.Finish(&result_.diagnostics);
  return OkStatus();
}

// The literal that the configuration gives: of the language, or plain text.
bool Compiler::Replace(Definition* constant, FileId file,
                       const std::string& value) {
  const ast::Expr& declared = *constant->ast->value;
  const auto size = static_cast<uint32_t>(value.size());
  const Span span = {file, 0, size};
  if (declared.kind == ast::ExprKind::kText) {
    auto text = std::make_unique<ast::Expr>();
    text->kind = ast::ExprKind::kText;
    text->span = span;
    text->text = value;
    constant->replacement = std::move(text);
    return true;
  }
  Diagnostics ignored;
  ast::ExprPtr parsed =
      ParseExpression(result_.sources.file(file), span, &ignored);
  if (parsed == nullptr || ignored.has_errors()) return false;
  const auto kind_of = [](const ast::Expr& expr) {
    const bool number = expr.kind == ast::ExprKind::kNumber ||
                        expr.kind == ast::ExprKind::kPercent ||
                        expr.kind == ast::ExprKind::kSize;
    return number ? ast::ExprKind::kNumber : expr.kind;
  };
  if (!parsed->literal() || kind_of(*parsed) != kind_of(declared)) {
    return false;
  }
  constant->replacement = std::move(parsed);
  return true;
}

Status Compiler::SetConstants() {
  for (const auto& [name, value] : options_.constants) {
    Definition* constant = names_.FindConstant(name);
    if (constant == nullptr) {
      const std::string near =
          DidYouMean(name, names_.DefinitionNames(nullptr, false));
      return InvalidArgument(StrCat("no constant named '", name,
                                    "' in any rule file",
                                    near.empty() ? "" : "; ", near));
    }
    bundle_.Add(name).Add(value);
    const FileId file = result_.sources.Add(StrCat("constants.", name), value);
    if (Replace(constant, file, value)) continue;
    lowering_
        .Add("E160", {file, 0, static_cast<uint32_t>(value.size())},
             StrCat("this does not fit the constant '", name, "'"))
        .Label(constant->ast->value->span, "declared here")
        .Help("write a literal of the same kind");
  }
  return OkStatus();
}

// Definitions of files that no rule uses are checked all the same.
void Compiler::LowerUnused(EventScope::Pool* scopes) {
  for (Definition* definition : names_.definitions()) {
    if (definition->rule != nullptr || definition->used || definition->broken ||
        Measures(definition->value(), nullptr, &names_)) {
      continue;
    }
    std::optional<FieldContext> context = FieldContext{};
    context->all = true;
    if (!definition->ast->from.empty()) {
      context = ContextOf(&lowering_, definition->ast->from);
    }
    if (!context) continue;
    ExprLowerer lowerer(&lowering_, scopes->At(*context), nullptr);
    if (definition->test) {
      lowerer.Test(definition->value());
    } else {
      lowerer.Value(definition->value());
    }
  }
}

void Compiler::LowerTests() {
  for (const ast::Rule* rule : names_.rules()) {
    bool expects_nothing = false;
    for (const auto& [item, test] : ast::All<ast::Test>(rule->items)) {
      result_.tests.push_back(LowerTest(&lowering_, *rule, *test));
      expects_nothing =
          expects_nothing || result_.tests.back().expects_nothing();
    }
    if (expects_nothing || result_.diagnostics.has_errors()) continue;
    lowering_
        .Add("W300", rule->name.span,
             StrCat("no test of rule '", rule->name.text, "' expects nothing"))
        .Help(
            "show what it must stay silent about: test \"..\" { at 0s {..}  "
            "expect nothing }");
  }
}

void Compiler::Warn() {
  for (const Definition* definition : names_.definitions()) {
    if (definition->used) continue;
    lowering_
        .Add("W301", definition->ast->name.span,
             StrCat("nothing uses '", definition->name(), "'"))
        .Help("remove it, or look for a typo where it was meant");
  }
}

void Compiler::Lower() {
  Fields fields(&lowering_);
  EventScope::Pool scopes(&lowering_, &fields);
  LowerLists(&lowering_);
  LowerSources(&lowering_, &scopes);
  for (const ast::File& file : files_) {
    for (const auto& [item, rule] : ast::All<ast::Rule>(file.items)) {
      RuleLowerer(&lowering_, &scopes, *rule, item->span).Run();
    }
  }
  LowerUnused(&scopes);
  LowerTests();
  // What a rule with a mistake would have used is not known.
  if (!result_.diagnostics.has_errors()) Warn();
}

Status Compiler::Finish() {
  if (result_.diagnostics.has_errors()) {
    result_.tests.clear();
    return OkStatus();
  }
  for (const List& list : builder_.plan().lists) {
    bundle_.Add(list.name());
    for (const std::string& key : list.keys()) bundle_.Add(key);
    for (uint32_t row = 0; row < list.size(); ++row) {
      for (const std::string& column : list.columns()) {
        bundle_.Add(list.Column(row, column).value_or(""));
      }
    }
  }
  for (Rule& rule : builder_.plan().rules) {
    SetIdentity(builder_.plan(), &rule);
  }
  std::shared_ptr<const Plan> plan = builder_.Finish(bundle_.Finish());
  RETURN_IF_ERROR(Validate(*plan));
  result_.plan = std::move(plan);
  return OkStatus();
}

}  // namespace

StatusOr<CompileResult> Compile(const CompileOptions& options) {
  CompileResult result;
  Compiler compiler(options, &result);
  RETURN_IF_ERROR(compiler.Read());
  RETURN_IF_ERROR(compiler.SetConstants());
  compiler.Lower();
  RETURN_IF_ERROR(compiler.Finish());
  return result;
}

CompileOptions WithLists(CompileOptions options, const TestCase& test) {
  for (const auto& [name, rows] : test.lists) options.lists[name] = rows;
  return options;
}

}  // namespace tocsin::rules
