#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Moves the demo's events so that they end now.

python3 shift_times.py OUT_FOLDER writes windows.tsv and auth.tsv there: the
host as the record's key, a tab, the event: what kcat -K takes. The lines of
sshd get a time with its year, as rsyslog of Debian 12 writes it.
"""
import datetime as dt
import gzip
import json
import sys

END = dt.datetime(2026, 1, 5, 12, 0, 0, tzinfo=dt.timezone.utc)
SYSLOG = "%b %d %H:%M:%S"


def main():
    data = __file__.rsplit("/", 1)[0] + "/data/"
    out = sys.argv[1] + "/"
    shift = dt.datetime.now(dt.timezone.utc).replace(microsecond=0) - END
    with gzip.open(data + "windows.ndjson.gz", "rt") as lines, \
            open(out + "windows.tsv", "w") as tsv:
        for line in lines:
            event = json.loads(line)
            time = dt.datetime.fromisoformat(
                event["@timestamp"].rstrip("Z")) + shift
            text = time.isoformat(sep=" ", timespec="milliseconds")
            event["@timestamp"] = text.replace(" ", "T") + "Z"
            if "UtcTime" in event:
                event["UtcTime"] = text
            tsv.write("%s\t%s\n" % (event.get("Hostname", ""), json.dumps(
                event, separators=(",", ":"))))
    with open(data + "auth.log") as lines, open(out + "auth.tsv", "w") as tsv:
        for line in lines:
            time = dt.datetime.strptime(
                "%d %s" % (END.year, line[:15]), "%Y " + SYSLOG) + shift
            host = line[16:].split(" ", 1)[0]
            tsv.write("%s\t%s%s" % (
                host, time.isoformat() + "+00:00", line[15:]))


main()
