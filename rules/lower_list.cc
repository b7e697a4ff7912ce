// SPDX-License-Identifier: Apache-2.0
#include "rules/lower_list.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/status.h"

namespace tocsin::rules {
namespace {

struct TypeWord {
  const char* word;
  ListType type;
};

constexpr TypeWord kTypeWords[] = {{"text", ListType::kText},
                                   {"number", ListType::kNumber},
                                   {"cidr", ListType::kCidr}};

class ListLowerer {
 public:
  ListLowerer(Lowering* lowering, const ast::List& list)
      : lowering_(*lowering),
        ast_(list),
        rows_(lowering->options.limits.list_rows) {}

  std::optional<List> Run() {
    if (ast_.is_inline) {
      Inline();
    } else {
      File();
    }
    if (!ok_) return std::nullopt;
    Override();
    if (!ok_) return std::nullopt;
    return std::move(list_);
  }

 private:
  void Inline();
  void File();
  void Item(const ast::ListType& type);
  void Item(const ast::ListFile& file) { file_ = &file.path; }
  void Item(const ast::ListKey& key) { key_ = key.column.text; }
  void Item(const ast::ListExpires& expires);
  void Item(const ast::ListStale& stale);
  void Item(const ast::ListLimit& limit);
  void Override();
  void Load();

  Lowering& lowering_;
  const ast::List& ast_;
  int64_t rows_;
  bool ok_ = true;
  ListType type_ = ListType::kText;
  const ast::Text* file_ = nullptr;
  std::string key_;
  List list_;
};

void ListLowerer::Inline() {
  std::vector<std::string> keys;
  bool numbers = true;
  bool texts = true;
  for (const ast::ExprPtr& value : ast_.values) {
    if (value->kind == ast::ExprKind::kError) {
      ok_ = false;
      continue;
    }
    bool is_number = false;
    std::optional<std::string> key = InlineKey(&lowering_, *value, &is_number);
    if (!key) {
      ok_ = false;
      lowering_
          .Add("E255", value->span,
               "a list holds texts or numbers that are written out")
          .Help("write \"..\" or a number");
      continue;
    }
    if (is_number ? !numbers : !texts) {
      ok_ = false;
      lowering_.Add("E255", value->span, "texts and numbers in one list")
          .Help(
              "put all values into quotes: a text also equals the number "
              "that it shows");
    }
    (is_number ? texts : numbers) = false;
    keys.push_back(std::move(*key));
  }
  list_ = List(ast_.name.text,
               numbers && !keys.empty() ? ListType::kNumber : ListType::kText);
  for (const std::string& key : keys) {
    const Status status = list_.Add(key, {});
    if (status.ok() || !ok_) continue;
    ok_ = false;
    lowering_.Add("E255", ast_.name.span, Message(status))
        .Help("write decimal numbers");
  }
}

void ListLowerer::Item(const ast::ListType& type) {
  if (type.type.text == "domain") {
    ok_ = false;
    lowering_.NotCompiled(type.type.span, "a list of type domain",
                          "use type text and registered_domain(..)");
    return;
  }
  std::vector<std::string> words;
  for (const TypeWord& row : kTypeWords) {
    if (type.type.text == row.word) {
      type_ = row.type;
      return;
    }
    words.emplace_back(row.word);
  }
  ok_ = false;
  const std::string near = DidYouMean(type.type.text, words);
  lowering_
      .Add("E205", type.type.span,
           StrCat("no type of lists '", type.type.text, "'"))
      .Help(near.empty() ? "lists have type text, number or cidr" : near);
}

void ListLowerer::Item(const ast::ListExpires& expires) {
  ok_ = false;
  lowering_.NotCompiled(expires.column.span, "`expires` of a list",
                        "remove expired rows from the file");
}

void ListLowerer::Item(const ast::ListStale& stale) {
  ok_ = false;
  lowering_.NotCompiled(stale.after.span, "`stale` of a list",
                        "watch the age of the file outside");
}

void ListLowerer::Item(const ast::ListLimit& limit) {
  if (limit.rows.value >= 1 && limit.rows.value <= rows_) {
    rows_ = limit.rows.value;
    return;
  }
  ok_ = false;
  lowering_
      .Add("E209", limit.rows.span, StrCat("a list has 1 to ", rows_, " rows"))
      .Help("the upper end is the limit list_rows of the configuration");
}

void ListLowerer::File() {
  OnlyOnce once(&lowering_);
  for (const ast::ListItem& item : ast_.items) {
    if (!once.Check(item.node.index(), item.keyword)) {
      ok_ = false;
      continue;
    }
    std::visit([this](const auto& node) { Item(node); }, item.node);
  }
  if (file_ == nullptr) {
    ok_ = false;
    lowering_
        .Add("E253", ast_.name.span,
             StrCat("list '", ast_.name.text, "' has no content"))
        .Help(StrCat("name its file: file \"", ast_.name.text,
                     ".txt\"; or write it out: list ", ast_.name.text,
                     " (\"..\", \"..\")"));
  }
  if (ok_) Load();
}

void ListLowerer::Load() {
  const std::filesystem::path declared =
      lowering_.sources.file(file_->span.file).path();
  const std::filesystem::path path =
      (declared.parent_path() / file_->value).lexically_normal();
  list_ = List(ast_.name.text, type_);
  const Status status =
      LoadListFile(path.generic_string(), key_, rows_, &list_);
  if (status.ok()) return;
  ok_ = false;
  lowering_.Add("E254", file_->span, Message(status))
      .Help(
          "the path is relative to the folder of this rule file; with `key "
          "COLUMN` the file is CSV with a header row, else it has one key "
          "a line");
}

// What a test or the caller puts in place of the rows. Columns keep their
// names, so that rules which read them still compile.
void ListLowerer::Override() {
  const auto found = lowering_.options.lists.find(ast_.name.text);
  if (found == lowering_.options.lists.end()) return;
  List replaced(list_.name(), list_.type());
  replaced.SetColumns(list_.columns());
  for (const std::string& key : found->second) {
    const Status status = replaced.Add(key, {});
    if (status.ok()) continue;
    ok_ = false;
    lowering_
        .Add("E255", ast_.name.span,
             StrCat("a test's row does not fit the list: ", Message(status)))
        .Help(StrCat("the list holds values of type ",
                     ListTypeName(list_.type())));
  }
  list_ = std::move(replaced);
}

}  // namespace

std::optional<std::string> InlineKey(Lowering* lowering, const ast::Expr& value,
                                     bool* is_number) {
  const ast::Expr* literal = &value;
  if (value.kind == ast::ExprKind::kPath && value.path().segments.size() == 1) {
    Definition* constant =
        lowering->names.FindConstant(value.path().segments[0].text);
    if (constant != nullptr) {
      constant->used = true;
      literal = &constant->value();
    }
  }
  *is_number = true;
  if (literal->kind == ast::ExprKind::kNumber) return literal->text;
  if (literal->kind == ast::ExprKind::kNegate &&
      literal->arg(0).kind == ast::ExprKind::kNumber) {
    return StrCat("-", literal->arg(0).text);
  }
  *is_number = false;
  if (literal->kind == ast::ExprKind::kText) return literal->text;
  return std::nullopt;
}

void LowerLists(Lowering* lowering) {
  for (ListDecl* decl : lowering->names.lists()) {
    std::optional<List> list = ListLowerer(lowering, *decl->ast).Run();
    if (list) decl->id = lowering->builder.AddList(std::move(*list));
  }
}

}  // namespace tocsin::rules
