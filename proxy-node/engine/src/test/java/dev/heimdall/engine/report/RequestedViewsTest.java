package dev.heimdall.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What managers look at for the moment. */
class RequestedViewsTest {
  private final AtomicLong nanos = new AtomicLong();
  private final RequestedViews looks = new RequestedViews(nanos::get);

  private boolean take(String answer) throws Exception {
    return looks.take(new ObjectMapper().readTree(answer));
  }

  @Test
  void aLookIsNewOnceAndOverWhenNobodyAsksForIt() throws Exception {
    String answer = "{\"looks\": [{\"id\": \"a\", \"parameters\": {\"user\": \"ann\"}}]}";
    assertThat(take(answer)).isTrue();
    assertThat(take(answer)).isFalse();
    assertThat(looks.current()).singleElement().extracting(LiveView::id).isEqualTo("a");
    assertThat(looks.current().get(0).parameter("user")).isEqualTo("ann");
    assertThat(looks.current().get(0).parameter("state")).isEmpty();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
    assertThat(looks.current()).isEmpty();
    assertThat(take(answer)).isTrue();
  }

  @Test
  void managersOfBeforeAskForNothing() throws Exception {
    assertThat(take("{\"commands\": []}")).isFalse();
    assertThat(looks.current()).isEmpty();
  }

  @Test
  void thereAreNoMoreThanAReportHasRoomFor() throws Exception {
    String many =
        IntStream.range(0, 20)
            .mapToObj("{\"id\": \"%d\"}"::formatted)
            .collect(Collectors.joining(", ", "{\"looks\": [", "]}"));
    take(many);
    assertThat(looks.current()).hasSize(16).first().extracting(LiveView::id).isEqualTo("0");
  }

  @Test
  void whatIsAskedForNoMoreMakesRoom() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(take("{\"looks\": [{\"id\": \"%d\"}]}".formatted(i)))
          .as("one that takes another's place is in no hurry")
          .isEqualTo(i < 16);
      nanos.incrementAndGet();
    }
    assertThat(looks.current()).hasSize(16).first().extracting(LiveView::id).isEqualTo("4");
  }

  private static String asks(String manager, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "{\"id\": \"%s%d\"}".formatted(manager, i))
        .collect(Collectors.joining(", ", "{\"looks\": [", "]}"));
  }

  private List<String> shown() {
    return looks.current().stream().map(LiveView::id).sorted().toList();
  }

  @Test
  void anAnswerTakesNoPlaceOfItsOwnLooks() throws Exception {
    take(asks("a", 0, 16));
    List<String> before = shown();
    for (int round = 0; round < 3; round++) {
      nanos.incrementAndGet();
      String first = "{\"looks\": [{\"id\": \"more\"}, ";
      assertThat(take(asks("a", 0, 16).replace("{\"looks\": [", first))).isFalse();
      assertThat(shown()).isEqualTo(before);
    }
  }

  /** Each answer has the one that is left out take another's place; nobody is to hurry for it. */
  @Test
  void managersThatAskForTooManyTogetherAreNoNewsEachTime() throws Exception {
    take(asks("a", 0, 9));
    nanos.incrementAndGet();
    take(asks("b", 0, 9));
    for (int round = 0; round < 10; round++) {
      for (String manager : List.of("a", "b")) {
        nanos.incrementAndGet();
        List<String> before = shown();
        assertThat(take(asks(manager, 0, 9))).as("round %d", round).isFalse();
        List<String> after = shown();
        assertThat(after).hasSize(16);
        assertThat(before.stream().filter(id -> !after.contains(id)).count())
            .as("only those make room that lack it: %s, %s", before, after)
            .isLessThanOrEqualTo(2);
      }
    }
  }
}
