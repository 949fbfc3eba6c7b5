package dev.heimdall.launcher;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.StoreSettings;
import java.util.ArrayList;
import java.util.List;

/** Effects of the data sources' consistency, where they depend on which nodes share a store. */
final class ConsistencyNotes {
  private ConsistencyNotes() {}

  /** One sentence for each data source that may not be what its consistency seems to promise. */
  static List<String> of(Configuration configuration) {
    StoreSettings store = configuration.node().store();
    List<String> notes = new ArrayList<>();
    for (DataSource source : configuration.sources().values()) {
      if (source.cluster().watched()) {
        String what = what(source, store);
        if (!what.isEmpty()) {
          notes.add("data source %s: %s".formatted(source.name(), what));
        }
      }
    }
    return notes;
  }

  private static String what(DataSource source, StoreSettings store) {
    Consistency consistency = source.cluster().consistency();
    return switch (store.reach(source)) {
      case FLEET -> "";
      case NODE ->
          consistency == Consistency.STRICT
              ? "cluster.consistency is strict and node.json names no store: it holds for this node"
                  + " alone. With several nodes, set store.servers."
              : "";
      case REGION ->
          switch (consistency) {
            case SESSION -> "";
            case FLEET ->
                source.cluster().reads() == ReadSplit.NONE
                    ? ""
                    : "nodes elsewhere have another store: what they write is read here after"
                        + " cluster.lag.maxStaleness (%s ms), and kept results do not see it before their ttl."
                            .formatted(source.cluster().lag().maxStaleness().toMillis());
            case STRICT ->
                "cluster.consistency is strict and nodes elsewhere have another store: all reads go"
                    + " to the writer, and no results are kept. Use fleet, or one store for all"
                    + " nodes (store.scope fleet).";
          };
    };
  }
}
