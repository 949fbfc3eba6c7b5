package dev.heimdall.manager.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A node as its last report had it.
 *
 * @param id what it calls itself; no two nodes share one
 * @param run which run of the node it is: another one after a restart
 * @param number in its fleet
 * @param started by its own clock
 * @param address where the report came from
 * @param arrived by the manager's clock
 * @param every how often it reports
 * @param sections of the report, by name
 * @param rival where another node is that claims the same id, as long as it does
 */
public record SeenNode(
    String id,
    String run,
    int number,
    String version,
    Instant started,
    String address,
    Instant arrived,
    Duration every,
    Map<String, JsonNode> sections,
    Optional<String> rival) {
  private static final int MISSED = 3;
  private static final Duration DELAY = Duration.ofSeconds(1);
  private static final Duration LOST = Duration.ofSeconds(15);
  private static final int LOST_REPORTS = 5;

  public SeenNode {
    sections = Map.copyOf(sections);
  }

  /** A section of its report; a missing node if the report has none by that name. */
  public JsonNode section(String name) {
    return sections.getOrDefault(name, MissingNode.getInstance());
  }

  /** True if a report has not arrived that should have: its node may have been killed. */
  public boolean isOverdue(Instant now) {
    return Duration.between(arrived, now).compareTo(every.plus(DELAY)) >= 0;
  }

  /** Returns whether the node still reports. */
  public Presence presence(Instant now) {
    Duration silent = Duration.between(arrived, now);
    Duration lost = every.multipliedBy(LOST_REPORTS);
    if (silent.compareTo(lost.compareTo(LOST) > 0 ? lost : LOST) >= 0) {
      return Presence.LOST;
    }
    // One that is on its way is not missing yet.
    return silent.compareTo(every.multipliedBy(MISSED).plus(every.dividedBy(2))) > 0
        ? Presence.LATE
        : Presence.LIVE;
  }
}
