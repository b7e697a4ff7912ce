// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka_source.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include <unistd.h>

namespace tocsin::connectors {
namespace {

constexpr int kRequestMs = 1000;      // metadata and offset questions
constexpr int kShortRequestMs = 200;  // the same to a broker that was lost
constexpr int kCloseSteps = 150;      // of kMaxWait each
constexpr size_t kCloseMessages = 1'000;
constexpr DurationNs kMaxWait = 20 * kMillisecond;  // see Fetch()
constexpr int64_t kLostPolls = 50;  // polls between two looks at the broker

KafkaProperties Defaults(const KafkaSourceOptions& options) {
  return {
      {"bootstrap.servers", options.brokers},
      {"group.id", options.group},
      {"group.instance.id", options.group + "-" + options.member},
      {"client.id", "tocsin"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      {"enable.partition.eof", "true"},
      {"partition.assignment.strategy", "range"},
      {"session.timeout.ms", "10000"},
      {"heartbeat.interval.ms", "3000"},
      // The default of 100,000 stalls a fast consumer for a second at a time;
      // the bytes bound memory instead.
      {"queued.min.messages", "1000000"},
      {"queued.max.messages.kbytes", "131072"},
      {"fetch.wait.max.ms", "50"},
      {"max.partition.fetch.bytes", "4194304"},
      {"topic.metadata.refresh.interval.ms", "60000"},
      {"reconnect.backoff.max.ms", "2000"},
      {"socket.timeout.ms", "10000"},
      {"log.connection.close", "false"},
  };
}

}  // namespace

KafkaSource::KafkaSource(KafkaSourceOptions options, KafkaLog log)
    : options_(std::move(options)), log_(std::move(log)) {}

KafkaSource::~KafkaSource() {
  if (consumer_ == nullptr) return;
  for (size_t i = taken_; i < fetched_.size(); ++i) {
    rd_kafka_message_destroy(fetched_[i]);
  }
  // Closing may wait for ever for a broker that is gone, and librdkafka 2.0.2
  // hangs when a topic was recreated. What does not end in time is left to the
  // end of the process: nothing is lost by it, a static member does not leave,
  // and the positions are in our log.
  if (!failed_.ok()) {
    queue_.reset();
    return;
  }
  rd_kafka_error_t* error =
      rd_kafka_consumer_close_queue(consumer_, queue_.get());
  if (error != nullptr) rd_kafka_error_destroy(error);
  for (int i = 0; i < kCloseSteps && !rd_kafka_consumer_closed(consumer_);
       ++i) {
    // Messages may still be queued, which rd_kafka_queue_poll_callback()
    // answers with an abort: they are taken out and dropped.
    Fetch(kMaxWait, kCloseMessages);
    for (rd_kafka_message_t* message : fetched_) {
      rd_kafka_message_destroy(message);
    }
  }
  queue_.reset();
  if (rd_kafka_consumer_closed(consumer_)) {
    rd_kafka_destroy_flags(consumer_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  } else {
    log_(4, "kafka input: closed without the broker's answer");
  }
}

Status KafkaSource::Start(const std::vector<Resume>& resume) {
  for (const Resume& position : resume) {
    resume_[position.partition] = position.next_offset;
  }
  resumed_ = !resume.empty();
  KafkaProperties defaults = Defaults(options_);
  if (options_.bounded) defaults.erase("group.instance.id");
  ASSIGN_OR_RETURN(KafkaConf conf,
                   MakeKafkaConf(defaults, options_.properties));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_rebalance_cb(conf.get(), &KafkaSource::Rebalance);
  rd_kafka_conf_set_error_cb(conf.get(), &KafkaSource::Error);
  std::array<char, 512> why{};
  consumer_ =
      rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size());
  if (consumer_ == nullptr) {
    return InvalidArgument(
        StrCat("kafka input: ", std::string_view(why.data())));
  }
  (void)conf.release();
  rd_kafka_poll_set_consumer(consumer_);
  queue_.reset(rd_kafka_queue_get_consumer(consumer_));
  why_ = StrCat("waiting for the broker ", options_.brokers);
  return OkStatus();
}

// Learns the partitions of every topic and where each begins; Unavailable
// while the broker does not answer or a topic does not exist.
Status KafkaSource::Discover() {
  for (const KafkaTopic& topic : options_.topics) {
    ASSIGN_OR_RETURN(const int32_t partitions, CountPartitions(topic));
    for (int32_t number = 0; number < partitions; ++number) {
      RETURN_IF_ERROR(Begin(topic, number, partitions));
    }
  }
  discovered_ = true;
  return OkStatus();
}

// The same, before anything was read: asks now and then, without holding up
// the inputs that are polled beside this one.
Status KafkaSource::TryDiscover(DurationNs wait) {
  const bool ask = !lost_ || lost_polls_++ % kLostPolls == 0;
  const Status found = ask ? Discover() : Unavailable(why_);
  if (found.ok()) {
    Found();
    return found;
  }
  // Serves Error(), which knows more than "timed out".
  rd_kafka_poll(consumer_,
                static_cast<int>(std::min(wait, kMaxWait) / kMillisecond));
  if (absl::IsUnavailable(found)) Lost(Message(found));
  return found;
}

// The broker, or a topic, is not there: said once, until it is back.
void KafkaSource::Lost(const std::string& why) {
  for (auto& [partition, state] : partitions_) state.caught_up = false;
  if (lost_) return;
  lost_ = true;
  lost_polls_ = 1;
  why_ = why;
  log_(4, StrCat(why_, "; trying again"));
}

void KafkaSource::Found() {
  if (!lost_) return;
  lost_ = false;
  why_ = owns_all_ ? "" : StrCat("joining group ", options_.group);
  log_(6, StrCat("kafka ", options_.brokers, " answers again"));
}

// Unavailable while the broker does not answer, the topic does not exist, or a
// partition of it has no leader.
StatusOr<int32_t> KafkaSource::CountPartitions(const KafkaTopic& topic) {
  const auto unavailable = [&](const char* what) {
    return Unavailable(
        StrCat("kafka ", options_.brokers, ", topic ", topic.name, ": ", what));
  };
  rd_kafka_topic_t* handle =
      rd_kafka_topic_new(consumer_, topic.name.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(
      consumer_, 0, handle, &metadata, lost_ ? kShortRequestMs : kRequestMs);
  rd_kafka_topic_destroy(handle);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return unavailable(rd_kafka_err2str(error));
  }
  const std::unique_ptr<const rd_kafka_metadata_t,
                        decltype(&rd_kafka_metadata_destroy)>
      owned(metadata, &rd_kafka_metadata_destroy);
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return unavailable(rd_kafka_err2str(found.err));
  }
  if (found.partition_cnt == 0) return unavailable("it has no partitions");
  for (int i = 0; i < found.partition_cnt; ++i) {
    if (found.partitions[i].leader < 0) return unavailable("it has no leader");
  }
  return found.partition_cnt;
}

// Decides where one partition begins and notes holes.
Status KafkaSource::Begin(const KafkaTopic& topic, int32_t number,
                          int32_t partitions) {
  const Partition partition{topic.input, number};
  const auto known = partitions_.find(partition);
  if (known != partitions_.end()) {
    known->second.partitions = partitions;
    return OkStatus();
  }
  int64_t low = 0;
  int64_t high = 0;
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
      consumer_, topic.name.c_str(), number, &low, &high, kRequestMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Unavailable(StrCat("kafka ", options_.brokers, ", topic ",
                              topic.name, "[", number,
                              "]: ", rd_kafka_err2str(error)));
  }
  PartitionState state;
  state.partitions = partitions;
  const auto position = resume_.find(partition);
  if (position != resume_.end()) {
    state.next = position->second;
  } else if (!resumed_ && !discovered_) {
    state.next = options_.start == "latest" ? high : low;
  }
  if (state.next > high) {
    return FailedPrecondition(
        StrCat("topic ", topic.name, "[", number, "] ends at ", high,
               ", before the position ", state.next,
               ": it was recreated; start afresh with --reset-state"));
  }
  if (state.next < low) {
    holes_.push_back({partition, state.next, low});
    log_(3, StrCat("topic ", topic.name, "[", number, "]: offsets ", state.next,
                   " to ", low, " no longer exist"));
    state.next = low;
  }
  if (options_.bounded) state.end = high;
  partitions_[partition] = state;
  return OkStatus();
}

