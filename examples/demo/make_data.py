#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the demo's data: python3 make_data.py CORPUS

windows.ndjson.gz  a bounded sample of OTRF Security-Datasets (MIT): some
                   captures of attacks, their times laid one after another so
                   that they end at END. Nothing else of an event is changed.
auth.log           a Linux auth log that this script generates from SEED: every
                   name, address and line in it is made up. At the end of it a
                   password is guessed.
"""
import datetime as dt
import gzip
import json
import random
import sys

SEED = 20260105
END = dt.datetime(2026, 1, 5, 12, 0, 0, tzinfo=dt.timezone.utc)
# First and last line (exclusive) of captures in windows/events.ndjson.gz.
SLICES = [(3987, 4187), (1500, 1618), (37800, 38000), (8487, 8671),
          (38600, 38750), (28426, 28526)]
GAP = dt.timedelta(minutes=5)


def event_time(event):
    """The time a capture's events are in order of; None where there is none."""
    for key in ("@timestamp", "TimeCreated", "EventTime"):
        text = event.get(key)
        if text:
            text = text.replace("T", " ").rstrip("Z")
            pattern = "%Y-%m-%d %H:%M:%S" + (".%f" if "." in text else "")
            return dt.datetime.strptime(text, pattern).replace(
                tzinfo=dt.timezone.utc)
    return None


def milliseconds(time):
    return time.strftime("%Y-%m-%d %H:%M:%S.") + "%03d" % (
        time.microsecond // 1000)


def set_time(event, time):
    event["@timestamp"] = milliseconds(time).replace(" ", "T") + "Z"
    if "UtcTime" in event:
        event["UtcTime"] = milliseconds(time)


def windows(corpus):
    with gzip.open(corpus + "/windows/events.ndjson.gz", "rt") as lines:
        events = [json.loads(line) for line in lines]
    captures = []
    for first, last in SLICES:
        capture = [e for e in events[first:last] if event_time(e)]
        start = min(map(event_time, capture))
        captures.append([(event_time(e) - start, e) for e in capture])
    total = sum((max(o for o, _ in c) + GAP for c in captures),
                dt.timedelta()) - GAP
    begin = END - total
    for capture in captures:
        for offset, event in capture:
            set_time(event, begin + offset)
            yield event
        begin += max(o for o, _ in capture) + GAP


def auth_lines():
    rng = random.Random(SEED)
    users = ["ana", "bo", "chen", "dara", "eli", "fay", "gus", "hana"]
    lines = []

    def add(seconds_before_end, host, text):
        time = END - dt.timedelta(seconds=seconds_before_end)
        lines.append((time, "%s %s sshd[%d]: %s" % (
            time.strftime("%b %e %H:%M:%S"), host, rng.randint(900, 9999),
            text)))

    for _ in range(600):  # an ordinary hour
        user, port = rng.choice(users), rng.randint(20000, 60000)
        address = "10.0.%d.%d" % (rng.randint(0, 3), rng.randint(1, 254))
        word = "Failed" if rng.random() < 0.04 else "Accepted"
        add(rng.uniform(90, 3600), "web-%d" % rng.randint(1, 2),
            "%s password for %s from %s port %d ssh2" % (
                word, user, address, port))
    for n in range(24):  # the attack
        name = rng.choice(users + ["root", "admin", "oracle"])
        invalid = "" if name in users else "invalid user "
        add(70 - 2 * n, "web-1",
            "Failed password for %s%s from 203.0.113.66 port %d ssh2" % (
                invalid, name, 40000 + n))
    add(20, "web-1",
        "Failed password for chen from 203.0.113.66 port 40100 ssh2")
    add(12, "web-1",
        "Accepted password for chen from 203.0.113.66 port 40101 ssh2")
    return [line for _, line in sorted(lines)]


def main():
    folder = __file__.rsplit("/", 1)[0] + "/data/"
    with gzip.GzipFile(folder + "windows.ndjson.gz", "wb", 9, mtime=0) as out:
        for event in windows(sys.argv[1]):
            out.write((json.dumps(event, separators=(",", ":")) +
                       "\n").encode())
    with open(folder + "auth.log", "w") as out:
        out.writelines(line + "\n" for line in auth_lines())


main()
