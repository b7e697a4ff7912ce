// SPDX-License-Identifier: Apache-2.0
//
// Diagnostic codes: every mistake that rule files can hold is one row here.
// A code never changes its meaning; scripts and people search for it.
// E001-E049 lexer, E050-E149 parser, from E150 on the checker; W: warnings.
//
// Adding one: a row, and a golden CODE_name.rule with its .diag in
// tests/golden/rules/diag; a test fails while a row has none.
// Tested by: tests/rules/diagnostic_test.cc
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace tocsin::rules {

enum class Severity : uint8_t { kError, kWarning };

struct CodeRow {
  const char* code;
  Severity severity;
  const char* title;
  const char* explanation;  // a paragraph for the manual
};

inline constexpr CodeRow kDiagnosticCodes[] = {
    // ------------------------------------------------------------- lexer
    {"E001", Severity::kError, "invalid UTF-8",
     "Rule files are UTF-8. The bytes at this place are not; most often the "
     "file was saved in a Windows code page."},
    {"E002", Severity::kError, "control character",
     "Control characters other than tab and line end have no place in a rule "
     "file. Inside text they are written \"\\u{1b}\"."},
    {"E003", Severity::kError, "unexpected character",
     "This character begins nothing in the language. A name with unusual "
     "characters is written in backticks."},
    {"E004", Severity::kError, "typographic quote",
     "Word processors and chat programs replace straight quotes by curly "
     "ones. Text is written with straight quotes: \"..\" or '..'."},
    {"E005", Severity::kError, "text without its closing quote",
     "A text ends on the line on which it starts. 'raw' text holds a quote "
     "as two quotes, \"escaped\" text as \\\"."},
    {"E006", Severity::kError, "unknown escape",
     "Escaped text knows \\\\ \\\" \\n \\r \\t and \\u{..}. A text with "
     "backslashes of its own, such as a path or a regular expression, is "
     "written in single quotes, where nothing escapes."},
    {"E007", Severity::kError, "bad \\u{..} escape",
     "\\u{..} holds one to six hexadecimal digits of a Unicode character, "
     "not a surrogate."},
    {"E008", Severity::kError, "regular expression without its end",
     "A regular expression ends at the next / on the same line; a slash in "
     "it is written \\/."},
    {"E009", Severity::kError, "unknown flag of a regular expression",
     "Behind the closing slash stand any of i (case does not count), m (^ "
     "and $ match at line ends) and s (. matches line ends), each once."},
    {"E010", Severity::kError, "name without its closing backtick",
     "A name in backticks ends on the line on which it starts."},
    {"E011", Severity::kError, "empty name",
     "Two backticks with nothing between name nothing."},
    {"E012", Severity::kError, "bad duration",
     "A duration is numbers with units attached, the larger unit first: 5m, "
     "1h30m, 250ms. Units are ms, s, m, h, d and w."},
    {"E013", Severity::kError, "bad number",
     "A number is digits, with a fraction and an exponent where needed: 20, "
     "0.5, 1e6. It ends before a letter; a unit of it is ms s m h d w, %, "
     "or KB MB GB TB with or without an i."},
    {"E014", Severity::kError, "bad date",
     "A date is YYYY-MM-DD and a day of the calendar."},
    {"E015", Severity::kError, "file too large",
     "A rule file has at most 16 MiB."},

    // ------------------------------------------------------------ parser
    {"E050", Severity::kError, "something else was expected",
     "The grammar allows only what the message names at this place."},
    {"E051", Severity::kError, "unknown word at the top of a file",
     "A file holds source, list, rule, extend, except, and definitions "
     "NAME = expression."},
    {"E052", Severity::kError, "unknown item of a source",
     "A source holds where, sigma, parse, extract, time, order, under, "
     "field, absent and strict."},
    {"E053", Severity::kError, "unknown item of a list",
     "A list holds type, file, key, expires, stale and limit."},
    {"E054", Severity::kError, "unknown item of a rule",
     "A rule holds title, id and other words about it, level, attack, risk, "
     "from, definitions, when, at most, keep, across tenants, incident and "
     "test."},
    {"E055", Severity::kError, "unknown item of an exception",
     "An exception holds rules, where, until, owner and reason."},
    {"E056", Severity::kError, "unknown item of an incident block",
     "An incident block holds summary, playbook, owner, group and veris."},
    {"E057", Severity::kError, "unknown word in a veris block",
     "A veris block holds actor, action, asset, confidentiality, integrity, "
     "availability, discovery, impact, confidence and targeted."},
    {"E058", Severity::kError, "unknown item of a test",
     "A test holds start, list, except, until, at and expect."},
    {"E059", Severity::kError, "missing closing brace",
     "The block that was opened at the labelled place is not closed before "
     "the next one starts or the file ends."},
    {"E060", Severity::kError, "missing closing parenthesis or bracket",
     "What was opened at the labelled place is not closed."},
    {"E061", Severity::kError, "closing bracket without an opening one",
     "Nothing is open that this bracket could close."},
    {"E062", Severity::kError, "= where == is meant",
     "= defines a name; == compares."},
    {"E063", Severity::kError, "operator of another language",
     "Conditions are joined with the words and, or, not."},
    {"E064", Severity::kError, "keyword in upper case",
     "Keywords are lower case: and, or, not, in."},
    {"E065", Severity::kError, "and mixed with or",
     "A condition that mixes and with or needs parentheses, so that nobody "
     "has to remember which one binds tighter."},
    {"E066", Severity::kError, "chained comparison",
     "A comparison compares two values. Two comparisons are joined with "
     "and; a range is written x in 1..9."},
    {"E067", Severity::kError, "reserved word as a name",
     "The reserved words are names only in backticks."},
    {"E068", Severity::kError, "nested too deeply",
     "Expressions and objects nest at most 200 levels; so many operators "
     "+ - * / may also stand in one row."},
    {"E069", Severity::kError, "duration without or apart from its unit",
     "A duration is written in one piece: 5m, 1h30m."},
    {"E070", Severity::kError, "missing time bound",
     "Everything that counts, waits or remembers says for how long: within "
     "D, per D, for D or in D. Without it its state would grow for ever."},
    {"E071", Severity::kError, "missing value",
     "A value (a field, a text, a number, a measure or something in "
     "parentheses) was expected."},
    {"E072", Severity::kError, "measure without its field",
     "sum, avg, min, max, earliest, latest, distinct and percentile are "
     "followed by a field, without parentheses: sum bytes_out. A field of "
     "that name is written in backticks."},
    {"E073", Severity::kError, "pattern word as a field",
     "At the start of a pattern the words sequence, silence, first and rare "
     "begin that pattern. A field of that name is written in backticks."},
    {"E074", Severity::kError, "empty list of values",
     "Parentheses after in, contains and the like hold at least one value."},
    {"E075", Severity::kError, "missing comma",
     "Values in a row are separated by commas."},
    {"E076", Severity::kError, "any or all without its condition",
     "any m in PATH where (..) binds each element of an array in turn; all "
     "m in PATH where (..) likewise. As patterns: all of a, b within D and "
     "any 2 of a, b, c within D."},
    {"E077", Severity::kError, "regular expression in the wrong place",
     "A regular expression is the right side of matches, or follows extract "
     "in a source."},
    {"E078", Severity::kError, "bad expectation",
     "expect nothing; expect no finding; expect 1 incident; with at D and "
     "an object {..} where wanted."},
    {"E079", Severity::kError, "bad value in an event",
     "The values of an event in a test are JSON: texts in quotes, numbers, "
     "true, false, null, [..] and {..}."},
    {"E080", Severity::kError, "text without quotes",
     "This item takes a text: \"..\" or '..'."},
    {"E081", Severity::kError, "not behind a field",
     "not stands in front of the whole comparison: not user in (..)."},
    {"E082", Severity::kError, "is in a condition",
     "Missing is tested with == null, presence with exists; is belongs to "
     "the fields of a source."},
    {"E083", Severity::kError, "comment of another language",
     "A comment starts with # and ends with its line."},
    {"E084", Severity::kError, "unknown operator",
     "Comparisons are == != < <= > >=, in, contains, startswith, endswith, "
     "like, matches and exists."},
    {"E085", Severity::kError, "step without a name",
     "A sequence is made of named tests: define failed = .. in the rule and "
     "write failed as the step."},

    // ------------------------------------------------------- names
    {"E150", Severity::kError, "name defined twice",
     "All rule files together form one namespace: sources, lists, rules and "
     "file-level definitions need names of their own. So do the definitions "
     "of one rule and the steps of one sequence."},
    {"E151", Severity::kError, "unknown test",
     "Where a test is expected a bare name must be a definition NAME = .. of "
     "the rule or of a file; it is never taken for a field, so that a typo "
     "cannot pass."},
    {"E152", Severity::kError, "unknown source",
     "from names a source block of any file, or one that comes with Tocsin."},
    {"E153", Severity::kError, "unknown list",
     "in list NAME and NAME[..] name a list block of any file."},
    {"E154", Severity::kError, "definition that needs itself",
     "Definitions may use one another in any order, but none may need "
     "itself."},
    {"E155", Severity::kError, "unknown step",
     "count of, time of and NAME.field name a step of the sequence by its "
     "alias (as NAME) or, without one, by its test."},
    {"E156", Severity::kError, "test where a value is expected",
     "A test holds or does not hold; it is no value that could be compared, "
     "counted with or added up."},
    {"E157", Severity::kError, "value where a test is expected",
     "At this place something must hold or not hold: a comparison, or the "
     "name of a test. A field or a number alone says neither."},
    {"E158", Severity::kError, "unknown function",
     "The functions are a fixed set: lower upper trim length substring "
     "concat registered_domain base64_decode entropy hour weekday timestamp "
     "int km_between account_name size; on literals also cased wide utf16le "
     "utf16be base64 base64offset windash expand."},
    {"E159", Severity::kError, "unknown list column",
     "NAME[..].column reads a column of a list file by the name in its "
     "header row."},
    {"E160", Severity::kError, "constant of another type",
     "A constant of the configuration replaces a file-level constant by one "
     "of its own type."},
    {"E161", Severity::kError, "unknown field of tocsin",
     "The prefix tocsin. is reserved: tocsin.source tocsin.time "
     "tocsin.received tocsin.topic and tocsin.input are known."},

    // --------------------------------------------- types and units
    {"E165", Severity::kError, "text compared by order",
     "< <= > >= compare numbers, durations and times. Text has no order "
     "here."},
    {"E166", Severity::kError, "values that never compare",
     "The two sides are of kinds that are never equal, so the comparison "
     "could not hold."},
    {"E167", Severity::kError, "duration against a field without a unit",
     "An event holds a bare number; whether it counts seconds or "
     "milliseconds must be declared: field NAME is ms in a source block."},
    {"E168", Severity::kError, "date against something that is no time",
     "A date compares with a field that a source declares is time, with "
     "timestamp(..), or with time of a step."},
    {"E169", Severity::kError, "comparison of two literals",
     "Both sides are known when the rule is written, so the comparison "
     "always holds or never does."},
    {"E170", Severity::kError, "arithmetic on what is no number",
     "+ - * / work on numbers, durations and times in units that fit. Texts "
     "are joined with concat(..)."},
    {"E171", Severity::kError, "wrong number of arguments",
     "The function takes another number of arguments."},
    {"E172", Severity::kError, "argument of the wrong type",
     "The function takes a value of another type at this place."},
    {"E173", Severity::kError, "value that this operator cannot take",
     "contains, startswith and endswith compare with texts or fields; like "
     "and matches with a pattern that is written out."},
    {"E174", Severity::kError, "bad network",
     "in cidr takes networks as text: \"10.0.0.0/8\", \"fd00::/8\", or a "
     "single address."},
    {"E175", Severity::kError, "bad regular expression",
     "Regular expressions are RE2: no look-around and no back-references; "
     "everything else of the usual syntax."},
    {"E176", Severity::kError, "empty range",
     "A range a..b goes from the smaller to the larger end, both of one "
     "type."},
    {"E177", Severity::kError, "word that changes a literal, without one",
     "cased wide utf16le utf16be base64 base64offset windash and expand "
     "change a text that is written out, not the values of events."},
    {"E178", Severity::kError, "exists without a field",
     "exists asks whether the key of a field is there."},
    {"E179", Severity::kError, "field of two types",
     "Two sources that this rule reads declare the field with types that do "
     "not mix, such as a duration and a number."},
    {"E180", Severity::kError, "anywhere without a text operator",
     "anywhere stands for any value of the event. It can be compared with "
     "==, in, contains, startswith, endswith, like and matches."},

    // ------------------------------- what a later version compiles
    {"E190", Severity::kError, "not compiled yet",
     "The language has this form, and the formatter keeps it, but this "
     "version does not compile it."},
    {"E191", Severity::kError, "Sigma file",
     "Sigma rules (.yml, .yaml) are part of the language, but this version "
     "does not compile them."},

    // ------------------------------------------------------- rules
    {"E200", Severity::kError, "rule without when",
     "when says what the rule looks for."},
    {"E201", Severity::kError, "more than one when",
     "A rule looks for one pattern. Two patterns are two rules, or one "
     "condition with or."},
    {"E202", Severity::kError, "item given twice",
     "This item may be given once; which of the two would count is not to be "
     "guessed."},
    {"E203", Severity::kError, "unknown level",
     "Levels are informational, low, medium, high and critical."},
    {"E204", Severity::kError, "no ATT&CK technique or tactic",
     "attack takes technique ids such as T1110 or T1110.001 and names of "
     "tactics such as credential-access."},
    {"E205", Severity::kError, "unknown type",
     "Fields are declared is text, number, bool, ip, time, geo, a unit of "
     "time (ms s m h d w), or a unit of size (B KB MB GB TB KiB MiB GiB "
     "TiB); lists have type text, number or cidr."},
    {"E206", Severity::kError, "no VERIS word",
     "veris takes the words of the VERIS 1.4.1 enumerations, so that records "
     "of different teams can be compared."},
    {"E207", Severity::kError, "veris entry of the wrong form",
     "Each axis of VERIS has its own form: an actor or action is named and "
     "lists varieties, an asset is a list of varieties, impact and "
     "confidence are one word."},
    {"E208", Severity::kError, "unknown mode",
     "mode is live or shadow. A shadow rule records its findings but opens "
     "no case."},
    {"E209", Severity::kError, "number out of range",
     "The number must be in the range that the message names."},
    {"E210", Severity::kError, "word about the rule of the wrong form",
     "title, id, author and the like are texts; status and mode are words; "
     "created and modified are dates."},

    // ---------------------------------------------------- patterns
    {"E220", Severity::kError, "measure outside a condition over time",
     "count, distinct, sum, avg, min and max need a time in which to "
     "measure: within D or per D."},
    {"E221", Severity::kError, "field in a condition over time",
     "A condition with within or per compares measures. What single events "
     "must be like goes into a named test that the measures count."},
    {"E222", Severity::kError, "condition over time without a measure",
     "within and per belong to conditions that measure something: count of "
     "failed >= 10."},
    {"E224", Severity::kError, "window too long",
     "within holds single events in memory and goes up to 7 days. per with a "
     "longer time keeps one number for each measure."},
    {"E225", Severity::kError, "duration of zero",
     "The time must be longer than nothing."},
    {"E226", Severity::kError, "no lower bound",
     "A window that slides is judged at each event. A condition that holds "
     "when little happens (count < 5) would hold at almost every event, so "
     "each branch of or needs a lower bound on a count, distinct or sum; "
     "quiet times are judged by per D, which looks once, when the bucket "
     "closes."},
    {"E227", Severity::kError, "distinct without an exact bound",
     "Distinct values in a sliding window are kept one by one, up to 1,000: "
     "compare distinct with a number up to that. In arithmetic, or above, "
     "use per D."},
    {"E228", Severity::kError, "number of events out of range",
     "A step collects 1 to 1,000 events, which are kept one by one."},
    {"E229", Severity::kError, "by of different lengths",
     "All steps and guards of a sequence are keyed by the same number of "
     "fields, so that their keys can be equal."},
    {"E230", Severity::kError, "sequence of one plain step",
     "One step without a count is a test of single events. A sequence has "
     "two steps, a counted step, or a guard (without ..)."},
    {"E231", Severity::kError, "sequence without a step",
     "A sequence has at least one step."},
    {"E232", Severity::kError, "guard in the wrong place",
     "without X between two steps forbids X there; as the last line it needs "
     "a time: without X for D; for belongs only to the last line."},
    {"E233", Severity::kError, "step used before it happened",
     "where of a step or guard may use its own event and the steps above it. "
     "Move the comparison down to the later step."},
    {"E234", Severity::kError, "two sets compared",
     "A step that collects events (10+ of ..) is a set. A where over two "
     "sets would have to try every choice of both."},
    {"E235", Severity::kError, "set where one event is meant",
     "NAME.field of a counted step is a set of values: use it as x in "
     "NAME.field, size(NAME.field) or in a text. count of belongs to counted "
     "steps."},
    {"E236", Severity::kError, "step name that means two",
     "Two steps have this name. Give each one a name of its own with as."},
    {"E237", Severity::kError, "silence of a list by several fields",
     "The list names the keys to expect, so silence .. in list is by exactly "
     "one field."},
    {"E238", Severity::kError, "field that the finding does not have",
     "A finding of per or silence is made by time passing, not by an event: "
     "it has the fields of its key, and the measures of its condition."},
    {"E239", Severity::kError, "too many tests in one rule",
     "A rule has at most 64 different tests and keys."},
    {"E240", Severity::kError, "time of outside a sequence",
     "time of NAME is the time of a step of a sequence. The time of an event "
     "is tocsin.time."},
    {"E241", Severity::kError, "event test where the event is gone",
     "anywhere, any .. in and a definition with its own from look at a whole "
     "event. Where steps or findings are compared only single fields are "
     "kept; make it a test of the step."},

    // ------------------------------------------- sources and lists
    {"E250", Severity::kError, "bad time format or zone",
     "time PATH as FORMAT in ZONE: strftime letters with %E*S for fractions, "
     "and a name of the IANA zone database such as Europe/Madrid."},
    {"E251", Severity::kError, "unknown format",
     "parse knows json, syslog and kv."},
    {"E252", Severity::kError, "extract without a name",
     "The groups of extract name the fields they give: (?P<user>\\S+)."},
    {"E253", Severity::kError, "list without content",
     "A list is written out, list NAME (\"a\", \"b\"), or read: list "
     "NAME { type text file \"hosts.txt\" }."},
    {"E254", Severity::kError, "list file not loaded",
     "The file of a list could not be read, or holds something that its type "
     "does not allow."},
    {"E255", Severity::kError, "list value of the wrong kind",
     "The values of a list are literals of its type."},

    // -------------------------------------------- texts with holes
    {"E260", Severity::kError, "bad hole in a text",
     "{..} in a summary holds a field, NAME.field of a step, a measure, or "
     "LIST[..].column. A brace itself is written {{ or }}."},

    // ------------------------------------------------------- tests
    {"E270", Severity::kError, "time runs backwards",
     "The lines of a test run in order; time goes on."},
    {"E271", Severity::kError, "bad repetition",
     "at FIRST .. LAST every STEP: LAST is not before FIRST, STEP is longer "
     "than nothing, and at most 1,000,000 events come of it."},
    {"E272", Severity::kError, "bad start",
     "start takes a date or a time: 2026-01-05, \"2026-01-05T08:00:00Z\"."},
    {"E273", Severity::kError, "key that is both a value and an object",
     "A dotted key opens an object, and the same key was given a value "
     "before."},

    // ---------------------------------------------------- warnings
    {"W300", Severity::kWarning, "rule without a test that expects nothing",
     "A rule is known to be right when a test shows what it stays silent "
     "about."},
    {"W301", Severity::kWarning, "definition that nothing uses",
     "A definition that no rule uses is most often a typo somewhere else."},
    {"W302", Severity::kWarning, "name that hides another",
     "The definition of the rule is meant; the one of the file of the same "
     "name is hidden inside this rule."},
    {"W303", Severity::kWarning, "field that looks like a step",
     "NAME.field where NAME is no step is a field of the event; its first "
     "part is close to the name of a step."},
    {"W304", Severity::kWarning, "unknown word",
     "The word is kept as it is; the usual ones are named in the message."},
};

// A row of the table. Only the text of a row's code converts to one, at
// compile time; anything else does not compile.
struct Code {
  // NOLINTNEXTLINE(google-explicit-constructor)
  consteval Code(const char* code) : row(kDiagnosticCodes + NumberOf(code)) {}

  const CodeRow* row;

 private:
  // By number: g++ with -fsanitize=undefined does not take a comparison of
  // pointers for a constant.
  static consteval size_t NumberOf(std::string_view code) {
    for (size_t i = 0; i < std::size(kDiagnosticCodes); ++i) {
      if (kDiagnosticCodes[i].code == code) return i;
    }
    throw "diagnostic_codes.h has no such code";
  }
};

}  // namespace tocsin::rules
