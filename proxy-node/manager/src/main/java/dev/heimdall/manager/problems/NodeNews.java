package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.SeenNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Problems reported in events of nodes: reports are kept without events. Whether a node reaches the
 * shared store is in no other part of its report, and a failover that is over before the next one
 * is in none either. Thread-safe.
 */
final class NodeNews {
  private static final String STORE_AWAY = "store-away";
  private static final String STORE_SLOW = "store-slow";

  /** All that are about the store: the last of them holds. */
  private static final Set<String> OF_STORE =
      Set.of(STORE_AWAY, "store-back", STORE_SLOW, "store-fast");

  private static final String FAILOVER = "failover-begun";

  /** Longer than there is between two looks. */
  private static final Duration SHOWN = Duration.ofSeconds(5);

  /** Last event number received from a run of a node. */
  private record Heard(String run, long number) {}

  /** A cluster that had no writer, as a node has told. */
  private record Glimpse(String node, Instant at) {}

  /** By node. */
  private final Map<String, StoreTrouble> store = new ConcurrentHashMap<>();

  private final Map<String, Heard> heard = new ConcurrentHashMap<>();
  private final Map<String, Glimpse> withoutWriter = new ConcurrentHashMap<>();

  /** A node has reported. */
  void arrived(SeenNode node) {
    JsonNode events = node.section("events").path("events");
    if (!events.isArray()) {
      return;
    }
    Optional<Heard> before =
        Optional.ofNullable(heard.get(node.id())).filter(one -> one.run().equals(node.run()));
    Optional<StoreTrouble> trouble = Optional.empty();
    long lastOfStore = 0;
    long last = before.map(Heard::number).orElse(0L);
    for (JsonNode event : events) {
      String kind = event.path("kind").asText();
      long number = event.path("number").asLong();
      if (number > lastOfStore && OF_STORE.contains(kind)) {
        lastOfStore = number;
        trouble = trouble(kind, event, node.arrived());
      }
      // What a node tells first may be from long ago.
      if (kind.equals(FAILOVER) && before.isPresent() && number > before.get().number()) {
        withoutWriter.put(event.path("about").asText(), new Glimpse(node.id(), node.arrived()));
      }
      last = Math.max(last, number);
    }
    heard.put(node.id(), new Heard(node.run(), last));
    if (trouble.isPresent()) {
      store.put(node.id(), trouble.get());
    } else {
      store.remove(node.id());
    }
  }

  private static Optional<StoreTrouble> trouble(String kind, JsonNode event, Instant arrived) {
    boolean slow = kind.equals(STORE_SLOW);
    return slow || kind.equals(STORE_AWAY)
        ? Optional.of(
            new StoreTrouble(
                slow, Findings.time(event).orElse(arrived), event.path("words").asText()))
        : Optional.empty();
  }

  Optional<StoreTrouble> store(String node) {
    return Optional.ofNullable(store.get(node));
  }

  /** Forgets all other nodes. */
  void retain(Set<String> nodes) {
    store.keySet().retainAll(nodes);
    heard.keySet().retainAll(nodes);
  }

  /** Returns the findings, and those that existed between two reports. */
  List<Finding> with(List<Finding> found, Instant now) {
    withoutWriter.values().removeIf(glimpse -> glimpse.at().isBefore(now.minus(SHOWN)));
    List<Finding> all = new ArrayList<>(found);
    withoutWriter.forEach(
        (cluster, glimpse) -> {
          boolean told =
              found.stream()
                  .anyMatch(one -> one.kind().leavesNoWriter() && one.about().equals(cluster));
          if (!told) {
            all.add(
                new Finding(
                    ProblemKind.NO_WRITER,
                    cluster,
                    true,
                    "Cluster %s had no writer for a moment".formatted(cluster),
                    "",
                    List.of(glimpse.node()),
                    Optional.empty(),
                    ProblemKind.NO_WRITER.timing()));
          }
        });
    return all;
  }
}
