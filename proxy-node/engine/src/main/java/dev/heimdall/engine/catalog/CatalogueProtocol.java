package dev.heimdall.engine.catalog;

import java.sql.Connection;
import java.sql.SQLException;

/** How the databases of one engine are asked what is in them. */
public interface CatalogueProtocol {
  /** What the server brings into each of them. */
  BuiltInObjects own();

  /** As part of which one a database is read: itself, or one that stands for all of a server. */
  default String readAs(String database) {
    return database;
  }

  /**
   * Reads everything, unless nothing was written since.
   *
   * @param connection without auto-commit; its transaction is ended here unless reading fails
   * @param last of the last reading; null at first
   */
  Reading read(Connection connection, ReadingTerms terms, Mark last, Progress progress)
      throws SQLException;

  /** Whether a failure says that there is no such database, or not any more. */
  boolean isGone(SQLException failure);

  /** Who waits for a reading. */
  interface Progress {
    /** Something was written since the last one: called before it is read. */
    void changed();

    /**
     * What sessions of the server begin with: called each time that a reading looks, also when it
     * reads what it has read once more, as connections are made in between.
     *
     * @param replica whether the server is one
     * @param defaults a digest of what roles and databases have sessions begin with
     */
    void beginning(boolean replica, String defaults);

    /**
     * What counts as unknown because it could not be read.
     *
     * @param what as the end of a sentence; empty for nothing
     */
    default void unread(String what) {}

    /** Whether what is being read will be read again, as more was changed since it began. */
    boolean overtaken();
  }

  /** What a database looks like from outside, by which a change is noticed: its protocol's own. */
  interface Mark {}

  /**
   * What was read.
   *
   * @param replica whether the server is one: it may not have replayed what others have changed
   * @param mark what the database looks like from outside
   * @param objects null where the mark is the one that was expected
   */
  record Reading(boolean replica, Mark mark, DatabaseObjects objects) {}
}
