package dev.heimdall.engine.catalog;

import java.sql.Connection;
import java.sql.SQLException;

/** Protocol for querying the databases of one engine for their contents. */
public interface CatalogueProtocol {
  /** For an engine of which nothing is known. */
  CatalogueProtocol NONE = new Unread(BuiltInObjects.NONE);

  /** For engines whose databases are not read: what the server brings is all that is known. */
  record Unread(BuiltInObjects own) implements CatalogueProtocol {
    @Override
    public boolean reads() {
      return false;
    }

    @Override
    public Reading read(Connection connection, ReadingTerms terms, Mark last, Progress progress)
        throws SQLException {
      throw new SQLException("databases of this engine are not read");
    }

    @Override
    public boolean isGone(SQLException failure) {
      return false;
    }
  }

  /** True if databases are read. */
  default boolean reads() {
    return true;
  }

  /** Objects that the server brings into each of them. */
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

  /** True if a failure says that there is no such database, or not any more. */
  boolean isGone(SQLException failure);

  /** Listener that waits for a reading. */
  interface Progress {
    /** Notifies of a write since the last reading: called before it is read. */
    void changed();

    /**
     * Reports the settings that sessions of the server begin with: called each time that a reading
     * looks, also when it reads the same data once more, as connections are made in between.
     *
     * @param replica whether the server is one
     * @param defaults a digest of what roles and databases have sessions begin with
     */
    void beginning(boolean replica, String defaults);

    /**
     * Reports content that counts as unknown because it could not be read.
     *
     * @param what as the end of a sentence; empty for nothing
     */
    default void unread(String what) {}

    /** True if what is being read will be read again, as more was changed since it began. */
    boolean overtaken();
  }

  /** Outside view of a database, by which a change is noticed: its protocol's own. */
  interface Mark {}

  /**
   * Result of a reading.
   *
   * @param replica whether the server is one: it may not have replayed what others have changed
   * @param mark what the database looks like from outside
   * @param objects null where the mark is the one that was expected
   */
  record Reading(boolean replica, Mark mark, DatabaseObjects objects) {}
}
