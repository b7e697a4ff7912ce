// SPDX-License-Identifier: Apache-2.0
//
// FormatRow: an item as the pieces that the layout puts in columns. Of an item
// with a block of its own it is what stands before the opening brace.
//
// Threads: pure functions.
// Tested by: tests/rules/format_test.cc
#pragma once

#include <string>

#include "rules/ast.h"

namespace tocsin::rules {

// Items of one class that follow one another are set in columns.
enum class RowClass : uint8_t { kAlone, kWord, kDefine, kAt };

struct FormatRow {
  RowClass row_class = RowClass::kAlone;
  size_t least_width = 0;           // of the column of heads
  std::string head;                 // "title"
  std::string name;                 // a second column, where there is one
  std::string rest;                 // up to `expr`
  const ast::Expr* expr = nullptr;  // may be broken into lines
  // Values in parentheses that may be broken into lines, or null.
  const std::vector<ast::ExprPtr>* values = nullptr;
  const ast::Json* object = nullptr;  // that `rest` shows on one line
  std::string suffix;  // behind; on its own line where it does not fit
};

FormatRow RowOf(const ast::SourceItem& item);
FormatRow RowOf(const ast::ListItem& item);
FormatRow RowOf(const ast::ExceptItem& item);
FormatRow RowOf(const ast::IncidentItem& item);
FormatRow RowOf(const ast::VerisEntry& entry);
FormatRow RowOf(const ast::RuleItem& item);
FormatRow RowOf(const ast::TestItem& item);
FormatRow RowOf(const ast::Step& step);
FormatRow RowOf(const ast::Guard& guard);
FormatRow RowOf(const ast::Define& define);
FormatRow RowOf(const ast::List& list);  // an inline one

std::string FormatRef(const ast::RuleRef& rule);
std::string FormatBy(const ast::By& by);  // "" or " by a, b"
std::string FormatAtMost(const ast::AtMost& at_most);
std::string FormatJson(const ast::Json& json);  // on one line
// `{ a: 1, b: 2 }`, the form of an event.
std::string FormatEvent(const ast::Json& json);
// The same, broken between its members where it is too long for a line that
// it starts in `column`.
std::string WrapEvent(const ast::Json& json, size_t column);
std::string FormatKey(const ast::JsonMember& member);
// The head of a test line with an object, and the object.
std::string FormatAt(const ast::TestAt& at);
std::string FormatExpect(const ast::TestExpect& expect);

// On one line.
std::string FlatRow(const FormatRow& row);

}  // namespace tocsin::rules
