package dev.heimdall.engine.changes;

import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.SQLException;

/** Listens to one server, once: a feed makes another one after each failure. */
public interface ChangeReader extends AutoCloseable {
  /** Makes one. */
  interface Opening {
    /**
     * @param writer the data source as if it were that server alone
     * @param sink takes what is heard
     */
    ChangeReader open(DataSource writer, ChangeSink sink) throws Exception;
  }

  /** Progress reports of a reader. */
  interface Progress {
    /** All that is committed from now on will be heard. */
    void following();

    /** The server is heard, but so late that what is kept must not be used. */
    void behind(String why);

    /**
     * A transaction was heard of.
     *
     * @param tables how many it wrote
     * @param news whether this node did not know of it
     */
    void heard(int tables, boolean news);

    /** So many bytes of the writer's log were not read yet. */
    void behind(long bytes);
  }

  /**
   * Listens until that fails.
   *
   * @throws FeedFault when trying again soon is of no use
   */
  void read(Progress progress) throws Exception;

  /** Has {@link #read} fail; from any thread, and without waiting. */
  @Override
  void close();

  /** Closes a connection that it reads by, without waiting for the other end of its socket. */
  static void abandon(Connection connection) {
    try {
      connection.abort(
          closing -> {
            Thread thread = new Thread(closing, "changes-end");
            thread.setDaemon(true);
            thread.start();
          });
    } catch (SQLException e) {
      // It is closed already.
    }
  }
}
