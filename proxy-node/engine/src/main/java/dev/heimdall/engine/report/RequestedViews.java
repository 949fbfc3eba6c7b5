package dev.heimdall.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The views that managers ask for in their answers to reports. One is over when no manager has
 * asked for it for some seconds: managers that end need not say so. Thread-safe.
 */
public final class RequestedViews {
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Each has rows in every report: more than two managers ask for. */
  private static final int MOST = 16;

  private record Asked(LiveView look, long at) {}

  private final LongSupplier nanos;
  private final Map<String, Asked> asked = new LinkedHashMap<>();

  public RequestedViews() {
    this(System::nanoTime);
  }

  RequestedViews(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Takes those of a manager's answer: first those that are known, so that none of them makes room
   * for another one of the same answer.
   *
   * @return whether one of them is new, and has a waiter; one that had to take another's place can
   *     wait for the next report, or managers that together ask for too many would have the node
   *     report without a pause
   */
  synchronized boolean take(JsonNode answer) {
    long now = nanos.getAsLong();
    forget(now);
    Map<String, LiveView> fresh = new LinkedHashMap<>();
    for (JsonNode one : answer.path("looks")) {
      LiveView look = look(one);
      if (asked.replace(look.id(), new Asked(look, now)) == null && !look.id().isEmpty()) {
        fresh.put(look.id(), look);
      }
    }
    boolean news = false;
    for (LiveView look : fresh.values()) {
      boolean room = asked.size() < MOST;
      if (room || makesRoom(now)) {
        asked.put(look.id(), new Asked(look, now));
        news |= room;
      }
    }
    return news;
  }

  private static LiveView look(JsonNode one) {
    Map<String, String> parameters = new HashMap<>();
    one.path("parameters")
        .properties()
        .forEach(each -> parameters.put(each.getKey(), each.getValue().asText()));
    return new LiveView(one.path("id").asText(), parameters);
  }

  /** True if one has gone: of those that this answer does not ask for the one asked for first. */
  private boolean makesRoom(long now) {
    Optional<String> oldest =
        asked.entrySet().stream()
            .filter(one -> one.getValue().at() != now)
            .min(Comparator.comparingLong(one -> one.getValue().at() - now))
            .map(Map.Entry::getKey);
    oldest.ifPresent(asked::remove);
    return oldest.isPresent();
  }

  private void forget(long now) {
    asked.values().removeIf(one -> now - one.at() > KEPT_NANOS);
  }

  /** Views that a manager shows now. */
  public synchronized List<LiveView> current() {
    forget(nanos.getAsLong());
    return asked.values().stream().map(Asked::look).toList();
  }
}
