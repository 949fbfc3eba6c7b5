package dev.heimdall.engine.dialect.sqlserver.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Tables of a graph: edges that have a constraint may go with their nodes. Of a constraint the view
 * of all objects has the edges' table only, so it may be about any node.
 */
final class GraphTables {
  /** Bytes of a foreign key. */
  private static final long OF_KEY = 100;

  private final List<Long> nodes = new ArrayList<>();
  private final List<Long> edges = new ArrayList<>();

  /** Takes a table of nodes; returns the bytes of what its edges make of it. */
  long node(long table) {
    nodes.add(table);
    return OF_KEY * edges.size();
  }

  /**
   * Takes a table of edges that has a constraint; returns the bytes of what its nodes make of it.
   */
  long constrained(long table) {
    edges.add(table);
    return OF_KEY * nodes.size();
  }

  /** Hands over each table of edges with each one of nodes. */
  void cascades(BiConsumer<Long, Long> taker) {
    for (long edge : edges) {
      for (long node : nodes) {
        taker.accept(edge, node);
      }
    }
  }
}
