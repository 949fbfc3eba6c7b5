package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What two have made of one document. */
class MergeTest {
  private static final String BASE =
      "{\"ports\": [5050], \"source\": \"main\", \"pool\": {\"size\": 5, \"mode\": \"session\"}}";

  private static Merge merge(String base, String theirs, String mine) {
    return Merge.of(base, theirs, mine).orElseThrow();
  }

  private static JsonNode read(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }

  private static String outcomes(Merge merge) {
    return merge.fields().toString();
  }

  @Test
  void whatOnlyOneHasChangedIsTaken() throws Exception {
    Merge merge =
        merge(
            BASE,
            BASE.replace("5,", "9,").replace("\"main\"", "\"main\", \"added\": 1"),
            BASE.replace("[5050]", "[5051]").replace(", \"mode\": \"session\"", ""));

    assertThat(outcomes(merge))
        .isEqualTo("[$.ports MINE, $.added THEIRS, $.pool.size THEIRS, $.pool.mode MINE]");
    assertThat(read(merge.text(Set.of())))
        .isEqualTo(
            read(
                "{\"ports\": [5051], \"source\": \"main\", \"added\": 1, \"pool\": {\"size\": 9}}"));
  }

  @Test
  void whereBothDifferSomebodyChooses() throws Exception {
    Merge merge =
        merge(
            BASE,
            BASE.replace("5050", "5052").replace("5,", "9,"),
            BASE.replace("5050", "5051").replace("5,", "9,"));

    assertThat(outcomes(merge)).isEqualTo("[$.ports CONFLICT, $.pool.size SAME]");
    Merge.Field ports = merge.fields().get(0);
    assertThat(ports.base()).contains("[5050]");
    assertThat(ports.theirs()).contains("[5052]");
    assertThat(ports.mine()).contains("[5051]");
    assertThat(read(merge.text(Set.of())).at("/ports/0").asInt()).isEqualTo(5052);
    assertThat(read(merge.text(Set.of("$.ports"))).at("/ports/0").asInt()).isEqualTo(5051);
    assertThat(read(merge.text(Set.of("$.ports"))).at("/pool/size").asInt()).isEqualTo(9);
  }

  @Test
  void aFieldThatOneDeletesAndTheOtherOneChangesIsBoths() throws Exception {
    Merge merge =
        merge(
            BASE,
            "{\"ports\": [5050], \"source\": \"main\"}",
            BASE.replace("\"size\": 5", "\"size\": 6"));

    assertThat(outcomes(merge)).isEqualTo("[$.pool CONFLICT]");
    assertThat(read(merge.text(Set.of())).has("pool")).isFalse();
    assertThat(read(merge.text(Set.of("$.pool"))).at("/pool/size").asInt()).isEqualTo(6);
  }

  @Test
  void whatIsNoObjectIsNotMerged() {
    assertThat(Merge.of(BASE, BASE, "{\"ports\": [50")).isEmpty();
    assertThat(Merge.of("[]", BASE, BASE)).isEmpty();
    assertThat(Merge.of("", BASE, BASE)).isEmpty();
  }

  @Test
  void numbersKeepTheirDigits() {
    Merge merge =
        merge("{\"a\": 1, \"b\": 2}", "{\"a\": 1.50, \"b\": 2}", "{\"a\": 1, \"b\": 2e3}");

    assertThat(merge.text(Set.of())).contains("1.50", "2E+3");
  }
}
