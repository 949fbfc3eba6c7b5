package dev.heimdall.manager.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListTextTest {
  private static final String WRITTEN =
      """
      { "$schema":  "x",
        "comment": "as it is \\u0041",
        "rules"  : [
          {"match":"a",   "action": "drop"},
          {
            "match": ["]", "}"],
            "action": "log"
          }
        ],
        "enabled": true }
      """;

  private static ListText cut(String text) {
    return ListText.of(text).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        WRITTEN,
        "{\"rules\":[]}",
        "{\"rules\": [{}]}",
        "{\"rules\": [{}, {}, {}], \"comment\": \"\"}",
        "{\"a\": 12,\"rules\": [\n{\"b\": 1.50}\n]\n}"
      })
  void whatIsCutAndPutTogetherIsTheSame(String text) {
    assertThat(cut(text).with(cut(text).rules())).isEqualTo(text);
  }

  @Test
  void rulesAreTextsOfTheirOwn() {
    assertThat(cut(WRITTEN).rules().get(0)).isEqualTo("{\"match\":\"a\",   \"action\": \"drop\"}");
    assertThat(cut(WRITTEN).rules()).hasSize(2);
    assertThat(cut(WRITTEN).with(List.of("{}")))
        .isEqualTo(
            WRITTEN.substring(0, WRITTEN.indexOf("{\"match\":\"a\""))
                + "{}"
                + WRITTEN.substring(WRITTEN.indexOf("\n  ],")));
    assertThat(cut(WRITTEN).indent()).isEqualTo("    ");
  }

  @Test
  void aListWithoutRulesGetsSome() {
    assertThat(cut("{\"comment\": \"x\"}").with(List.of("{}")))
        .isEqualTo("{\"comment\": \"x\",\n  \"rules\": [\n    {}\n  ]\n}");
    assertThat(cut("{ }").with(List.of("{}"))).isEqualTo("{\n  \"rules\": [\n    {}\n  ]\n}");
    assertThat(cut("{\"n\": 12}").with(List.of())).contains("\"n\": 12,\n");
    assertThat(cut("{\"rules\": [ ]}").with(List.of("{}", "{}")))
        .isEqualTo("{\"rules\": [\n    {},\n    {}\n  ]}");
  }

  @Test
  void aListThatItselfSaysSomethingElseHasTheSameRules() {
    ListText text = cut(WRITTEN);
    assertThat(text.framed(text.frame())).isEqualTo(text);
    assertThat(text.framed(text.frame().replace("as it is", "y")).with(text.rules()))
        .isEqualTo(WRITTEN.replace("as it is", "y"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"rules\": {}}",
        "{\"rules\": [1]}",
        "{\"rules\": [[]]}",
        "{\"rules\": []} x",
        "{\"rules\": [], \"rules\": []}",
        "{\"rules\": [{\"a\": 1, \"a\": 2}]}"
      })
  void whatHasNoRulesToBeCutIntoIsLeftAlone(String text) {
    assertThat(ListText.of(text)).isEmpty();
  }
}