Status KafkaSource::Join() {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (options_.bounded) {
    const KafkaList list = Positions();
    error = rd_kafka_assign(consumer_, list.get());
    owns_all_ = true;
    why_.clear();
  } else {
    const KafkaList list(rd_kafka_topic_partition_list_new(8));
    for (const KafkaTopic& topic : options_.topics) {
      rd_kafka_topic_partition_list_add(list.get(), topic.name.c_str(),
                                        RD_KAFKA_PARTITION_UA);
    }
    error = rd_kafka_subscribe(consumer_, list.get());
    why_ = StrCat("joining group ", options_.group);
  }
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return FailedPrecondition(StrCat("kafka input: ", rd_kafka_err2str(error)));
  }
  joined_ = true;
  return OkStatus();
}

void KafkaSource::Rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t error,
                            rd_kafka_topic_partition_list_t* list,
                            void* opaque) {
  auto* source = static_cast<KafkaSource*>(opaque);
  if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    source->Assigned(list);
    // An empty assignment, unlike none, stays in the group and waits.
    const KafkaList nothing(rd_kafka_topic_partition_list_new(0));
    rd_kafka_assign(consumer, source->owns_all_ ? list : nothing.get());
    source->PauseAgain();
  } else {
    source->Revoked();
    rd_kafka_assign(consumer, nullptr);
  }
}

