package dev.heimdall.engine.changes;

import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Takes what a feed hears. May be used from any thread, and never waits. */
public interface ChangeSink {
  /**
   * A transaction has committed that wrote these tables, and reads from now on see it.
   *
   * @param tables in full, as the catalogue spells them
   * @param at where the server says that the commit is, in the terms in which it tells a session of
   *     its own commits; {@link Position#NONE} where it does not. A commit of which this node knows
   *     that it was there is not news
   * @param rows of these tables, those that are written, where that is known
   * @return whether it was news
   */
  boolean written(Collection<String> tables, Map<String, RowKeys> rows, Position at);

  /** As the other, where no rows are known. */
  default boolean written(Collection<String> tables, Position at) {
    return written(tables, Map.of(), at);
  }

  /**
   * Columns of a table by whose values results are kept: what is written of others makes no
   * difference.
   */
  default List<String> columns(String table) {
    return List.of();
  }

  /**
   * True if a process of a server is this node's, and what it has written there is noted. To be
   * asked once for each table of each commit.
   *
   * @param process by the server's number
   */
  default boolean noted(ServerAddress server, int process, String table) {
    return false;
  }

  /**
   * Reports a transaction that writes these tables, and that current readers may not see yet.
   * Servers pass commits on before all sessions see them: what was read in between must not last.
   *
   * @return to be run after {@link #written}; nothing happens when it is run again
   */
  default Runnable arriving(Collection<String> tables) {
    return arriving(tables, false, Map.of());
  }

  /**
   * Reports an arriving transaction that may have written other tables as well.
   *
   * @param rows as of {@link #written}
   * @return to be run after {@link #missed} then
   */
  Runnable arriving(Collection<String> tables, boolean others, Map<String, RowKeys> rows);

  /** Reports a write of unknown content. */
  void missed();

  /** Definitions of a database have changed. */
  void defined(String database);

  /**
   * From now on anything may be written that is not heard of. Nothing is kept or served until
   * {@link #following}.
   */
  void gap(String why);

  /** All that is committed from now on is heard of. What was before may have been missed. */
  void following();
}
