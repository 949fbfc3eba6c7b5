package dev.heimdall.manager.dashboard;

/**
 * Node and virtual database that figures belong to.
 *
 * @param node empty: of all
 * @param vdb empty: of all
 */
record Scope(String node, String vdb) {
  static final Scope ALL = new Scope("", "");

  /** True if it is of one virtual database on one node, of which there are the most. */
  boolean isPair() {
    return !node.isEmpty() && !vdb.isEmpty();
  }
}
