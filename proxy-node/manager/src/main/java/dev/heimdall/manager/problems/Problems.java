package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.rest.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What is wrong at the moment, and since when. Thread-safe. */
public final class Problems {
  private static final String STORE_AWAY = "store-away";
  private static final String STORE_BACK = "store-back";

  private record Subjects(Kind kind, String about) {}

  private final Fleet fleet;
  private final Supplier<String> newest;

  /** By node: since when it does not reach the shared store, by its own events. */
  private final Map<String, Instant> storeAway = new ConcurrentHashMap<>();

  /** Guarded by this. */
  private Map<Subjects, Instant> since = new HashMap<>();

  private Problems(Fleet fleet, Supplier<String> newest) {
    this.fleet = fleet;
    this.newest = newest;
  }

  /**
   * Hears of the reports of these nodes from now on.
   *
   * @param newest the hash of the configuration; empty where that is not known. Asked for with each
   *     page: it never waits
   */
  public static Problems of(Fleet fleet, Supplier<String> newest) {
    Problems problems = new Problems(fleet, newest);
    fleet.listen(problems::arrived);
    return problems;
  }

  /** Reports are kept without their events: what these say of the store is kept here. */
  private void arrived(SeenNode node) {
    JsonNode events = node.section("events").path("events");
    if (!events.isArray()) {
      return;
    }
    Optional<Instant> away = Optional.empty();
    long last = 0;
    for (JsonNode event : events) {
      String kind = event.path("kind").asText();
      long number = event.path("number").asLong();
      if (number > last && (kind.equals(STORE_AWAY) || kind.equals(STORE_BACK))) {
        last = number;
        away =
            kind.equals(STORE_AWAY)
                ? Findings.time(event).or(() -> Optional.of(node.arrived()))
                : Optional.empty();
      }
    }
    if (away.isPresent()) {
      storeAway.put(node.id(), away.get());
    } else {
      storeAway.remove(node.id());
    }
  }

  /** The worst first. */
  synchronized List<Problem> now() {
    List<Node> nodes = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (SeenNode node : fleet.nodes()) {
      ids.add(node.id());
      nodes.add(
          new Node(
              node.id(),
              fleet.presence(node),
              node.arrived(),
              node.section("state"),
              Optional.ofNullable(storeAway.get(node.id()))));
    }
    storeAway.keySet().retainAll(ids);
    Map<Subjects, Instant> still = new HashMap<>();
    List<Problem> problems = new ArrayList<>();
    for (Finding finding : Findings.in(nodes, newest.get())) {
      Subjects of = new Subjects(finding.kind(), finding.about());
      Instant seen = since.getOrDefault(of, fleet.now());
      Instant begun = finding.since().filter(told -> told.isBefore(seen)).orElse(seen);
      still.put(of, begun);
      problems.add(new Problem(finding, begun));
    }
    since = still;
    return problems;
  }

  Instant moment() {
    return fleet.now();
  }

  /** For programs. */
  public Resource resource() {
    return new ProblemsPath(this);
  }

  /** For people. */
  public Subject subject() {
    return new ProblemsSubject(this);
  }
}
