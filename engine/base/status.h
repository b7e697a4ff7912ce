// SPDX-License-Identifier: Apache-2.0
//
// Status: the error values of the project. absl::Status for "could not";
// user mistakes in rule files are rules::Diagnostic values, never a Status.
//
// Debian's Abseil keeps its own string_view, so messages are built with
// StrCat() below, which takes std::string_view and numbers alike.
// Threads: all functions are pure.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tocsin {

using absl::OkStatus;
using absl::Status;
using absl::StatusOr;

namespace status_internal {
inline void Append(std::string* out, std::string_view piece) { *out += piece; }
inline void Append(std::string* out, char piece) { *out += piece; }
template <typename T>
requires(std::is_arithmetic_v<T> &&
         !std::is_same_v<T, char>) void Append(std::string* out, T piece) {
  *out += std::to_string(piece);
}
}  // namespace status_internal

// Concatenates texts, characters and numbers.
template <typename... Pieces>
std::string StrCat(const Pieces&... pieces) {
  std::string out;
  (status_internal::Append(&out, pieces), ...);
  return out;
}

// The caller passed something unusable (a bad file, option or byte string).
inline Status InvalidArgument(const std::string& message) {
  return absl::InvalidArgumentError(message);
}
// Something named does not exist.
inline Status NotFound(const std::string& message) {
  return absl::NotFoundError(message);
}
// A resource is missing for now; trying again later may help.
inline Status Unavailable(const std::string& message) {
  return absl::UnavailableError(message);
}
// A limit of the project (base/limits.h) or of the disk was reached.
inline Status ResourceExhausted(const std::string& message) {
  return absl::ResourceExhaustedError(message);
}
// Stored bytes are damaged; a person has to decide.
inline Status DataLoss(const std::string& message) {
  return absl::DataLossError(message);
}
// The world is not as this call needs it.
inline Status FailedPrecondition(const std::string& message) {
  return absl::FailedPreconditionError(message);
}
// A bug of ours that was noticed in time.
inline Status Internal(const std::string& message) {
  return absl::InternalError(message);
}

// The message of `status` as a std::string.
inline std::string Message(const Status& status) {
  return std::string(status.message().data(), status.message().size());
}

}  // namespace tocsin

#define TOCSIN_CONCAT_INNER(a, b) a##b
#define TOCSIN_CONCAT(a, b) TOCSIN_CONCAT_INNER(a, b)

// Returns from the function when `expr`, a Status, is not OK.
#define RETURN_IF_ERROR(expr)                               \
  do {                                                      \
    if (::tocsin::Status status_ = (expr); !status_.ok()) { \
      return status_;                                       \
    }                                                       \
  } while (false)

// Declares or assigns `lhs` from the StatusOr `expr`, or returns its error.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL(TOCSIN_CONCAT(status_or_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                          \
  if (!tmp.ok()) {                            \
    return tmp.status();                      \
  }                                           \
  lhs = std::move(tmp).value()
