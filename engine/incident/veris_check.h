// SPDX-License-Identifier: Apache-2.0
//
// VerisCheck: what makes a VERIS record inconsistent although the JSON schema
// accepts it: the fourteen checks of the VERIS project, in its numbering. What
// that project only recommends is no complaint here.
//
//  1 malware without integrity "Software installation"
//  2 social without integrity "Alter behavior"
//  3 SQLi without integrity "Repurpose"
//  4 Confirmed without any attribute
//  5 physical Theft or error Loss without availability "Loss"
//  6 plus.attribute.confidentiality without attribute.confidentiality
//  7 a date that no calendar has, or not before plus.dbir_year
//  8 impact: the losses exceed overall_amount
//  9 confidentiality: one amount exceeds data_total
// 10 misuse without an internal or partner actor
// 11 victim.region: not a region and a sub-region of the UN's list
// 12 victim.secondary.amount below the number of named victims
// 13 value chain: Phishing, social vector Email, malware vector C2 and
//    Ransomware each need their words
// 14 Defacement without availability "Interruption"
//
// Source: vz-risk/veris 1.4.1, "checkValidity"; UN M49 for regions.
// Threads: pure. Tested by: tests/engine/incident/veris_check_test.cc
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

struct VerisComplaint {
  int check = 0;  // 1 to 14; 0: the text is no JSON object
  std::string message;
};

// Checks one record; it need not be valid by the schema. Empty: consistent.
std::vector<VerisComplaint> CheckVeris(std::string_view json);

}  // namespace tocsin
