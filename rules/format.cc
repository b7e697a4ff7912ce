// SPDX-License-Identifier: Apache-2.0
//
// The layout of a rule file: blocks, columns, blank lines and comments; see
// format.h. What an item looks like is in format_rows.cc.
#include "rules/format.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "engine/base/status.h"
#include "rules/format_rows.h"

namespace tocsin::rules {
namespace {

class Formatter {
 public:
  Formatter(const SourceFile& file, const ast::File& tree)
      : file_(file), comments_(tree.comments) {}

  std::string Print(const ast::File& tree) {
    TopItems(tree.items);
    Comments(UINT32_MAX);
    return std::move(out_);
  }

 private:
  // ---- Lines, blank lines and comments.
  uint32_t FirstLine(Span span) const { return file_.LineOf(span.begin); }
  uint32_t LastLine(Span span) const {
    return file_.LineOf(span.end > span.begin ? span.end - 1 : span.end);
  }
  bool OnOneLine(Span span) const { return FirstLine(span) == LastLine(span); }

  std::string Indent() const { return std::string(2 * depth_, ' '); }

  // A blank line where the text had one or more.
  void Gap(uint32_t line) {
    if (!fresh_ && line > last_line_ + 1) out_ += '\n';
    fresh_ = false;
  }

  void Newline(Span span) {
    out_ += '\n';
    last_line_ = std::max(last_line_, LastLine(span));
  }

  // All comments that begin before `before`, each on a line of its own.
  void Comments(uint32_t before) {
    while (next_ < comments_.size() && comments_[next_].span.begin < before) {
      const Span span = comments_[next_++].span;
      Gap(FirstLine(span));
      out_ += StrCat(Indent(), CommentText(span));
      Newline(span);
    }
  }

  std::string_view CommentText(Span span) const {
    std::string_view text = file_.Text(span);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
  }

  // A comment behind what ended on `line`, before `limit`.
  void Trailing(uint32_t line, uint32_t limit) {
    if (next_ == comments_.size()) return;
    const Span span = comments_[next_].span;
    if (span.begin >= limit || FirstLine(span) != line) return;
    ++next_;
    out_ += StrCat("  ", CommentText(span));
  }

  // ---- One line.
  template <typename Items>
  std::string FlatItems(const Items& items) const {
    std::string out;
    for (const auto& item : items) {
      out += StrCat(out.empty() ? "" : "  ", Flat(item));
    }
    return out;
  }

  static std::string Braces(const std::string& inside) {
    return inside.empty() ? " {}" : StrCat(" { ", inside, " }");
  }

  template <typename Item>
  std::string Flat(const Item& item) const {
    return FlatRow(RowOf(item));
  }
  std::string Flat(const std::variant<ast::Step, ast::Guard>& item) const {
    return std::visit([](const auto& node) { return FlatRow(RowOf(node)); },
                      item);
  }
  std::string Flat(const ast::IncidentItem& item) const {
    const auto* veris = std::get_if<ast::IncidentVeris>(&item.node);
    const std::string head = FlatRow(RowOf(item));
    return veris != nullptr ? head + Braces(FlatItems(veris->entries)) : head;
  }
  std::string Flat(const ast::RuleItem& item) const {
    FormatRow row = RowOf(item);
    if (const auto* incident = std::get_if<ast::Incident>(&item.node)) {
      if (!incident->none) row.head += Braces(FlatItems(incident->items));
    } else if (const auto* test = std::get_if<ast::Test>(&item.node)) {
      row.head += Braces(FlatItems(test->items));
    } else if (const auto* when = std::get_if<ast::When>(&item.node)) {
      const auto& node = when->pattern.node;
      if (const auto* sequence = std::get_if<ast::Sequence>(&node)) {
        row.rest += Braces(FlatItems(sequence->items));
      } else if (const auto* all = std::get_if<ast::AllOf>(&node)) {
        if (all->braces) row.rest += Braces(FlatItems(all->steps));
      }
    }
    return FlatRow(row);
  }

  // ---- Blocks.
  struct Columns {
    size_t head = 0;
    size_t name = 0;
  };

