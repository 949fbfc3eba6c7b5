package dev.heimdall.engine.share;

/**
 * Knowledge of this node about the definitions of one data source's databases, which it has to
 * doubt when they are written. May be used from any thread, and never waits.
 */
public interface Definitions {
  /** For who knows none. */
  Definitions NONE =
      new Definitions() {
        @Override
        public Runnable changing(String database) {
          return () -> {};
        }

        @Override
        public Runnable apart() {
          return () -> {};
        }

        @Override
        public void written(Redefinition redefinition) {
          // Nothing is known that could be out of date.
        }

        @Override
        public void free(String database) {
          // Never read.
        }

        @Override
        public void sessionDefaultsChanged() {
          // No sessions are kept.
        }

        @Override
        public void missed() {
          // The same.
        }

        @Override
        public void otherServer() {
          // The same.
        }
      };

  /**
   * Notes that something is about to be sent, through this node or another one, that writes
   * definitions of a database, or may. It is unknown when it will be committed, so that until it is
   * over a write counts for all tables, and a read must see whatever was written.
   *
   * @return to be run when it is over, after {@link #written}; nothing happens when it is run again
   */
  Runnable changing(String database);

  /**
   * Other nodes may change definitions of any database from now on, and this one is not told of it
   * before: the same as {@link #changing} for all databases.
   *
   * @return to be run when it is told again; nothing happens when it is run again
   */
  Runnable apart();

  /** A transaction has committed that wrote definitions, through this node or another one. */
  void written(Redefinition redefinition);

  /** A statement is about to be sent for which a database must have no users, by another node. */
  void free(String database);

  /** Another node has changed what sessions of the servers begin with. */
  void sessionDefaultsChanged();

  /**
   * Writes to any definition may have been missed: the connection to other nodes was lost and is
   * there again.
   */
  void missed();

  /**
   * Notes that writes to any definition may be missing, because another server is the writer, which
   * may lack some of them.
   */
  void otherServer();
}
