package dev.heimdall.engine.changes;

import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.Redefinition;
import dev.heimdall.engine.share.SparedTables;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes that feeds hear of for one data source, and the state of the feeds: as long as one of them
 * does not hear of writes, nothing that was read lasts. Thread-safe, and never waits.
 */
public final class OutsideWrites {
  private final WritePositions positions;
  private final Definitions definitions;
  private final OwnCommits own = new OwnCommits(System::nanoTime);
  private final AtomicInteger gaps = new AtomicInteger();

  public OutsideWrites(WritePositions positions, Definitions definitions) {
    this.positions = positions;
    this.definitions = definitions;
  }

  /** True if whatever is written past the nodes is heard of, as far as that is wanted. */
  public boolean heard() {
    return gaps.get() == 0;
  }

  /**
   * A transaction of this node's is noted that wrote these tables.
   *
   * @param process that has committed it, by the server's number
   */
  public void ownCommit(ServerAddress server, int process, Collection<String> tables) {
    own.noted(server, process, tables);
  }

  /** For one feed more. Nothing is heard before its first {@link ChangeSink#following}. */
  public ChangeSink sink() {
    gaps.incrementAndGet();
    return new Sink();
  }

  private final class Sink implements ChangeSink {
    /** Guarded by this object. */
    private boolean missing = true;

    @Override
    public boolean written(Collection<String> tables, Map<String, RowKeys> rows, Position at) {
      if (at != Position.NONE && positions.reported(at)) {
        return false;
      }
      positions.committed(
          tables,
          false,
          Position.NONE,
          rows.isEmpty() ? SparedTables.NONE : new SparedTables(Map.of(), rows));
      return true;
    }

    @Override
    public List<String> columns(String table) {
      return positions.keptColumns(table);
    }

    @Override
    public boolean noted(ServerAddress server, int process, String table) {
      return own.take(server, process, table);
    }

    @Override
    public Runnable arriving(Collection<String> tables, boolean others, Map<String, RowKeys> rows) {
      return positions.committing(tables, others, rows);
    }

    @Override
    public void missed() {
      positions.missed();
    }

    @Override
    public void defined(String database) {
      definitions.written(new Redefinition(database, Redefinition.How.CERTAIN));
      positions.missed();
    }

    @Override
    public synchronized void gap(String why) {
      if (!missing) {
        missing = true;
        gaps.incrementAndGet();
      }
    }

    @Override
    public synchronized void following() {
      // Before anything is kept again: what was read before the gap must not be found, nor judged
      // by
      // definitions of before.
      own.forget();
      positions.forgetReported();
      definitions.missed();
      positions.missed();
      if (missing) {
        missing = false;
        gaps.decrementAndGet();
      }
    }
  }
}
