package dev.heimdall.engine.dialect.postgres.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.changes.ChangeReader.Progress;
import dev.heimdall.engine.changes.ChangeSink;
import dev.heimdall.engine.dialect.postgres.changes.LogMessages.Commit;
import dev.heimdall.engine.dialect.postgres.changes.VisibleCommits.Arrived;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class VisibleCommitsTest {
  private final List<String> said = new ArrayList<>();
  private final VisibleCommits commits = new VisibleCommits(new Said(), new Nothing());

  private final class Said implements ChangeSink {
    @Override
    public boolean written(Collection<String> tables, Map<String, RowKeys> rows, Position at) {
      said.add("written " + new TreeSet<>(tables) + (rows.isEmpty() ? "" : " rows " + rows));
      return true;
    }

    @Override
    public Runnable arriving(Collection<String> tables, boolean others, Map<String, RowKeys> rows) {
      throw new AssertionError("is for the reader");
    }

    @Override
    public void missed() {
      said.add("missed");
    }

    @Override
    public void defined(String database) {}

    @Override
    public void gap(String why) {}

    @Override
    public void following() {}
  }

  private static final class Nothing implements Progress {
    @Override
    public void following() {}

    @Override
    public void behind(String why) {}

    @Override
    public void heard(int tables, boolean news) {}

    @Override
    public void behind(long bytes) {}
  }

  private Arrived commit(int number, boolean others, String... tables) {
    return new Arrived(
        new Commit(number, Set.of(tables), others, Map.of(), 1), () -> said.add("over " + number));
  }

  private Arrived commit(int number, String column) {
    Map<String, RowKeys> rows = Map.of("a", RowKeys.of("a", Map.of(column, new int[] {number})));
    return new Arrived(new Commit(number, Set.of("a"), false, rows, 1), () -> {});
  }

  @Test
  void rowsAreKnownOfATableOfWhichAllCommitsTellThem() {
    commits.add(List.of(commit(10, "id"), commit(11, "id"), commit(12, false, "b")));
    seen("20:20:");
    assertThat(said).contains("written [a, b] rows {a=a by id}");
    said.clear();
    commits.add(List.of(commit(21, "id"), commit(22, "name")));
    seen("30:30:");
    commits.add(List.of(commit(31, "id"), commit(32, false, "a"), commit(33, "id")));
    seen("40:40:");
    assertThat(said).containsExactly("written [a]", "written [a]", "over 32");
  }

  private void seen(String snapshot) {
    commits.seen(TransactionSnapshot.parse(snapshot));
  }

  @Test
  void aCommitIsNotedWhenItIsSeenAndOnlyThenOver() {
    commits.add(List.of(commit(10, false, "a"), commit(11, false, "b"), commit(12, false, "a")));
    seen("10:20:10,12");
    assertThat(said).containsExactly("written [b]", "over 11");
    assertThat(commits.any()).isTrue();
    said.clear();
    seen("20:20:");
    assertThat(said).containsExactly("written [a]", "over 10", "over 12");
    assertThat(commits.any()).isFalse();
  }

  @Test
  void whatNobodyCanNameCountsForAllTables() {
    commits.add(List.of(commit(10, true)));
    seen("20:20:");
    assertThat(said).containsExactly("missed", "over 10");
  }

  /** Its commit may be in the log before the place where reading began, and is seen later. */
  @Test
  void whatRanWhenReadingBeganAndDoesNotComeMayHaveWrittenAnything() {
    commits.begins(TransactionSnapshot.parse("10:13:10,12"));
    seen("10:14:10,12");
    assertThat(said).isEmpty();
    commits.add(List.of(commit(12, false, "a")));
    seen("10:14:10");
    assertThat(said).containsExactly("written [a]", "over 12");
    said.clear();
    seen("14:14:");
    assertThat(said).containsExactly("missed");
    said.clear();
    seen("14:14:");
    assertThat(said).isEmpty();
  }

  @Test
  void whatIsAbandonedCountsForAllTables() {
    commits.add(List.of(commit(10, false, "a")));
    commits.abandon();
    assertThat(said).containsExactly("missed", "over 10");
  }
}
