package dev.heimdall.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reasons that SHOW QUERYINFO gives to the clients of every engine. */
class ReasonsTest {
  static Stream<String> reasons() {
    return Stream.of(
            Arrays.stream(Uncached.values()).map(Uncached::words),
            Arrays.stream(Unshared.values()).map(Unshared::answer),
            Arrays.stream(OnWriter.values()).map(OnWriter::words))
        .flatMap(words -> words);
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void aReasonHasNoWordOfOneProtocol(String words) {
    for (String word : List.of("Sync", "Parse", "Bind", "SQLSTATE", "COM_", "RPC", "TDS")) {
      assertThat(words).doesNotContain(word);
    }
  }
}
