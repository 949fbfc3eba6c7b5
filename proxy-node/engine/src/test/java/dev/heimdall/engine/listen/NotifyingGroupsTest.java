package dev.heimdall.engine.listen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose answers are held back until what their client notified itself of has come. */
class NotifyingGroupsTest {

  /**
   * @param moves s5: group 5 is sent and may notify; a5: all up to group 5 are answered
   * @param held of each answer, in order
   */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "a5, no",
    "s5 a4, no",
    "s5 a5, yes",
    "s5 a7, yes",
    "s5 a5 a6, yes no",
    "s5 s7 a5 a6 a7 a8, yes no yes no",
    "s5 s7 a7 a8, yes no",
    "s5 s5 a5 s6 a6 a7, yes yes no",
    "s5 s6 s7 a6 a7 a8, yes yes no",
    "s5 s7 a9223372036854775807 a8, yes no",
  })
  void anAnswerIsHeldIfItsGroupMayHaveNotified(String moves, String held) {
    NotifyingGroups groups = new NotifyingGroups();
    StringBuilder found = new StringBuilder();
    for (String move : moves.split(" ")) {
      long group = Long.parseLong(move.substring(1));
      if (move.charAt(0) == 's') {
        groups.sent(group);
      } else {
        found.append(groups.answered(group) ? "yes " : "no ");
      }
    }
    assertThat(found.toString().strip()).isEqualTo(held);
  }
}
