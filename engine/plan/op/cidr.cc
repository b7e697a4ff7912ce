// SPDX-License-Identifier: Apache-2.0
//
// in cidr: the address is in one of the networks; other text is in none.
#include "engine/plan/network.h"
#include "engine/plan/op/functions.h"
#include "engine/plan/op/prepared_set.h"

namespace tocsin {

Status PrepareCidr(const LiteralSet& literals, const Limits&,
                   PreparedSet* set) {
  for (const Literal& literal : literals.items) {
    const std::optional<Network> network = ParseNetwork(literal.value.text);
    if (!network) {
      return InvalidArgument(StrCat("no network: ", literal.value.text));
    }
    set->networks.push_back(*network);
  }
  return OkStatus();
}

bool InCidr(const Operand& value, const PreparedSet& set) {
  if (!value.value.is_text()) return false;
  const std::optional<Address> address = ParseAddress(value.value.text);
  if (!address) return false;
  for (const Network& network : set.networks) {
    if (Contains(network, *address)) return true;
  }
  return false;
}

}  // namespace tocsin
