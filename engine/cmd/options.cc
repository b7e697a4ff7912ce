// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/options.h"

#include <CLI/CLI.hpp>

namespace tocsin {

struct Options::Impl {
  Impl(const std::string& name, const char* about) : app(about, name) {}

  CLI::App app;
  CLI::Option* last = nullptr;
};

Options::Options(const char* command, const char* about, const char* examples)
    : impl_(std::make_unique<Impl>(std::string("tocsin ") + command, about)) {
  impl_->app.footer(examples);
}

Options::~Options() = default;

Options& Options::Text(const char* name, std::string* value, const char* help) {
  impl_->last = impl_->app.add_option(name, *value, help);
  return *this;
}

Options& Options::Texts(const char* name, std::vector<std::string>* values,
                        const char* help) {
  impl_->last = impl_->app.add_option(name, *values, help);
  return *this;
}

Options& Options::Choice(const char* name, std::string* value,
                         const std::vector<std::string>& values,
                         const char* help) {
  Text(name, value, help);
  impl_->last->check(CLI::IsMember(values));
  return *this;
}

Options& Options::Number(const char* name, int* value, int least, int most,
                         const char* help) {
  impl_->last = impl_->app.add_option(name, *value, help);
  impl_->last->check(CLI::Range(least, most));
  return *this;
}

Options& Options::Flag(const char* name, bool* value, const char* help) {
  impl_->last = impl_->app.add_flag(name, *value, help);
  return *this;
}

Options& Options::Required() {
  impl_->last->required();
  return *this;
}

Options& Options::Excludes(const char* other) {
  impl_->last->excludes(impl_->app.get_option(other));
  return *this;
}

bool Options::Parse(const Arguments& arguments, int* exit_code) {
  // CLI11 takes them from the back.
  Arguments reversed(arguments.rbegin(), arguments.rend());
  try {
    impl_->app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    // Help is success; anything else is wrong use, with a word on it.
    const bool help = impl_->app.exit(error) == 0;
    *exit_code = help ? kExitOk : kExitUsage;
    return false;
  }
  *exit_code = kExitOk;
  return true;
}

}  // namespace tocsin
