// SPDX-License-Identifier: Apache-2.0
//
// Scope: what the leaves of an expression mean where it stands. In an event
// test a path is a field; in a condition over time there are only measures; in
// a step's `where` paths are the step's event and NAME.field an earlier one.
//
// Threads: one.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "rules/fields.h"
#include "rules/lowering.h"

namespace tocsin::rules {

class Scope {
 public:
  explicit Scope(Lowering* lowering) : lowering_(*lowering) {}
  virtual ~Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  // A path that is no definition and no element of an array.
  virtual Typed Path(const ast::Path& path) = 0;
  // NAME.field as a set or a step's value; nothing where no step is meant.
  virtual std::optional<Typed> StepPath(const ast::Path&) {
    return std::nullopt;
  }
  // A measure. `bound`: the literal that it is compared with, where it is.
  virtual Typed Measure(const ast::Expr& measure, const Literal* bound);
  virtual Typed TimeOf(const ast::Expr& time);
  // The scope of a definition with its own `from`; null where there can be
  // none, which is reported at `use`.
  virtual Scope* From(const Definition& definition, Span use);
  // The event test of such a definition: it belongs to one of the sources.
  virtual ExprId Membership() { return {}; }
  // May look at the whole event: anywhere, any .. in.
  virtual bool whole_event() const { return false; }
  // May a definition that is an event test stand here? Reports if not.
  virtual bool Accepts(const Definition& definition, Span use);

  // What definitions became here.
  std::map<const Definition*, Typed>& known() { return known_; }

 protected:
  Lowering& lowering_;

 private:
  std::map<const Definition*, Typed> known_;
};

// One event, as the sources of `context` see it.
class EventScope : public Scope {
 public:
  // `parent` makes the scopes of other contexts, and owns them.
  class Pool;
  EventScope(Lowering* lowering, Fields* fields, FieldContext context,
             Pool* pool)
      : Scope(lowering),
        fields_(*fields),
        context_(std::move(context)),
        pool_(pool) {}

  Typed Path(const ast::Path& path) override;
  Scope* From(const Definition& definition, Span use) override;
  ExprId Membership() override;
  bool whole_event() const override { return true; }
  const FieldContext& context() const { return context_; }

 private:
  Fields& fields_;
  FieldContext context_;
  Pool* pool_;
};

// The event scopes of one compilation, one for each context.
class EventScope::Pool {
 public:
  Pool(Lowering* lowering, Fields* fields)
      : lowering_(*lowering), fields_(*fields) {}
  EventScope* At(const FieldContext& context);
  Fields& fields() { return fields_; }

 private:
  Lowering& lowering_;
  Fields& fields_;
  std::map<FieldContext, std::unique_ptr<EventScope>> scopes_;
};

// The context of `from NAMES`; nothing when a name is unknown, which is
// reported.
std::optional<FieldContext> ContextOf(Lowering* lowering,
                                      const std::vector<ast::Name>& from);
// The event belongs to one of the sources of the context; not valid for all.
ExprId MembershipOf(Lowering* lowering, const FieldContext& context);

}  // namespace tocsin::rules
