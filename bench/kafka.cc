// SPDX-License-Identifier: Apache-2.0
//
// tocsin_bench_kafka [EVENTS [RULES...]]: from a real broker's topic to
// findings, beside a bare librdkafka consumer that only parses, in the same
// run. The broker is named by TOCSIN_KAFKA (`./run broker start` prints it);
// a topic of four partitions is made for the run and deleted after it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include "bench/parse_only.h"
#include "connectors/kafka.h"
#include "connectors/kafka_source.h"
#include "engine/base/clock.h"
#include "engine/cmd/loaded_events.h"
#include "engine/pipeline/replay.h"
#include "rules/compile.h"

namespace {

using tocsin::Batch;
using tocsin::Status;
using tocsin::StatusOr;
using tocsin::StrCat;
using tocsin::TimeNs;

constexpr int kPartitions = 4;
constexpr int kRepeat = 5;  // the events are sent so often
constexpr int kRuns = 3;
constexpr int kRequestMs = 10'000;

struct Destroy {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using Client = std::unique_ptr<rd_kafka_t, Destroy>;

struct Topic {
  std::string brokers;
  std::string name;
  uint64_t events = 0;
  uint64_t bytes = 0;
};

StatusOr<Client> Connect(rd_kafka_type_t type, const std::string& brokers) {
  ASSIGN_OR_RETURN(
      tocsin::connectors::KafkaConf conf,
      tocsin::connectors::MakeKafkaConf({{"bootstrap.servers", brokers},
                                         {"group.id", "tocsin-bench"},
                                         {"enable.auto.commit", "false"},
                                         {"queued.min.messages", "1000000"},
                                         {"linger.ms", "20"}},
                                        {}));
  char error[512];
  rd_kafka_t* client = rd_kafka_new(type, conf.release(), error, sizeof error);
  if (client == nullptr) return tocsin::Unavailable(error);
  return Client(client);
}

// Waits for the answer to an admin request; its per-topic error is left to
// what uses the topic next.
Status Await(rd_kafka_queue_t* queue) {
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kRequestMs);
  if (event == nullptr) return tocsin::Unavailable("the broker is silent");
  const std::string error = rd_kafka_event_error(event) != 0
                                ? rd_kafka_event_error_string(event)
                                : "";
  rd_kafka_event_destroy(event);
  return error.empty() ? tocsin::OkStatus() : tocsin::Unavailable(error);
}

Status CreateTopic(rd_kafka_t* client, const std::string& name) {
  char error[512];
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(name.c_str(), kPartitions, 1, error, sizeof error);
  if (topic == nullptr) return tocsin::InvalidArgument(error);
  const tocsin::connectors::KafkaQueue queue(rd_kafka_queue_new(client));
  rd_kafka_CreateTopics(client, &topic, 1, nullptr, queue.get());
  const Status done = Await(queue.get());
  rd_kafka_NewTopic_destroy(topic);
  return done;
}

void DeleteTopic(rd_kafka_t* client, const std::string& name) {
  rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(name.c_str());
  const tocsin::connectors::KafkaQueue queue(rd_kafka_queue_new(client));
  rd_kafka_DeleteTopics(client, &topic, 1, nullptr, queue.get());
  (void)Await(queue.get());
  rd_kafka_DeleteTopic_destroy(topic);
}

// Sends one message, waiting while the queue is full.
Status Send(rd_kafka_t* client, const std::string& topic, int32_t partition,
            std::string_view bytes) {
  for (;;) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC(topic.c_str()),
        RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_VALUE(const_cast<char*>(bytes.data()), bytes.size()),
        RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return tocsin::OkStatus();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      return tocsin::Unavailable(rd_kafka_err2str(error));
    }
    rd_kafka_poll(client, 10);
  }
}

