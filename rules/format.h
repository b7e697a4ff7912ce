// SPDX-License-Identifier: Apache-2.0
//
// Format: the tree of a rule file as text in the one layout of Tocsin, for
// `tocsin fmt`. The text parses to the same tree (equal dumps), formatting it
// again changes nothing, and every comment is kept: one that stands inside an
// item moves in front of it. A block that was written on one line stays on one
// while it fits.
//
// Only for trees without mistakes: what ExprKind::kError stands for is lost.
// Threads: pure functions.
// Tested by: tests/rules/format_test.cc
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/ast.h"
#include "rules/source.h"

namespace tocsin::rules {

inline constexpr size_t kFormatWidth = 120;  // columns, where breaking helps

// `file` is the text that `tree` was parsed from.
std::string Format(const SourceFile& file, const ast::File& tree);

// ---- Pieces, also for messages and converters.
std::string FormatText(std::string_view value, bool raw);
std::string FormatName(const ast::Name& name);
std::string FormatPath(const ast::Path& path);
std::string FormatPaths(const std::vector<ast::Path>& paths);
// On one line.
std::string FormatExpr(const ast::Expr& expr);
// Broken into lines where it is too long; it starts in `column` and so do the
// further lines.
std::string WrapExpr(const ast::Expr& expr, size_t column);
// `a, b, c`, broken in the same way.
std::string WrapValues(const std::vector<ast::ExprPtr>& values, size_t column);

}  // namespace tocsin::rules
