package dev.heimdall.engine.dialect.sqlserver.sql;

/** Names that code may use, as the catalogue of its database has them: folded. */
public interface CodeNames {
  /** For a text of an unknown database. */
  CodeNames UNKNOWN = new Unknown();

  /** All names may be of the code's own database, and of anything. */
  class Unknown implements CodeNames {
    @Override
    public boolean isOwn(String database) {
      return true;
    }

    @Override
    public boolean isOther(String database) {
      return false;
    }

    @Override
    public boolean callable(String schema, String name) {
      return true;
    }
  }

  /** True if it is the database of the code itself. */
  boolean isOwn(String database);

  /** True if it may be another database of the server. */
  boolean isOther(String database);

  /**
   * True if there is such a function or procedure, or a synonym that may stand for one.
   *
   * @param schema null for any
   */
  boolean callable(String schema, String name);

  /** True if cursors are local that do not say what they are. */
  default boolean cursorsAreLocal() {
    return false;
  }

  /**
   * True if it is known what a table, a view or a synonym of this name has, or that is not asked.
   *
   * @param schema null for any
   */
  default boolean isTable(String schema, String name) {
    return true;
  }

  /**
   * True if it is known what a function of this name does, or that is not asked.
   *
   * @param schema null for any, and for the server's own
   */
  default boolean isFunction(String schema, String name) {
    return true;
  }
}
