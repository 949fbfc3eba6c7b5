package dev.heimdall.engine.dialect.postgres.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresProberTest {
  private static final long PAGE = 8192;
  private static final long SEGMENT = 16 << 20;

  @ParameterizedTest
  @CsvSource({
    "100, 0, 100",
    "8191, 0, 8191",
    // Behind a page's header there is nothing yet: the last record ended before it.
    "24, 8192, 8192",
    "24, 16384, 16384",
    "25, 8192, 8217",
    "40, 8192, 8232",
    // The header of a segment's first page is longer; no record ends within it.
    "40, 0, 0",
    "40, 16777216, 16777216",
    "24, 16777216, 16777240",
    "48, 16777216, 16777264",
  })
  void theLastRecordEndsBeforeTheHeaderOfAnEmptyPage(long offset, long start, long end) {
    assertThat(PostgresProber.endOfLast(start + offset, PAGE, SEGMENT)).isEqualTo(end);
  }
}
