// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/log_stage.h"

#include <iterator>
#include <utility>

#include "engine/pipeline/dead_letter.h"
#include "engine/pipeline/node_metrics.h"

namespace tocsin {
namespace {

constexpr DurationNs kWait = 20 * kMillisecond;

}  // namespace

LogStage::LogStage(const NodeOptions& options, const LogTail& tail,
                   LogWriter* log, WorkerPool* pool, ClockNotes* notes,
                   SinkWriter* dead_letters, Queue<Frame>* out,
                   NodeState* state)
    : options_(options),
      log_(log),
      pool_(pool),
      notes_(notes),
      dead_letters_(dead_letters),
      out_(out),
      state_(state),
      sequencer_(options.inputs, options.plan, tail) {}

StatusOr<bool> LogStage::Step() {
  RETURN_IF_ERROR(Trim());
  if (result_) {
    ASSIGN_OR_RETURN(const bool taken, TakeResult(&*result_));
    if (!taken) {
      RETURN_IF_ERROR(SyncAndHandOn());
      return false;
    }
    result_.reset();
  }
  RETURN_IF_ERROR(TakeNotes());
  ASSIGN_OR_RETURN(const bool appended, Append());
  if (!appended) {
    RETURN_IF_ERROR(SyncAndHandOn());
    return false;
  }
  // As long as results are there at once they share one sync.
  const bool due =
      !appended_.empty() &&
      options_.clock->Mono() - appended_since_ >= options_.sync_interval;
  if (!due) result_ = pool_->NextResult(appended_.empty() ? kWait : 0);
  if (!result_) RETURN_IF_ERROR(SyncAndHandOn());
  return true;
}

bool LogStage::done() const {
  return pool_->done() && !result_ && frames_.empty() && appended_.empty();
}

StatusOr<bool> LogStage::TakeResult(BatchResult* result) {
  ASSIGN_OR_RETURN(const bool written, WriteDeadLetters(*result));
  if (!written) return false;
  letters_written_ = 0;
  CountMatches(result->counters, &state_->metrics());
  RETURN_IF_ERROR(
      sequencer_.Push(std::move(*result), options_.clock->Wall(), &fresh_));
  return true;
}

// False: the output does not take them for now.
StatusOr<bool> LogStage::WriteDeadLetters(const BatchResult& result) {
  if (!dead_letters_->open() || result.dead_letters.empty()) return true;
  const auto later = [](const Status& status) -> StatusOr<bool> {
    if (absl::IsUnavailable(status)) return false;
    return status;
  };
  while (letters_written_ < result.dead_letters.size()) {
    const DeadLetter& letter = result.dead_letters[letters_written_];
    OutRecord record;
    record.value = DeadLetterJson(letter, options_.inputs);
    record.headers = {{"reason", letter.reason}};
    const Status written = dead_letters_->Write(record);
    if (!written.ok()) return later(written);
    ++letters_written_;
  }
  const Status flushed = dead_letters_->Flush();
  if (!flushed.ok()) return later(flushed);
  return true;
}

Status LogStage::TakeNotes() {
  for (const ClockNote& note : notes_->Take()) {
    RETURN_IF_ERROR(sequencer_.Clocks(note.after_batch, note.statuses,
                                      note.holes, note.log_time, &fresh_));
  }
  for (Frame& frame : fresh_) {
    RETURN_IF_ERROR(CheckLedger(frame));
    frames_.push_back(std::move(frame));
  }
  fresh_.clear();
  return OkStatus();
}

// False: the disk is full.
StatusOr<bool> LogStage::Append() {
  while (!frames_.empty()) {
    const Status appended = log_->Append(frames_.front());
    const bool full = absl::IsResourceExhausted(appended);
    state_->SetProblem(
        "log", full ? StrCat(Message(appended), "; input has stopped") : "");
    state_->metrics().Set("tocsin_state_disk_full", full ? 1 : 0);
    if (full) return false;
    RETURN_IF_ERROR(appended);
    if (appended_.empty()) appended_since_ = options_.clock->Mono();
    appended_.push_back(std::move(frames_.front()));
    frames_.pop_front();
  }
  return true;
}

Status LogStage::SyncAndHandOn() {
  if (appended_.empty()) return OkStatus();
  RETURN_IF_ERROR(log_->Sync());
  const std::vector<ClockRecord> clocks = sequencer_.clocks();
  CountInput(options_, clocks, log_->durable(), &state_->metrics());
  // Frames that are not appended yet have moved these clocks as well.
  if (frames_.empty()) {
    state_->SetLogged(sequencer_.batches(), clocks);
  }
  for (Frame& frame : appended_) {
    if (!out_->Push(std::move(frame))) break;  // everything ends
  }
  appended_.clear();
  return OkStatus();
}

Status LogStage::Trim() {
  const uint64_t below = state_->trim_below;
  if (below <= trimmed_) return OkStatus();
  // I1: nothing that somebody may still read.
  if (below > state_->applied + 1 || below > log_->durable() + 1) {
    return Internal(StrCat("the log was to be trimmed below ", below,
                           ", but only ", state_->applied.load(),
                           " frames were applied"));
  }
  trimmed_ = below;
  return log_->Trim(below);
}

Status LogStage::CheckLedger(const Frame& frame) const {
  for (const ClockRecord& clock : frame.clocks) {
    if (clock.consumed ==
        clock.evaluated + clock.dead_lettered + clock.filtered) {
      continue;
    }
    return Internal(StrCat(
        "input ", options_.inputs[clock.partition.input.value].name,
        ", partition ", clock.partition.number, ": consumed ", clock.consumed,
        " is not evaluated ", clock.evaluated, " + dead-lettered ",
        clock.dead_lettered, " + filtered ", clock.filtered));
  }
  return OkStatus();
}

}  // namespace tocsin
