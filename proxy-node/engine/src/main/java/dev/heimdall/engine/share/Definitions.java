package dev.heimdall.engine.share;

/**
 * What this node knows of the definitions of one data source's databases, and has to doubt when
 * they are written. May be used from any thread, and never waits.
 */
public interface Definitions {
  /** For who knows none. */
  Definitions NONE =
      new Definitions() {
        @Override
        public void written(Redefinition redefinition) {
          // Nothing is known that could be out of date.
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

  /** A transaction has committed that wrote definitions, through this node or another one. */
  void written(Redefinition redefinition);

  /**
   * Writes to any definition may have been missed: the connection to other nodes was lost and is
   * there again.
   */
  void missed();

  /** The same because another server is the writer, which may lack some of them. */
  void otherServer();
}
