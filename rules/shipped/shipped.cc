// SPDX-License-Identifier: Apache-2.0
#include "rules/shipped/shipped.h"

namespace tocsin::rules {
namespace {

constexpr std::string_view kWindows = R"rule(
source windows_sysmon {
  where   Channel == 'Microsoft-Windows-Sysmon/Operational'
  sigma   product windows service sysmon
  under   Event.EventData, Event.System
  time    UtcTime as "%Y-%m-%d %H:%M:%E*S" in "UTC"
  field   Channel = Channel or Event.System.Channel
  field   EventID = EventID or Event.System.EventID.`#text`
  field   Provider_Name = Event.System.Provider.`#attributes`.Name or Provider_Name or SourceName
  field   host = Hostname or Computer or host.name
  absent  "-"
}
source windows_security {
  where   Channel == "Security"
  sigma   product windows service security
  under   Event.EventData, Event.System
  field   Channel = Channel or Event.System.Channel
  field   Provider_Name = Event.System.Provider.`#attributes`.Name or Provider_Name or SourceName
  field   host = Hostname or Computer or host.name
  absent  "-"
}
)rule";

constexpr std::string_view kLinux = R"rule(
source linux_sshd {
  where   program == "sshd"
  sigma   product linux service sshd
  parse   syslog
  time    timestamp as "%b %e %H:%M:%S" in "UTC"
  extract /(?P<result>Failed|Accepted) \S+ for (?:invalid user )?(?P<user>\S+) from (?P<src_ip>\S+)/ from message
  field   src_ip = src_ip is ip
  field   host = hostname or host.name
}
)rule";

constexpr std::string_view kCloud = R"rule(
source aws_cloudtrail {
  where   recipientAccountId exists and eventSource exists
  sigma   product aws service cloudtrail
  time    eventTime
  field   src_ip = sourceIPAddress is ip
  field   user   = userIdentity.userName or userIdentity.arn
}
)rule";

constexpr ShippedFile kFiles[] = {
    {"shipped/windows.rule", kWindows},
    {"shipped/linux.rule", kLinux},
    {"shipped/cloud.rule", kCloud},
};

}  // namespace

std::span<const ShippedFile> ShippedFiles() { return kFiles; }

}  // namespace tocsin::rules
