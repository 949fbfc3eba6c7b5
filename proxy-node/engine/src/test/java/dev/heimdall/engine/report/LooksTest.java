package dev.heimdall.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What managers look at for the moment. */
class LooksTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Looks looks = new Looks(nanos::get);

  private boolean take(String answer) throws Exception {
    return looks.take(new ObjectMapper().readTree(answer));
  }

  @Test
  void aLookIsNewOnceAndOverWhenNobodyAsksForIt() throws Exception {
    String answer = "{\"looks\": [{\"id\": \"a\", \"parameters\": {\"user\": \"ann\"}}]}";
    assertThat(take(answer)).isTrue();
    assertThat(take(answer)).isFalse();
    assertThat(looks.current()).singleElement().extracting(Look::id).isEqualTo("a");
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
    assertThat(looks.current()).hasSize(16).first().extracting(Look::id).isEqualTo("0");
  }

  @Test
  void whatIsAskedForNoMoreMakesRoom() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(take("{\"looks\": [{\"id\": \"%d\"}]}".formatted(i))).isTrue();
      nanos.incrementAndGet();
    }
    assertThat(looks.current()).hasSize(16).first().extracting(Look::id).isEqualTo("4");
  }
}
