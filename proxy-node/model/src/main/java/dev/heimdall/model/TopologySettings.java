package dev.heimdall.model;

import java.time.Duration;
import java.util.Optional;

/** Where the node hears what AWS says of its clusters, besides asking it. */
public record TopologySettings(
    @Setting(
            value =
                "What pushes to `/topology` of the HTTP door are signed with: the same text as the"
                    + " function that pushes has, 32 characters or more. Without it the door takes"
                    + " none.",
            applies = Applies.RESTART)
        Optional<Secret> key,
    @Setting(
            value =
                "Where topology documents are kept, for a node that was away when they were pushed:"
                    + " `s3://bucket/prefix`, where need be with `?region=…`, or a directory.",
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

  /** Every setting at its default: nothing is heard. */
  public static TopologySettings defaults() {
    return Shape.of(TopologySettings.class).defaults();
  }

  /** Whether there is any way in which something could be heard. */
  public boolean enabled() {
    return key.isPresent() || store.isPresent();
  }
}
