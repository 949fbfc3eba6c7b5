package dev.heimdall.model;

import java.time.Duration;
import java.util.Optional;

/** Sources of AWS reports about the node's clusters, besides queries to AWS. */
public record TopologySettings(
    @Setting(
            value =
                "What pushes to `/topology` of the HTTP endpoint are signed with: the same text as"
                    + " the function that pushes has. A key of 32 characters or more, or two, one a"
                    + " line, the newest first: both are accepted. Without it the endpoint takes no"
                    + " pushes.")
        Optional<Secret> key,
    @Setting(
            value =
                "Where topology documents are kept, for a node that was away when they were pushed:"
                    + " `s3://bucket/prefix`, where need be with `?region=…`, or a directory. A node"
                    + " that asks the RDS API itself writes what it says there, if it may.",
            format = Format.STORE,
            applies = Applies.RESTART)
        Optional<String> store,
    @Setting(
            value = "How often the store is asked for documents.",
            byDefault = "15s",
            range = "1s..1h",
            applies = Applies.RESTART)
        Duration interval) {
  /** Keys are not shorter. */
  static final int SHORTEST_KEY = 32;

  /** A new key, and the one that it takes the place of. */
  static final int MOST_KEYS = 2;

  /** Every setting at its default: nothing is heard. */
  public static TopologySettings defaults() {
    return Shape.of(TopologySettings.class).defaults();
  }

  /** True if there is any way in which something could be heard. */
  public boolean enabled() {
    return key.isPresent() || store.isPresent();
  }
}
