package dev.heimdall.manager.masks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a mask is the secret that it stands for. */
class MaskedTextTest {
  private static final String SOURCE = "sources/main.json";
  private static final String TEXT =
      "{\"url\": \"jdbc:postgresql://db.example\", \"cluster\": {\"probe\": {\"password\":"
          + " \"canary\"}}}";

  private final MaskedText masks = new MaskedText();

  private String mask() {
    Matcher mask =
        Pattern.compile("\"•+ [0-9a-f]+\"").matcher(masks.mask(SOURCE, TEXT).orElseThrow());
    assertThat(mask.find()).isTrue();
    return mask.group();
  }

  @Test
  void whereItsSecretStandsItIsTheSecret() throws Exception {
    String shown = masks.mask(SOURCE, TEXT).orElseThrow();

    assertThat(shown).doesNotContain("canary");
    assertThat(masks.unmask(SOURCE, shown, List.of(TEXT))).isEqualTo(TEXT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"cluster\": {\"reads\": %s}}",
        "{\"name\": %s}",
        "{\"password\": %s}",
        "{\"probe\": {\"password\": %s}}",
        "{%s: true}",
        "{\"cluster\": {\"probe\": {\"password\": {%s: 1}}}}",
        "{\"cluster\": {\"probe\": {\"user\": [%s]}}}",
        "[%s]"
      })
  void elsewhereItIsNone(String text) {
    assertThatThrownBy(() -> masks.unmask(SOURCE, text.formatted(mask()), List.of(TEXT)))
        .isInstanceOf(MaskedText.Lost.class)
        .hasMessageNotContaining("canary");
  }

  @Test
  void itemsOfListsMayChangePlaces() throws Exception {
    String rules =
        "{\"rules\": [{\"headers\": {\"X-Key\": \"one\"}}, {\"headers\": {\"X-Key\": \"two\"}}]}";
    String shown = masks.mask("rules/main.json", rules).orElseThrow();
    Matcher mask = Pattern.compile("\"•+ [0-9a-f]+\"").matcher(shown);
    assertThat(mask.find()).isTrue();
    String one = mask.group();
    assertThat(mask.find()).isTrue();
    String two = mask.group();

    assertThat(
            masks.unmask(
                "rules/main.json",
                shown.replace(one, "?").replace(two, one).replace("?", two),
                List.of(rules)))
        .isEqualTo(rules.replace("one", "?").replace("two", "one").replace("?", "two"));
  }

  @Test
  void whatIsNoJsonStaysMasked() throws Exception {
    String broken = "{\"cluster\": {\"probe\": {\"password\": " + mask();

    assertThat(masks.unmask(SOURCE, broken, List.of(TEXT))).isEqualTo(broken);
  }
}
