// SPDX-License-Identifier: Apache-2.0
//
// The row `file`: FileSource and FileSink in the registry.
#pragma once

#include "connectors/registry.h"

namespace tocsin::connectors {

// input: {path, follow}; output: a path.
Connector FileConnector();

// A file's topic: its name without folder and endings ("auth" for
// /var/log/auth.log.gz).
std::string FileTopic(const std::string& path);

}  // namespace tocsin::connectors
