package dev.heimdall.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SideBySideTest {
  @Test
  void allAreAskedBeforeOneHasAnswered() {
    CyclicBarrier meeting = new CyclicBarrier(3);

    List<String> answers =
        SideBySide.ask(
            List.of("a", "b", "c"),
            one -> {
              try {
                meeting.await(60, TimeUnit.SECONDS);
                return one + one;
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });

    assertThat(answers).containsExactly("aa", "bb", "cc");
  }

  @Test
  void noneAndOneAreAskedAsWell() {
    assertThat(SideBySide.ask(List.<String>of(), one -> one)).isEmpty();
    assertThat(SideBySide.ask(List.of("a"), one -> one)).containsExactly("a");
  }

  @Test
  void whatAQuestionThrowsIsThrown() {
    assertThatThrownBy(
            () ->
                SideBySide.ask(
                    List.of("a", "b"),
                    one -> {
                      throw new IllegalArgumentException(one);
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a");
  }
}
