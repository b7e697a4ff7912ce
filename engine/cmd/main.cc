// SPDX-License-Identifier: Apache-2.0
//
// tocsin: finds the command in the table and runs it.
#include <cstdio>
#include <iostream>
#include <string_view>

#include "engine/cmd/command.h"

namespace {

void PrintHelp(std::ostream& out) {
  out << "Tocsin: streaming log detection.\n\n"
         "  tocsin COMMAND ...          tocsin COMMAND --help\n\n";
  for (const tocsin::Command& command : tocsin::Commands()) {
    char line[160];
    std::snprintf(line, sizeof line, "  %-9s %s\n", command.name,
                  command.summary);
    out << line << "            tocsin " << command.name << " " << command.usage
        << "\n";
  }
  out << "\nExit codes: 0 well; 1 diagnostics or failed tests; 2 wrong use; "
         "3 could not run.\n"
         "A first rule, and what the words mean: README.md.\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "--help";
  if (name == "--help" || name == "-h" || name == "help") {
    PrintHelp(std::cout);
    return argc > 1 ? tocsin::kExitOk : tocsin::kExitUsage;
  }
  for (const tocsin::Command& command : tocsin::Commands()) {
    if (name == command.name) {
      return command.run(tocsin::Arguments(argv + 2, argv + argc));
    }
  }
  std::cerr << "tocsin: there is no command '" << name << "'\n\n";
  PrintHelp(std::cerr);
  return tocsin::kExitUsage;
}