// Sets the offsets of an assignment. Less than everything is refused: it is
// assigned empty, and the reason goes to /readyz.
void KafkaSource::Assigned(rd_kafka_topic_partition_list_t* list) {
  // The topic may have grown since: learn the new partitions first.
  const Status found = Discover();
  if (!found.ok() && !absl::IsUnavailable(found)) failed_ = found;
  for (int i = 0; i < list->cnt; ++i) {
    rd_kafka_topic_partition_t& item = list->elems[i];
    for (const KafkaTopic& topic : options_.topics) {
      if (topic.name != item.topic) continue;
      const auto state = partitions_.find({topic.input, item.partition});
      if (state != partitions_.end()) item.offset = state->second.next;
    }
  }
  owns_all_ = static_cast<size_t>(list->cnt) == partitions_.size();
  why_ = owns_all_ ? ""
                   : StrCat("group ", options_.group, " gave ", list->cnt,
                            " of ", partitions_.size(),
                            " partitions: another member is running; one node "
                            "must own all of them");
  if (!owns_all_) log_(3, why_);
}

void KafkaSource::Revoked() {
  owns_all_ = false;
  why_ = StrCat("joining group ", options_.group);
  for (auto& [partition, state] : partitions_) state.caught_up = false;
}

// What librdkafka cannot reach it tries again by itself, for ever; only a fatal
// error is the end.
void KafkaSource::Error(rd_kafka_t*, int error, const char* reason,
                        void* opaque) {
  auto* source = static_cast<KafkaSource*>(opaque);
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    source->FatalError();
    return;
  }
  std::string_view text(reason);
  text = text.substr(0, text.find(" (after "));
  source->Lost(StrCat("kafka ", source->options_.brokers, ": ", text));
}

void KafkaSource::FatalError() {
  std::array<char, 512> why{};
  rd_kafka_fatal_error(consumer_, why.data(), why.size());
  owns_all_ = false;
  failed_ = FailedPrecondition(
      StrCat("kafka input: ", std::string_view(why.data()),
             "; is another process running with group ", options_.group, "?"));
}

