package dev.heimdall.engine.dialect.postgres.changes;

import dev.heimdall.engine.changes.ChangeReader.Progress;
import dev.heimdall.engine.changes.ChangeSink;
import dev.heimdall.engine.sql.WrittenRows;
import dev.heimdall.engine.wire.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Commits that the log has, until all sessions see them. The server passes a commit on when it is
 * in the log; sessions see it a moment later, or when a synchronous replica has it. One thread at a
 * time.
 */
final class VisibleCommits {
  private final ChangeSink sink;
  private final Progress progress;
  private final List<Arrived> waiting = new ArrayList<>();

  /** Transactions that ran when reading began, and may have been in the log by then. */
  private final Set<Integer> early = new HashSet<>();

  /**
   * A commit that came.
   *
   * @param over to be run when it is noted
   */
  record Arrived(LogMessages.Commit commit, Runnable over) {}

  VisibleCommits(ChangeSink sink, Progress progress) {
    this.sink = sink;
    this.progress = progress;
  }

  /** Reading begins now: what runs may be in the log before that, and be seen after it. */
  void begins(TransactionSnapshot now) {
    now.running().forEach(number -> early.add(number.intValue()));
  }

  void add(List<Arrived> arrived) {
    arrived.forEach(one -> early.remove(one.commit().number()));
    waiting.addAll(arrived);
  }

  /** True if some are not seen by everybody yet. */
  boolean any() {
    return !waiting.isEmpty();
  }

  /** Notes what is seen now. */
  void seen(TransactionSnapshot now) {
    if (early.removeIf(now::sees)) {
      sink.missed(); // rolled back, or its commit is not in what is read
    }
    Set<String> tables = new HashSet<>();
    WrittenRows rows = new WrittenRows();
    List<Arrived> noted = new ArrayList<>();
    boolean others = false;
    for (Iterator<Arrived> each = waiting.iterator(); each.hasNext(); ) {
      Arrived one = each.next();
      if (now.sees(one.commit().number())) {
        each.remove();
        noted.add(one);
        for (String table : one.commit().tables()) {
          rows.add(List.of(table), one.commit().rows().get(table), tables);
          tables.add(table);
        }
        others |= one.commit().others();
      }
    }
    if (others) {
      sink.missed();
    }
    boolean news =
        others || (!tables.isEmpty() && sink.written(tables, rows.byTable(), Position.NONE));
    for (Arrived one : noted) {
      one.over().run();
      int count = one.commit().tables().size() + (one.commit().others() ? 1 : 0);
      progress.heard(count, news);
    }
  }

  /**
   * Abandons the waiting commits: no component checks them any more, and no results are served by
   * now.
   */
  void abandon() {
    sink.missed();
    waiting.forEach(one -> one.over().run());
    waiting.clear();
  }
}
