// SPDX-License-Identifier: Apache-2.0
//
// C11 threads over POSIX threads, for builds with the thread sanitizer, which
// does not know thrd_create(): the threads of librdkafka would crash in it.
#include <cstdint>

#include <pthread.h>
#include <threads.h>

namespace {

struct Start {
  thrd_start_t function;
  void* argument;
};

void* Run(void* pointer) {
  const Start start = *static_cast<Start*>(pointer);
  delete static_cast<Start*>(pointer);
  return reinterpret_cast<void*>(
      static_cast<intptr_t>(start.function(start.argument)));
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto* start = new Start{function, argument};
  if (pthread_create(thread, nullptr, &Run, start) == 0) return thrd_success;
  delete start;
  return thrd_error;
}

int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  if (pthread_join(thread, &value) != 0) return thrd_error;
  if (result != nullptr) {
    *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
  }
  return thrd_success;
}

int thrd_detach(thrd_t thread) {
  return pthread_detach(thread) == 0 ? thrd_success : thrd_error;
}

}  // extern "C"
