package dev.heimdall.engine.dialect.sqlserver.changes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrackedVersionsTest {
  private static final TrackedTable ITEM = new TrackedTable(1, "dbo", "item", 0, 0);
  private static final long LATER = TrackedVersions.SETTLED;

  private final TrackedVersions versions = new TrackedVersions(10, List.of(ITEM));

  private static TrackedTable item(long leastValid, long begun) {
    return new TrackedTable(1, "dbo", "item", leastValid, begun);
  }

  @Test
  void nothingIsCountedUntilThereIsAnotherVersion() {
    assertThat(versions.window(10, 0)).isNull();
    assertThat(versions.window(10, 5 * LATER)).isNull();
    assertThat(versions.window(11, 6 * LATER)).isEqualTo(new TrackedVersions.Window(10, 10));
  }

  @Test
  void aChangeIsReportedOnce() {
    versions.window(11, 0);
    assertThat(versions.changed(1, 1, 11, 1)).isTrue();
    versions.window(11, 1);
    assertThat(versions.changed(1, 1, 11, 1)).isFalse();
    assertThat(versions.window(11, LATER)).isEqualTo(new TrackedVersions.Window(10, 11));
    assertThat(versions.changed(1, 1, 11, 0)).isFalse();
    assertThat(versions.window(11, LATER + 1)).isNull();
  }

  /** Version 11 comes to be seen when 12 was already. */
  @Test
  void aSmallerVersionThatIsSeenLaterIsReported() {
    versions.window(12, 0);
    assertThat(versions.changed(1, 1, 12, 1)).isTrue();
    assertThat(versions.window(12, 1)).isEqualTo(new TrackedVersions.Window(10, 10));
    assertThat(versions.changed(1, 2, 12, 2)).isTrue();
  }

  @Test
  void aVersionWhoseChangesAreNotSeenYetIsWaitedFor() {
    versions.window(11, 0);
    assertThat(versions.changed(1, 0, 0, 0)).isFalse();
    assertThat(versions.window(11, LATER - 1)).isEqualTo(new TrackedVersions.Window(10, 10));
    assertThat(versions.changed(1, 1, 11, 1)).isTrue();
  }

  @Test
  void aRowThatIsChangedAgainIsReportedAgain() {
    versions.window(11, 0);
    assertThat(versions.changed(1, 1, 11, 1)).isTrue();
    versions.window(12, 1);
    assertThat(versions.changed(1, 1, 12, 1)).isTrue();
  }

  @Test
  void whatIsCountedFromALaterVersionIsNotNew() {
    versions.window(11, 0);
    assertThat(versions.changed(1, 1, 11, 1)).isTrue();
    versions.window(12, LATER / 2);
    assertThat(versions.changed(1, 2, 12, 2)).isTrue();
    assertThat(versions.window(12, LATER)).isEqualTo(new TrackedVersions.Window(10, 11));
    assertThat(versions.changed(1, 2, 12, 1)).isFalse();
    assertThat(versions.window(12, LATER + 1)).isEqualTo(new TrackedVersions.Window(11, 11));
    assertThat(versions.changed(1, 1, 12, 1)).isFalse();
  }

  @Test
  void tablesThatAreEmptiedOrTrackedAnewAreWritten() {
    assertThat(versions.unknown(List.of(ITEM))).isEmpty();
    assertThat(versions.unknown(List.of(item(10, 0)))).isNotEmpty();
    assertThat(versions.unknown(List.of(item(10, 0)))).isEmpty();
    assertThat(versions.unknown(List.of(item(10, 10)))).isNotEmpty();
    assertThat(versions.unknown(List.of())).containsExactly(item(10, 10));
    assertThat(versions.unknown(List.of(ITEM))).containsExactly(ITEM);
    TrackedTable renamed = new TrackedTable(1, "dbo", "part", 0, 0);
    assertThat(versions.unknown(List.of(renamed))).containsExactly(ITEM, renamed);
  }

  @Test
  void cleaningUpIsNoWrite() {
    assertThat(versions.unknown(List.of(item(9, 0)))).isEmpty();
  }
}