// Round robin over the partitions, so that they advance together in time.
Status Produce(rd_kafka_t* client, const tocsin::LoadedEvents& events,
               Topic* topic) {
  for (int turn = 0; turn < kRepeat; ++turn) {
    for (const Batch& chunk : events.chunks) {
      for (const auto& message : chunk.messages) {
        const auto partition =
            static_cast<int32_t>(topic->events % kPartitions);
        RETURN_IF_ERROR(
            Send(client, topic->name, partition, chunk.bytes(message)));
        ++topic->events;
        topic->bytes += message.size;
      }
    }
  }
  const rd_kafka_resp_err_t flushed = rd_kafka_flush(client, 60'000);
  return flushed == RD_KAFKA_RESP_ERR_NO_ERROR
             ? tocsin::OkStatus()
             : tocsin::Unavailable(rd_kafka_err2str(flushed));
}

// librdkafka and simdjson alone: consume everything and walk every field.
Status Bare(const Topic& topic, tocsin::bench::ParseOnly* parser) {
  ASSIGN_OR_RETURN(const Client client,
                   Connect(RD_KAFKA_CONSUMER, topic.brokers));
  tocsin::connectors::KafkaList list(
      rd_kafka_topic_partition_list_new(kPartitions));
  for (int32_t i = 0; i < kPartitions; ++i) {
    rd_kafka_topic_partition_list_add(list.get(), topic.name.c_str(), i)
        ->offset = 0;
  }
  rd_kafka_poll_set_consumer(client.get());
  rd_kafka_assign(client.get(), list.get());
  const tocsin::connectors::KafkaQueue queue(
      rd_kafka_queue_get_consumer(client.get()));
  std::vector<rd_kafka_message_t*> messages(4096);
  std::string slab;
  uint64_t got = 0;
  int silent = 0;
  while (got < topic.events && silent < 100) {
    const ssize_t count = rd_kafka_consume_batch_queue(
        queue.get(), 100, messages.data(), messages.size());
    silent = count > 0 ? 0 : silent + 1;
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t* message = messages[static_cast<size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        // A payload has no padding of its own.
        slab.assign(static_cast<const char*>(message->payload), message->len);
        slab.append(simdjson::SIMDJSON_PADDING, '\0');
        parser->Walk(std::string_view(slab).substr(0, message->len));
        ++got;
      }
      rd_kafka_message_destroy(message);
    }
  }
  rd_kafka_consumer_close(client.get());
  return got == topic.events
             ? tocsin::OkStatus()
             : tocsin::Unavailable(StrCat("only ", got, " events came"));
}

Status Engine(const Topic& topic,
              const std::shared_ptr<const tocsin::Plan>& plan, int workers,
              tocsin::ReplaySummary* summary) {
  tocsin::InputInfo input;
  input.name = input.topic = topic.name;
  tocsin::connectors::KafkaSourceOptions options;
  options.brokers = topic.brokers;
  options.topics = {{tocsin::InputId{0}, topic.name}};
  options.group = "tocsin-bench";
  options.bounded = true;
  tocsin::connectors::KafkaSource source(
      options, [](int, const std::string& text) { std::cerr << text << "\n"; });
  const tocsin::Inputs inputs = {input};
  tocsin::ReplayOptions replay_options;
  replay_options.workers = workers;
  tocsin::ReplayOutput output;
  output.finding = [&](const tocsin::Finding& finding) {
    (void)tocsin::FindingJson(finding, *plan, inputs);
    return tocsin::OkStatus();
  };
  tocsin::Replay replay(plan, inputs, replay_options, output);
  RETURN_IF_ERROR(replay.Read(&source));
  RETURN_IF_ERROR(replay.End());
  *summary = replay.Summary();
  if (summary->consumed != topic.events) {
    return tocsin::Internal(StrCat("consumed ", summary->consumed, " of ",
                                   topic.events, " events"));
  }
  return tocsin::OkStatus();
}

// The fastest of some runs, in seconds.
StatusOr<double> Fastest(const std::function<Status()>& run) {
  double best = 1e9;
  for (int i = 0; i < kRuns; ++i) {
    const TimeNs start = tocsin::SystemClock().Mono();
    RETURN_IF_ERROR(run());
    const TimeNs end = tocsin::SystemClock().Mono();
    best = std::min(best, static_cast<double>(end - start) / tocsin::kSecond);
  }
  return best;
}

