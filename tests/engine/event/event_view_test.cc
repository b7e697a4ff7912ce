// SPDX-License-Identifier: Apache-2.0
#include "engine/event/event_view.h"

#include <memory>

#include <catch2/catch_test_macros.hpp>

#include "engine/event/batch.h"
#include "engine/event/decode.h"

namespace tocsin {
namespace {

using Path = std::vector<std::string>;

// One decoded event and the paths asked of it.
class One {
 public:
  One(std::string_view json, std::initializer_list<Path> paths,
      Limits limits = {})
      : limits_(limits), bytes_(json), size_(json.size()) {
    for (const Path& path : paths) fields_.Intern(path);
    fields_.Freeze();
    bytes_.append(kSlabPadding, '\0');
    decoder_ = std::make_unique<Decoder>(&fields_, limits_);
    view_ = std::make_unique<EventView>(&fields_, limits_);
    decoder_->Start(std::string_view(bytes_).substr(0, size_), Format::kNdjson);
    REQUIRE(decoder_->Next(view_.get()) == DecodeOutcome::kEvent);
  }

  EventView* operator->() { return view_.get(); }
  PathId Id(const Path& path) const { return *fields_.Find(path); }
  std::string Get(const Path& path) { return Show(view_->Get(Id(path))); }
  std::string GetIn(const Path& array, size_t i, const Path& path) {
    return Show(view_->GetIn(view_->Get(Id(array)).values[i], Id(path)));
  }
  static std::string Show(const Values& values) {
    if (!values.present) return "-";
    std::string out = "=";
    for (const Value& value : values.values) {
      if (out.size() > 1) out += '|';
      AppendJson(value, 1000, &out);
    }
    return out;
  }

 private:
  Limits limits_;
  FieldSet fields_;
  std::string bytes_;
  size_t size_;
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<EventView> view_;
};

TEST_CASE("EventView: an exact flat key wins over nested ones") {
  const Path ab{"a", "b"};
  CHECK(One(R"({"a.b":1,"a":{"b":2}})", {ab}).Get(ab) == "=1");
  CHECK(One(R"({"a":{"b":2},"a.b":1})", {ab}).Get(ab) == "=1");
  CHECK(One(R"({"a":{"b":2}})", {ab}).Get(ab) == "=2");
  CHECK(One(R"({"a":{"b":2},"a":{"b":3}})", {ab}).Get(ab) == "=2|3");
  CHECK(One(R"({"a":7})", {ab}).Get(ab) == "-");
}

TEST_CASE("EventView: null, empty and absent are told apart") {
  One one(R"({"n":null,"e":"","l":[],"m":[null]})",
          {{"n"}, {"e"}, {"l"}, {"m"}, {"x"}});
  CHECK(one.Get({"n"}) == "=null");
  CHECK(one->Get(one.Id({"n"})).missing());
  CHECK(one.Get({"e"}) == "=\"\"");
  CHECK_FALSE(one->Get(one.Id({"e"})).missing());
  CHECK(one.Get({"l"}) == "=");
  CHECK(one->Present(one.Id({"l"})));
  CHECK(one.Get({"m"}) == "=");
  CHECK(one.Get({"x"}) == "-");
  CHECK_FALSE(one->Present(one.Id({"x"})));
}

TEST_CASE("EventView: arrays give their elements, numbers index them") {
  One one(R"({"a":[1,null,"x",[2,3],{"b":4}]})", {{"a"},
                                                  {"a", "0"},
                                                  {"a", "2"},
                                                  {"a", "3"},
                                                  {"a", "4", "b"},
                                                  {"a", "b"},
                                                  {"a", "9"}});
  CHECK(one.Get({"a"}) == R"(=1|"x"|[2,3]|{"b":4})");
  CHECK(one.Get({"a", "0"}) == "=1");
  CHECK(one.Get({"a", "2"}) == "=\"x\"");
  CHECK(one.Get({"a", "3"}) == "=2|3");
  CHECK(one.Get({"a", "4", "b"}) == "=4");
  CHECK(one.Get({"a", "b"}) == "=4");
  CHECK(one.Get({"a", "9"}) == "-");
}

TEST_CASE("EventView: values beyond the limit are cut and counted") {
  Limits limits;
  limits.array_values = 3;
  One one(R"({"a":[1,2,3,4,5]})", {{"a"}}, limits);
  CHECK(one.Get({"a"}) == "=1|2|3");
  CHECK(one->TakeCounters().array_cut == 2);
  CHECK(one->TakeCounters().array_cut == 0);
}

TEST_CASE("EventView: elements of an array are read one by one") {
  One one(R"({"mods":[{"name":"x","value":[1,2]},{"name":"y","v":{"w":3}}]})",
          {{"mods"}, {"name"}, {"value"}, {"v", "w"}});
  CHECK(one.GetIn({"mods"}, 0, {"name"}) == "=\"x\"");
  CHECK(one.GetIn({"mods"}, 0, {"value"}) == "=1|2");
  CHECK(one.GetIn({"mods"}, 1, {"name"}) == "=\"y\"");
  CHECK(one.GetIn({"mods"}, 1, {"v", "w"}) == "=3");
  CHECK(one.GetIn({"mods"}, 1, {"value"}) == "-");
  CHECK(One::Show(one->GetIn(Value::Text("x"), one.Id({"name"}))) == "-");
}

TEST_CASE("EventView: folded text is canonical, for every kind") {
  One one(R"({"a":["STRASSE","\u00c9",22,2.50,true]})", {{"a"}});
  const PathId a = one.Id({"a"});
  CHECK(one->Folded(a, 0) == "strasse");
  CHECK(one->Folded(a, 1) == "é");
  CHECK(one->Folded(a, 2) == "22");
  CHECK(one->Folded(a, 3) == "2.5");
  CHECK(one->Folded(a, 4) == "true");
  CHECK(one->Folded(a, 5).empty());
  CHECK(one->Folded(a, 0).data() == one->Folded(a, 0).data());
}

TEST_CASE("EventView: every scalar is visited in order, keys are not") {
  One one(R"({"k":"v","n":{"m":[1,null,{"d":true}]},"l":2.5})", {{"k"}});
  std::string seen;
  one->ForEachScalar([&](const Value& value) {
    AppendJson(value, 100, &seen);
    seen += ' ';
    return true;
  });
  CHECK(seen == "\"v\" 1 true 2.5 ");
  int visited = 0;
  one->ForEachScalar([&](const Value&) { return ++visited < 2; });
  CHECK(visited == 2);
}

TEST_CASE("EventView: the raw bytes are those of the one event") {
  CHECK(One(R"(  {"a":1}  {"a":2})", {{"a"}})->raw() == R"({"a":1})");
}

}  // namespace
}  // namespace tocsin
