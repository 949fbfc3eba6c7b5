package dev.heimdall.engine.boot;

import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.model.Configuration;

/** Share of the heap that a node's large caches may have. */
final class NodeMemory {
  private NodeMemory() {}

  static MemoryBudget of(Configuration configuration, int loops) {
    long bytes = configuration.node().memoryBudget();
    return new MemoryBudget(
        bytes == 0 ? MemoryBudget.ofHeap(Runtime.getRuntime().maxMemory()) : bytes,
        loops * engines(configuration));
  }

  /** Number of protocols in use: each of them has caches of its own on each event loop. */
  private static int engines(Configuration configuration) {
    return (int)
        Math.max(
            1,
            configuration.vdbs().values().stream()
                    .map(vdb -> configuration.sources().get(vdb.source()).engine())
                    .distinct()
                    .count()
                + (configuration.byArn().waiting().isEmpty() ? 0 : 1));
  }

  /** A setting may allow longer ones than there is memory for. */
  static void sayLongestStatements(Configuration of, MemoryBudget budget, EventLog log) {
    long allowed =
        of.vdbs().values().stream()
            .mapToLong(vdb -> vdb.limits().maxStatementSize())
            .max()
            .orElse(0);
    if (allowed > budget.longestParse()) {
      log.node(
          "longest statements",
          "limits.maxStatementSize allows %d bytes, memoryBudget (%d bytes) has room for %d in a statement sent as text and about %d in one that is prepared: longer ones are rejected as out of memory"
              .formatted(
                  allowed,
                  budget.bytes(),
                  Math.min(allowed, budget.longestQuery()),
                  budget.longestParse()));
    }
  }
}
