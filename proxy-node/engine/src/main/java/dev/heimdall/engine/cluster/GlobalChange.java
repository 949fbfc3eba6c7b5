package dev.heimdall.engine.cluster;

import dev.heimdall.routing.GlobalSaid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What differs between two things that documents say of a global cluster, in words. */
final class GlobalChange {
  private GlobalChange() {}

  /** Empty where nothing differs that somebody should know, and for the first that is heard. */
  static Optional<String> between(GlobalSaid before, GlobalSaid after) {
    if (before.writerRegion().isEmpty() || after.writerRegion().isEmpty()) {
      return Optional.empty();
    }
    List<String> changes = new ArrayList<>();
    if (!before.writerRegion().equals(after.writerRegion())) {
      changes.add(
          "the writer's region is %s, not %s any more"
              .formatted(after.writerRegion().get(), before.writerRegion().get()));
    }
    if (!before.failover().equals(after.failover())) {
      changes.add(after.failover().isEmpty() ? before.failover() + " is over" : after.failover());
    }
    return changes.isEmpty()
        ? Optional.empty()
        : Optional.of("topology documents report: " + String.join("; ", changes));
  }
}