void Print(const std::string& name, double seconds, const Topic& topic) {
  std::printf("%-30s %9.0f events/s  %7.0f ns/event  %5.0f MB/s\n",
              name.c_str(), static_cast<double>(topic.events) / seconds,
              seconds * 1e9 / static_cast<double>(topic.events),
              static_cast<double>(topic.bytes) / seconds / 1e6);
}

Status Compare(const Topic& topic,
               const std::shared_ptr<const tocsin::Plan>& plan) {
  tocsin::bench::ParseOnly parser;
  ASSIGN_OR_RETURN(const double bare,
                   Fastest([&] { return Bare(topic, &parser); }));
  Print("librdkafka + simdjson alone", bare, topic);
  for (const int workers : {1, 2}) {
    tocsin::ReplaySummary summary;
    ASSIGN_OR_RETURN(const double seconds, Fastest([&] {
                       return Engine(topic, plan, workers, &summary);
                     }));
    Print(StrCat("topic to findings, ", workers,
                 workers > 1 ? " workers" : " thread"),
          seconds, topic);
    std::printf(
        "%30s %.2f times the bare loop; %llu findings, %llu "
        "incidents\n",
        "", seconds / bare, static_cast<unsigned long long>(summary.findings),
        static_cast<unsigned long long>(summary.incidents));
  }
  std::printf("\npeak memory %.0f MB\n",
              static_cast<double>(tocsin::PeakMemory()) / 1e6);
  return tocsin::OkStatus();
}

Status Run(const std::string& brokers, const std::string& path,
           const std::vector<std::string>& rules) {
  tocsin::rules::CompileOptions options;
  options.paths = rules;
  ASSIGN_OR_RETURN(const tocsin::rules::CompileResult compiled,
                   tocsin::rules::Compile(options));
  if (compiled.plan == nullptr) {
    return tocsin::InvalidArgument(tocsin::rules::RenderDiagnostics(
        compiled.sources, compiled.diagnostics));
  }
  Topic topic;
  topic.brokers = brokers;
  topic.name = StrCat("tocsin-bench-", ::getpid());
  ASSIGN_OR_RETURN(const Client producer, Connect(RD_KAFKA_PRODUCER, brokers));
  RETURN_IF_ERROR(CreateTopic(producer.get(), topic.name));
  Status status;
  {
    ASSIGN_OR_RETURN(const tocsin::LoadedEvents events,
                     tocsin::LoadEvents(path, options.limits));
    status = Produce(producer.get(), events, &topic);
  }
  if (status.ok()) {
    std::printf(
        "%llu events, %.1f MB in %d partitions; %zu rules; the fastest "
        "of %d runs each\n\n",
        static_cast<unsigned long long>(topic.events),
        static_cast<double>(topic.bytes) / 1e6, kPartitions,
        compiled.plan->rules.size(), kRuns);
    status = Compare(topic, compiled.plan);
  }
  DeleteTopic(producer.get(), topic.name);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  const char* brokers = std::getenv("TOCSIN_KAFKA");
  if (brokers == nullptr) {
    std::cerr << "no broker: set TOCSIN_KAFKA to its address (./run broker "
                 "start)\n";
    return 0;  // nothing to measure is no failure of the others
  }
  std::string events;
  if (argc > 1) {
    events = argv[1];
  } else if (const char* corpus = std::getenv("TOCSIN_CORPUS")) {
    events = std::string(corpus) + "/windows/events.ndjson.gz";
  } else {
    std::cerr << "usage: tocsin_bench_kafka [EVENTS [RULES...]], or set "
                 "TOCSIN_CORPUS\n";
    return 2;
  }
  std::vector<std::string> rules = {"examples"};
  if (argc > 2) rules.assign(argv + 2, argv + argc);
  const Status status = Run(brokers, events, rules);
  if (status.ok()) return 0;
  std::cerr << tocsin::Message(status) << "\n";
  return 3;
}
