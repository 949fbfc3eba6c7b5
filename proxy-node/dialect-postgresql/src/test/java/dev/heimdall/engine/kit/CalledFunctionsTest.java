package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A function that is called by its number evades no rule that its call by text would meet. */
class CalledFunctionsTest extends KitContract {
  private static final int FUNCTION = 4711;
  private static final String REACHED = "error 42883";

  private KitClient ann;

  CalledFunctionsTest() {
    super(new PostgresKit());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'action': 'drop'",
        "'action': 'result', 'parameters': {'value': 3}",
        "'action': 'transform', 'parameters': {'target': 'SELECT 1'}"
      })
  void whatARuleChangesOrRejectsIsNotCarriedOut(String action) {
    for (List<String> ahead : List.of(List.<String>of(), List.of("BEGIN", "SELECT before"))) {
      begin(action);
      ahead.forEach(ann::asks);
      assertThat(calls()).startsWith(action.contains("drop") ? "error 42501" : "error 0A000");
    }
    begin(action);
    ann.asks(words.pin());
    assertThat(calls()).startsWith(action.contains("drop") ? "error 42501" : "error 0A000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'action': 'forward', 'parameters': {'source': 'other'}"})
  void whatIsForwardedRunsAtNeitherSource(String action) {
    begin(action);
    assertThat(calls()).startsWith("error 0A000");
    ann.asks("BEGIN");
    ann.asks("SELECT before");
    assertThat(calls()).startsWith(REACHED); // where rules forward nothing
  }

  /** A text would be deferred outside transactions, and run at once within. */
  @Test
  void whatIsToBeCarriedOutLaterIsNotCarriedOutAtOnce() {
    begin("'action': 'async-execute', 'parameters': {'holdUntil': 'immediate'}");
    assertThat(calls()).startsWith("error 0A000");
    ann.asks("BEGIN");
    ann.asks("SELECT before");
    assertThat(calls()).startsWith(REACHED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'action': 'tag'", "'action': 'log'", "'action': 'nocache'"})
  void whatIsOnlyLookedAtIsCarriedOut(String action) {
    begin(action);
    assertThat(calls()).startsWith(REACHED);
    assertThat(ann.asks("SELECT behind")).containsExactly("row behind", "idle");
  }

  private void begin(String action) {
    if (node != null) {
      stop();
    }
    start(
        KitSettings.of("\"pool\": {\"size\": 2}, \"ruleSources\": [\"other\"]"),
        ("{'match': 'FUNCTION CALL', " + action + "}").replace('\'', '"'));
    ann = client("ann");
  }

  private String calls() {
    ann.told();
    ann.send(
        out -> {
          out.writeByte('F').writeInt(14).writeInt(FUNCTION);
          out.writeShort(0).writeShort(0).writeShort(0);
        });
    return ann.told().get(0);
  }
}