  // The widths of the run of rows around each one.
  static std::vector<Columns> Align(const std::vector<FormatRow>& rows) {
    std::vector<Columns> columns(rows.size());
    for (size_t i = 0; i < rows.size();) {
      size_t end = i;
      Columns width{rows[i].least_width, 0};
      while (end < rows.size() && rows[end].row_class == rows[i].row_class) {
        width.head = std::max(width.head, rows[end].head.size());
        ++end;
      }
      const bool aligned = rows[i].row_class != RowClass::kAlone && end - i > 1;
      for (size_t j = i; j < end; ++j) {
        columns[j].head = aligned ? width.head : 0;
      }
      // The second column of those that follow one another.
      for (size_t j = i; j < end;) {
        size_t stop = j;
        size_t name = 0;
        while (stop < end && rows[stop].name.empty() == rows[j].name.empty()) {
          name = std::max(name, rows[stop].name.size());
          ++stop;
        }
        for (; j < stop; ++j) columns[j].name = name;
      }
      i = end;
    }
    return columns;
  }

  void Row(const FormatRow& row, Columns columns) {
    std::string line = Indent() + row.head;
    const bool more = !row.name.empty() || !row.rest.empty() ||
                      row.expr != nullptr || row.values != nullptr;
    if (more && row.head.size() < columns.head) {
      line.append(columns.head - row.head.size(), ' ');
    }
    if (!row.name.empty()) {
      line += StrCat(" ", row.name);
      if (row.name.size() < columns.name) {
        line.append(columns.name - row.name.size(), ' ');
      }
    }
    if (row.object != nullptr) {
      line += ' ';
      line += WrapEvent(*row.object, line.size());
    } else if (!row.rest.empty()) {
      line += StrCat(" ", row.rest);
    }
    if (row.values != nullptr) {
      line += " (";
      line += StrCat(WrapValues(*row.values, line.size()), ")");
    }
    size_t width = line.size();
    if (row.expr != nullptr) {
      line += ' ';
      const size_t column = ++width;
      line += WrapExpr(*row.expr, column);
      width = line.rfind('\n') == std::string::npos
                  ? line.size()
                  : line.size() - line.rfind('\n') - 1;
      if (!row.suffix.empty() && width + row.suffix.size() > kFormatWidth &&
          width > column) {
        line += StrCat("\n", std::string(column, ' '), row.suffix.substr(1));
        out_ += line;
        return;
      }
    }
    out_ += line + row.suffix;
  }

  // Items between braces, each on its own line. `begin`: of what the braces
  // belong to; `end`: behind the closing brace.
  template <typename Items>
  void Lines(const Items& items, uint32_t head_line, uint32_t end) {
    out_ += " {";
    const uint32_t first = items.empty() ? end : SpanOf(items.front()).begin;
    Trailing(head_line, first);
    out_ += '\n';
    last_line_ = std::max(last_line_, head_line);
    ++depth_;
    fresh_ = true;
    std::vector<FormatRow> rows;
    for (const auto& item : items) rows.push_back(RowFor(item));
    const std::vector<Columns> columns = Align(rows);
    for (size_t i = 0; i < items.size(); ++i) {
      const Span span = SpanOf(items[i]);
      const uint32_t next =
          i + 1 < items.size() ? SpanOf(items[i + 1]).begin : end;
      Comments(span.begin);
      if (!HasLines(items[i])) Comments(span.end);
      Gap(FirstLine(span));
      PrintItem(items[i], rows[i], columns[i]);
      Trailing(LastLine(span), next);
      Newline(span);
    }
    Comments(end);
    fresh_ = false;
    --depth_;
    out_ += Indent() + "}";
  }

  template <typename Item>
  static Span SpanOf(const Item& item) {
    return item.span;
  }
  static Span SpanOf(const std::variant<ast::Step, ast::Guard>& item) {
    return std::visit([](const auto& node) { return node.span; }, item);
  }

  template <typename Item>
  FormatRow RowFor(const Item& item) const {
    FormatRow row = RowOf(item);
    if (HasLines(item)) row.row_class = RowClass::kAlone;
    return row;
  }
  FormatRow RowFor(const std::variant<ast::Step, ast::Guard>& item) const {
    return std::visit([](const auto& node) { return RowOf(node); }, item);
  }

  bool Fits(Span span, const std::string& flat) const {
    return OnOneLine(span) && 2 * depth_ + flat.size() <= kFormatWidth;
  }

