// SPDX-License-Identifier: Apache-2.0
//
// Parser: the text of a rule file as ast::File, by the grammar of LANGUAGE.md
// section 12: predictive, two tokens of look-ahead, no back-tracking. Mistakes
// are reported (E050-E149, and the lexer's) and parsing goes on behind them,
// so that one run reports all; what could not be read is left out of the tree
// or stands there as ExprKind::kError.
//
// Nesting is bounded (E068), so that no input overflows the stack here or in
// a later stage that walks the tree.
// Threads: pure functions.
// Tested by: tests/rules/parser_test.cc
#pragma once

#include "rules/ast.h"
#include "rules/diagnostic.h"
#include "rules/source.h"

namespace tocsin::rules {

// Levels of nesting of expressions and objects.
inline constexpr int kDeepestNesting = 200;

ast::File Parse(const SourceSet& sources, FileId file,
                Diagnostics* diagnostics);

// One expression and nothing behind it: a constant of the configuration, or
// the hole of a text. Spans are those of `part` in the file.
ast::ExprPtr ParseExpression(const SourceFile& file, Span part,
                             Diagnostics* diagnostics);

}  // namespace tocsin::rules
