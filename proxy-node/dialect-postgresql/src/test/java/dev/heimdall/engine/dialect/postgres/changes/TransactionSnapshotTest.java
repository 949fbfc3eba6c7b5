package dev.heimdall.engine.dialect.postgres.changes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransactionSnapshotTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10:20:12,15 | 9 | true",
        "10:20:12,15 | 11 | true",
        "10:20:12,15 | 12 | false",
        "10:20:12,15 | 15 | false",
        "10:20:12,15 | 19 | true",
        "10:20:12,15 | 20 | false",
        "10:20: | 19 | true",
        // The second epoch has begun: numbers of the log begin anew.
        "4294967290:4294967300:4294967295 | -1 | false",
        "4294967290:4294967300:4294967295 | -2 | true",
        "4294967290:4294967300:4294967295 | 3 | true",
        "4294967290:4294967300:4294967295 | 4 | false",
        // It is about to begin: one of it is not there yet.
        "4294967280:4294967290: | 5 | false",
        "12884901880:12884901892:12884901890 | 2 | false",
        "12884901880:12884901892:12884901890 | 3 | true",
      })
  void aTransactionIsSeenWhenItIsOver(String snapshot, int number, boolean seen) {
    assertThat(TransactionSnapshot.parse(snapshot).sees(number)).isEqualTo(seen);
  }
}