Status KafkaSource::Poll(DurationNs wait, size_t max_messages, size_t max_bytes,
                         Batch* batch) {
  RETURN_IF_ERROR(failed_);
  if (!discovered_) RETURN_IF_ERROR(TryDiscover(wait));
  if (!joined_) RETURN_IF_ERROR(Join());
  if (lost_) CheckReachable();
  if (batch->messages.size() >= max_messages) return OkStatus();
  if (taken_ == fetched_.size()) {
    Fetch(wait, max_messages - batch->messages.size());
  }
  while (taken_ < fetched_.size() && batch->messages.size() < max_messages &&
         batch->slab.size() < max_bytes) {
    rd_kafka_message_t* message = fetched_[taken_++];
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      Take(*message, batch);
    } else {
      TakeEvent(*message);
    }
    rd_kafka_message_destroy(message);
  }
  return failed_;
}

// librdkafka 2.0.2 returns only when the array is full or the time is over,
// so the wait is the latency at a low rate: it is kept short. What does not
// fit the batch stays for the next one.
void KafkaSource::Fetch(DurationNs wait, size_t max_messages) {
  fetched_.resize(max_messages);
  taken_ = 0;
  const ssize_t count = rd_kafka_consume_batch_queue(
      queue_.get(), static_cast<int>(std::min(wait, kMaxWait) / kMillisecond),
      fetched_.data(), fetched_.size());
  fetched_.resize(count > 0 ? static_cast<size_t>(count) : 0);
}

InputId KafkaSource::InputOf(const rd_kafka_message_t& message) {
  if (message.rkt != last_topic_) {
    last_topic_ = message.rkt;
    last_input_ = InputId{};
    for (const KafkaTopic& topic : options_.topics) {
      if (topic.name == rd_kafka_topic_name(message.rkt)) {
        last_input_ = topic.input;
      }
    }
  }
  return last_input_;
}

// Takes a message if it is the next one of its partition. What lies below was
// delivered before (a seek or rebalance repeats it); a jump is a hole.
void KafkaSource::Take(const rd_kafka_message_t& message, Batch* batch) {
  const Partition partition{InputOf(message), message.partition};
  const auto found = partitions_.find(partition);
  if (found == partitions_.end() || !owns_all_) return;
  PartitionState& state = found->second;
  if (message.offset < state.next) return;
  if (options_.bounded && message.offset >= state.end) {
    state.next = state.end;
    return;
  }
  if (message.offset > state.next) {
    holes_.push_back({partition, state.next, message.offset});
  }
  RawMessage raw;
  raw.partition = partition;
  raw.offset = message.offset;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t ms = rd_kafka_message_timestamp(&message, &type);
  if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && ms >= 0) {
    raw.record_time = ms * kMillisecond;
    raw.trusted_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
  }
  raw.null_payload = message.payload == nullptr;
  batch->Add(raw, {static_cast<const char*>(message.payload), message.len});
  state.next = message.offset + 1;
  state.caught_up = false;
}

void KafkaSource::TakeEvent(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__FATAL) FatalError();
  if (message.rkt == nullptr) return;
  const Partition partition{InputOf(message), message.partition};
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return;
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    // Control records at the end have offsets but are never delivered. What
    // follows a bounded end is none of ours.
    PartitionState& state = found->second;
    const int64_t end =
        options_.bounded ? std::min(message.offset, state.end) : message.offset;
    if (end > state.next) {
      holes_.push_back({partition, state.next, end});
      state.next = end;
    }
    found->second.caught_up = !lost_;
  } else if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
             message.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    FellOffTheLog(partition, &found->second);
  } else {
    log_(4, StrCat("kafka input: ", rd_kafka_message_errstr(&message)));
  }
}

// Retention overtook us while running: goes on at what is left.
void KafkaSource::FellOffTheLog(Partition partition, PartitionState* state) {
  const std::string& topic = *TopicOf(partition.input);
  int64_t low = 0;
  int64_t high = 0;
  if (rd_kafka_query_watermark_offsets(
          consumer_, topic.c_str(), partition.number, &low, &high,
          kRequestMs) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    failed_ = FailedPrecondition(StrCat(
        "topic ", topic, "[", partition.number, "]: offset ", state->next,
        " no longer exists, and the broker does not say what does"));
    return;
  }
  if (state->next > high) {
    failed_ = FailedPrecondition(
        StrCat("topic ", topic, "[", partition.number, "] ends at ", high,
               ", before the position ", state->next,
               ": it was recreated; start afresh with --reset-state"));
    return;
  }
  holes_.push_back({partition, state->next, low});
  log_(3, StrCat("topic ", topic, "[", partition.number, "]: offsets ",
                 state->next, " to ", low, " no longer exist"));
  state->next = low;
  // A seek would be refused: fetching has stopped.
  Reassign();
}