  // Is the item written as a block of lines?
  template <typename Item>
  bool HasLines(const Item&) const {
    return false;
  }
  bool HasLines(const ast::IncidentItem& item) const {
    return std::holds_alternative<ast::IncidentVeris>(item.node) &&
           !Fits(item.span, Flat(item));
  }
  bool HasLines(const ast::RuleItem& item) const {
    if (const auto* incident = std::get_if<ast::Incident>(&item.node)) {
      return !incident->none && !Fits(item.span, Flat(item));
    }
    if (std::holds_alternative<ast::Test>(item.node)) {
      return !Fits(item.span, Flat(item));
    }
    const auto* when = std::get_if<ast::When>(&item.node);
    if (when == nullptr) return false;
    const auto* all = std::get_if<ast::AllOf>(&when->pattern.node);
    const bool block =
        std::holds_alternative<ast::Sequence>(when->pattern.node) ||
        (all != nullptr && all->braces);
    return block && !Fits(item.span, Flat(item));
  }
  bool HasLines(const ast::TestItem& item) const {
    const ast::Json* object = ObjectOf(item);
    return object != nullptr && InLines(*object);
  }

  // An object whose first member was written on a line of its own stays so.
  bool InLines(const ast::Json& object) const {
    return !object.members.empty() &&
           FirstLine(object.members.front().span) > FirstLine(object.span);
  }

  static const ast::Json* ObjectOf(const ast::TestItem& item) {
    if (const auto* at = std::get_if<ast::TestAt>(&item.node)) {
      return &at->event;
    }
    const auto* expect = std::get_if<ast::TestExpect>(&item.node);
    return expect != nullptr && expect->object ? &*expect->object : nullptr;
  }

  // ---- Items. Those without lines of their own are a row.
  template <typename Item>
  void PrintItem(const Item& item, const FormatRow& row, Columns columns) {
    if (HasLines(item)) {
      ItemLines(item, row);
    } else if (IsBlock(item)) {
      out_ += Indent() + Flat(item);
    } else {
      Row(row, columns);
    }
  }

  template <typename Item>
  bool IsBlock(const Item&) const {
    return false;
  }
  bool IsBlock(const ast::IncidentItem& item) const {
    return std::holds_alternative<ast::IncidentVeris>(item.node);
  }
  bool IsBlock(const ast::RuleItem& item) const {
    if (std::holds_alternative<ast::Incident>(item.node)) return true;
    if (std::holds_alternative<ast::Test>(item.node)) return true;
    const auto* when = std::get_if<ast::When>(&item.node);
    return when != nullptr &&
           !std::holds_alternative<ast::Condition>(when->pattern.node);
  }

  template <typename Item>
  void ItemLines(const Item&, const FormatRow&) {}
  void ItemLines(const ast::IncidentItem& item, const FormatRow& row) {
    out_ += Indent() + row.head;
    Lines(std::get<ast::IncidentVeris>(item.node).entries, FirstLine(item.span),
          item.span.end);
  }
  void ItemLines(const ast::RuleItem& item, const FormatRow& row) {
    out_ += Indent() + row.head;
    const uint32_t line = FirstLine(item.span);
    if (const auto* incident = std::get_if<ast::Incident>(&item.node)) {
      Lines(incident->items, line, item.span.end);
    } else if (const auto* test = std::get_if<ast::Test>(&item.node)) {
      Lines(test->items, line, item.span.end);
    } else if (const auto* when = std::get_if<ast::When>(&item.node)) {
      out_ += StrCat(" ", row.rest);
      const Span pattern = when->pattern.span;
      const auto& node = when->pattern.node;
      if (const auto* sequence = std::get_if<ast::Sequence>(&node)) {
        Lines(sequence->items, line, pattern.end);
      } else {
        Lines(std::get<ast::AllOf>(node).steps, line, pattern.end);
      }
      out_ += row.suffix;
    }
  }
  void ItemLines(const ast::TestItem& item, const FormatRow& row) {
    out_ += StrCat(Indent(), row.head, " {");
    const ast::Json& object = *ObjectOf(item);
    Trailing(FirstLine(object.span), object.members.front().span.begin);
    out_ += '\n';
    ++depth_;
    fresh_ = true;
    for (size_t i = 0; i < object.members.size(); ++i) {
      const ast::JsonMember& member = object.members[i];
      const bool last = i + 1 == object.members.size();
      Comments(member.span.end);
      Gap(FirstLine(member.span));
      out_ += StrCat(Indent(), FormatKey(member), ": ",
                     FormatJson(member.value), last ? "" : ",");
      Trailing(LastLine(member.span),
               last ? object.span.end : object.members[i + 1].span.begin);
      Newline(member.span);
    }
    Comments(object.span.end);
    fresh_ = false;
    --depth_;
    out_ += Indent() + "}";
  }

