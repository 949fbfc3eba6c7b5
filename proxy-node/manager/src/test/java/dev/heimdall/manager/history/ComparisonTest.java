package dev.heimdall.manager.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.Content;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Content list(String key, int first) {
    return Content.of(
        IntStream.range(first, first + 50_000)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "{\"" + key + "\":[", "]}")));
  }

  @Test
  void theFirstValuesThatDifferAreNamedWithoutRepeatingLongKeys() {
    String key = "k".repeat(20_000);

    Comparison comparison =
        new Comparison(
            new DocumentChange("rules/a.json", Optional.empty(), Optional.empty()),
            Optional.of(list(key, 0)),
            Optional.of(list(key, 1)));

    assertThat(comparison.values(new Room()))
        .hasSize(Comparison.MOST_VALUES)
        .allSatisfy(value -> assertThat(value.path()).hasSizeLessThan(200));
  }
}
