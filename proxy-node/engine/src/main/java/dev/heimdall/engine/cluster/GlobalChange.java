package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.GlobalFailover;
import dev.heimdall.routing.GlobalSaid;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Difference between two reports of documents on a global cluster. */
final class GlobalChange {
  private GlobalChange() {}

  /**
   * The handover that documents report now.
   *
   * @param before the one that they reported so far: its status may have moved on
   */
  static Optional<GlobalFailover> handover(
      Optional<GlobalFailover> before, GlobalSaid said, Instant now) {
    return said.failover()
        .map(
            one ->
                new GlobalFailover(
                    one.kind(),
                    one.toString(),
                    before
                        .filter(same -> same.kind().equals(one.kind()))
                        .map(GlobalFailover::since)
                        .orElse(now)));
  }

  /**
   * In words; empty where nothing differs that an operator should know, and for the first that is
   * heard.
   */
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
      changes.add(
          after
              .failover()
              .map(Object::toString)
              .orElseGet(() -> before.failover().orElseThrow() + " is over"));
    }
    return changes.isEmpty()
        ? Optional.empty()
        : Optional.of("topology documents report: " + String.join("; ", changes));
  }
}