  // ---- The top of a file.
  void TopItems(const std::vector<ast::FileItem>& items) {
    bool after_lines = false;
    for (size_t i = 0; i < items.size(); ++i) {
      const ast::FileItem& item = items[i];
      const uint32_t next =
          i + 1 < items.size() ? items[i + 1].span.begin : UINT32_MAX;
      const bool lines = !Fits(item.span, Flat(item)) && !IsRow(item);
      // A blank line around blocks, else where the text had one.
      uint32_t first = FirstLine(item.span);
      if (next_ < comments_.size()) {
        first = std::min(first, FirstLine(comments_[next_].span));
      }
      const bool blank = lines || after_lines || first > last_line_ + 1;
      if (blank && !out_.empty()) out_ += '\n';
      fresh_ = true;
      Comments(item.span.begin);
      if (!lines) Comments(item.span.end);
      Gap(FirstLine(item.span));
      TopItem(item, lines);
      Trailing(LastLine(item.span), next);
      Newline(item.span);
      after_lines = lines;
    }
    if (after_lines && next_ < comments_.size()) {
      out_ += '\n';
      fresh_ = true;
    }
  }

  static bool IsRow(const ast::FileItem& item) {
    const auto* list = std::get_if<ast::List>(&item.node);
    return std::holds_alternative<ast::Define>(item.node) ||
           (list != nullptr && list->is_inline);
  }

  static std::string HeadOf(const ast::Source& node) {
    return StrCat("source ", FormatName(node.name));
  }
  static std::string HeadOf(const ast::List& node) {
    return StrCat("list ", FormatName(node.name));
  }
  static std::string HeadOf(const ast::Rule& node) {
    return StrCat("rule ", FormatName(node.name));
  }
  static std::string HeadOf(const ast::Extend& node) {
    return StrCat("extend ", FormatRef(node.rule));
  }
  static std::string HeadOf(const ast::Except& node) {
    return StrCat("except ", FormatText(node.title.value, node.title.raw));
  }

  std::string Flat(const ast::FileItem& item) const {
    if (const auto* define = std::get_if<ast::Define>(&item.node)) {
      return FlatRow(RowOf(*define));
    }
    if (IsRow(item)) return FlatRow(RowOf(std::get<ast::List>(item.node)));
    return std::visit(
        [this](const auto& node) -> std::string {
          if constexpr (std::is_same_v<decltype(node), const ast::Define&>) {
            return "";
          } else {
            return HeadOf(node) + Braces(FlatItems(node.items));
          }
        },
        item.node);
  }

  void TopItem(const ast::FileItem& item, bool lines) {
    if (const auto* define = std::get_if<ast::Define>(&item.node)) {
      Row(RowOf(*define), {});
      return;
    }
    if (IsRow(item)) {
      Row(RowOf(std::get<ast::List>(item.node)), {});
      return;
    }
    if (!lines) {
      out_ += Flat(item);
      return;
    }
    std::visit(
        [&](const auto& node) {
          if constexpr (!std::is_same_v<decltype(node), const ast::Define&>) {
            out_ += HeadOf(node);
            Lines(node.items, FirstLine(item.span), item.span.end);
          }
        },
        item.node);
  }

  const SourceFile& file_;
  const std::vector<ast::Comment>& comments_;
  size_t next_ = 0;  // comment
  std::string out_;
  size_t depth_ = 0;
  uint32_t last_line_ = 0;  // of the text, printed last
  bool fresh_ = true;       // nothing stands in this block yet
};

}  // namespace

std::string Format(const SourceFile& file, const ast::File& tree) {
  return Formatter(file, tree).Print(tree);
}

}  // namespace tocsin::rules
