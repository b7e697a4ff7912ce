// SPDX-License-Identifier: Apache-2.0
#include "engine/match/witness.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/fold.h"
#include "engine/plan/op/like.h"

namespace tocsin {
namespace {

constexpr double kPresentCost = 0.5;
constexpr double kNumberCost = 0.2;

class Finder {
 public:
  Finder(const Plan& plan, const Prepared& prepared)
      : plan_(plan), prepared_(prepared) {}

  std::optional<WitnessSet> Of(ExprId id) const {
    const Expr& expr = plan_.expr(id);
    switch (expr.node) {
      case Node::kAnd:
        return Cheapest(expr);
      case Node::kOr:
        return OneOf(expr);
      case Node::kLiteral: {
        const Value value = plan_.literals[expr.a].value.view();
        if (value.kind == Kind::kBool && value.boolean) return std::nullopt;
        return WitnessSet();
      }
      case Node::kMember:
        return OfMember(expr);
      case Node::kInList:
      case Node::kQuantifier:
        return Present(expr.args[0]);
      case Node::kOperator:
        if (Operators()[expr.op].shape != Shape::kCompare) return std::nullopt;
        return Present(expr.args[0]);
      default:
        return std::nullopt;
    }
  }

 private:
  std::optional<WitnessSet> Cheapest(const Expr& expr) const {
    std::optional<WitnessSet> best;
    for (const ExprId arg : expr.args) {
      std::optional<WitnessSet> one = Of(arg);
      if (one && (!best || one->cost < best->cost)) best = std::move(one);
    }
    return best;
  }

  std::optional<WitnessSet> OneOf(const Expr& expr) const {
    WitnessSet all;
    for (const ExprId arg : expr.args) {
      std::optional<WitnessSet> one = Of(arg);
      if (!one) return std::nullopt;
      all.cost += one->cost;
      all.items.insert(all.items.end(), one->items.begin(), one->items.end());
    }
    return all;
  }

  std::optional<WitnessSet> Present(ExprId left) const {
    // What is bound to an element cannot be asked for from outside.
    if (prepared_.has_element(left)) return std::nullopt;
    WitnessItem item;
    item.left = left;
    return WitnessSet{kPresentCost, {std::move(item)}};
  }

  std::optional<WitnessSet> OfMember(const Expr& expr) const {
    const Operator& op = Operators()[expr.op];
    const LiteralSet& set = plan_.sets[expr.a];
    const ExprId left = expr.args[0];
    if (op.negated || op.witness == Witness::kNone) {
      return Present(left);
    }
    if (prepared_.has_element(left)) return std::nullopt;
    std::optional<WitnessSet> best;
    WitnessSet any;
    for (const Literal& literal : set.items) {
      if (literal.value.value.is_null()) {
        // Holds on what is missing.
        if (!set.all) return std::nullopt;
        continue;
      }
      WitnessItem item = ItemOf(op.witness, literal);
      item.left = left;
      const double cost = CostOf(item);
      if (set.all && (!best || cost < best->cost)) {
        best = WitnessSet{cost, {std::move(item)}};
      } else if (!set.all) {
        any.cost += cost;
        any.items.push_back(std::move(item));
      }
    }
    return set.all ? best : any;
  }

  static double CostOf(const WitnessItem& item) {
    switch (item.kind) {
      case WitnessItem::Kind::kLiteral:
        return BackgroundFrequency(item.literal.kind, item.literal.text);
      case WitnessItem::Kind::kNumber:
        return kNumberCost;
      default:
        return kPresentCost;
    }
  }

  static WitnessItem ItemOf(Witness kind, const Literal& literal) {
    const Value value = literal.value.view();
    WitnessItem item;
    if (kind == Witness::kExact && value.is_number()) {
      item.kind = WitnessItem::Kind::kNumber;
      item.number = value;
      return item;
    }
    const std::string text = CanonicalText(value);
    if (kind == Witness::kLike) return ItemOfLike(text, literal.cased);
    // The empty text begins, ends and is in every text.
    if (kind != Witness::kExact && text.empty()) return item;
    item.kind = WitnessItem::Kind::kLiteral;
    item.literal.text = Fold(text);
    item.literal.kind = kind == Witness::kExact    ? LiteralKind::kExact
                        : kind == Witness::kPrefix ? LiteralKind::kPrefix
                        : kind == Witness::kSuffix ? LiteralKind::kSuffix
                                                   : LiteralKind::kContains;
    return item;
  }

  // The rarest literal run between the wildcards.
  static WitnessItem ItemOfLike(const std::string& pattern, bool cased) {
    WitnessItem best;
    for (const LikePattern::Run& run : LikePattern(pattern, cased).Runs()) {
      if (run.text.empty()) continue;
      WitnessItem item;
      item.kind = WitnessItem::Kind::kLiteral;
      item.literal.text = Fold(run.text);
      item.literal.kind = run.at_start && run.at_end ? LiteralKind::kExact
                          : run.at_start             ? LiteralKind::kPrefix
                          : run.at_end               ? LiteralKind::kSuffix
                                                     : LiteralKind::kContains;
      if (CostOf(item) < CostOf(best)) best = std::move(item);
    }
    return best;
  }

  const Plan& plan_;
  const Prepared& prepared_;
};

}  // namespace

std::optional<WitnessSet> WitnessOf(const Plan& plan, const Prepared& prepared,
                                    ExprId test) {
  return Finder(plan, prepared).Of(test);
}

std::optional<std::vector<SourceId>> RequiredSources(const Plan& plan,
                                                     ExprId test) {
  using Sources = std::optional<std::vector<SourceId>>;
  const Expr& expr = plan.expr(test);
  if (expr.node == Node::kInSource) return std::vector<SourceId>{{expr.a}};
  if (expr.node == Node::kAnd) {
    Sources fewest;
    for (const ExprId arg : expr.args) {
      Sources one = RequiredSources(plan, arg);
      if (one && (!fewest || one->size() < fewest->size())) {
        fewest = std::move(one);
      }
    }
    return fewest;
  }
  if (expr.node != Node::kOr) return std::nullopt;
  std::vector<SourceId> all;
  for (const ExprId arg : expr.args) {
    const Sources one = RequiredSources(plan, arg);
    if (!one) return std::nullopt;
    all.insert(all.end(), one->begin(), one->end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace tocsin
