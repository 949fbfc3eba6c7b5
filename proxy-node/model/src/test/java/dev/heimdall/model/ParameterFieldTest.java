package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ParameterFieldTest {
  @Test
  void aFieldSaysHowItsValueIsWritten() {
    assertThat(ParameterField.of(RuleAction.CACHE))
        .extracting(
            ParameterField::key,
            ParameterField::kind,
            ParameterField::unit,
            ParameterField::byDefault,
            ParameterField::dynamic)
        .contains(
            tuple("ttl", ParameterField.Kind.NUMBER, "ms", "as the VDB's cache has it", true),
            tuple("shared", ParameterField.Kind.TRUTH, "", "false", false),
            tuple(
                "maxSize",
                ParameterField.Kind.NUMBER,
                "bytes, KiB, MiB, GiB",
                "2147483647",
                false));
    assertThat(field(ParameterField.of(RuleAction.TRIGGER), "timing"))
        .isEqualTo(
            new ParameterField(
                "timing",
                ParameterField.Kind.CHOICE,
                List.of("before", "after", "parallel"),
                "one of \"before\", \"after\", \"parallel\"",
                "",
                "after",
                false,
                false,
                "When it runs, seen from the statement."));
    assertThat(field(ParameterField.of(RuleAction.TRANSFORM), "target").required()).isTrue();
    assertThat(field(ParameterField.general(), "queryTimeout").meaning()).endsWith("0: no limit.");
  }

  private static ParameterField field(List<ParameterField> fields, String key) {
    return fields.stream().filter(field -> field.key().equals(key)).findFirst().orElseThrow();
  }

  @Test
  void thereIsAFieldForEachParameterOfTheReference() {
    String reference = SettingTables.markdown();
    Stream.concat(
            ParameterField.general().stream(),
            Stream.of(RuleAction.values()).flatMap(action -> ParameterField.of(action).stream()))
        .forEach(
            field -> {
              assertThat(reference).contains("| `" + field.key() + "` | ");
              assertThat(field.meaning()).isNotBlank();
              assertThat(field.allowed()).isNotBlank();
            });
    assertThat(ParameterField.of(RuleAction.DROP)).isEmpty();
  }
}