// After an error librdkafka does not repeat its end-of-partition event: once
// the broker answers, beginning anew where we are makes it say so again.
// (Asking for the end offsets instead can block for a minute in librdkafka
// 2.0.2, whatever the timeout.)
void KafkaSource::CheckReachable() {
  if (lost_polls_++ % kLostPolls != 0) return;
  for (const KafkaTopic& topic : options_.topics) {
    if (!CountPartitions(topic).ok()) return;
  }
  Found();
  Reassign();
}

// Fetches every partition from where we are.
void KafkaSource::Reassign() {
  if (!owns_all_) return;
  const KafkaList list = Positions();
  rd_kafka_assign(consumer_, list.get());
  PauseAgain();
}

KafkaList KafkaSource::Positions() const {
  KafkaList list(
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions_.size())));
  for (const auto& [partition, state] : partitions_) {
    rd_kafka_topic_partition_list_add(
        list.get(), TopicOf(partition.input)->c_str(), partition.number)
        ->offset = state.next;
  }
  return list;
}

void KafkaSource::PauseAgain() {
  for (const auto& [partition, state] : partitions_) {
    if (!state.paused) continue;
    rd_kafka_pause_partitions(consumer_, ListOf(partition, state.next).get());
  }
}

void KafkaSource::SetPaused(Partition partition, bool paused) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end() || found->second.paused == paused) return;
  found->second.paused = paused;
  const KafkaList list = ListOf(partition, found->second.next);
  if (paused) {
    rd_kafka_pause_partitions(consumer_, list.get());
  } else {
    rd_kafka_resume_partitions(consumer_, list.get());
  }
}

KafkaList KafkaSource::ListOf(Partition partition, int64_t offset) const {
  KafkaList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(
      list.get(), TopicOf(partition.input)->c_str(), partition.number)
      ->offset = offset;
  return list;
}

const std::string* KafkaSource::TopicOf(InputId input) const {
  for (const KafkaTopic& topic : options_.topics) {
    if (topic.input == input) return &topic.name;
  }
  return nullptr;
}

std::vector<PartitionStatus> KafkaSource::Partitions() const {
  std::vector<PartitionStatus> out;
  for (const auto& [partition, state] : partitions_) {
    PartitionStatus status;
    status.partition = partition;
    status.next_offset = state.next;
    status.end_offset = state.end;
    status.caught_up = state.caught_up && owns_all_;
    status.ended = Ended(state);
    status.partitions = state.partitions;
    out.push_back(status);
  }
  return out;
}

std::vector<Hole> KafkaSource::TakeHoles() { return std::exchange(holes_, {}); }

// Bounded: nothing will follow. Control records at the end have offsets but
// are never delivered.
bool KafkaSource::Ended(const PartitionState& state) const {
  return options_.bounded && (state.next >= state.end || state.caught_up);
}

bool KafkaSource::finished() const {
  return options_.bounded && discovered_ &&
         std::all_of(partitions_.begin(), partitions_.end(),
                     [&](const auto& item) { return Ended(item.second); });
}

void KafkaSource::Commit(const std::vector<Resume>& durable) {
  if (!joined_ || options_.bounded || durable.empty()) return;
  KafkaList list(
      rd_kafka_topic_partition_list_new(static_cast<int>(durable.size())));
  for (const Resume& position : durable) {
    const std::string* topic = TopicOf(position.partition.input);
    if (topic == nullptr) continue;
    rd_kafka_topic_partition_list_add(list.get(), topic->c_str(),
                                      position.partition.number)
        ->offset = position.next_offset;
  }
  rd_kafka_commit(consumer_, list.get(), 1 /* asynchronous */);
}

}  // namespace tocsin::connectors
