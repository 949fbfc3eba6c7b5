package dev.heimdall.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The looks that managers ask for in their answers to reports. One is over when no manager has
 * asked for it for some seconds: managers that end need not say so. Thread-safe.
 */
public final class Looks {
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Each has rows in every report: more than two managers ask for. */
  private static final int MOST = 16;

  private record Asked(Look look, long at) {}

  private final LongSupplier nanos;
  private final Map<String, Asked> asked = new LinkedHashMap<>();

  public Looks() {
    this(System::nanoTime);
  }

  Looks(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Takes those of a manager's answer.
   *
   * @return whether one of them is new, and somebody waits for it
   */
  synchronized boolean take(JsonNode answer) {
    long now = nanos.getAsLong();
    boolean news = false;
    forget(now);
    for (JsonNode one : answer.path("looks")) {
      String id = one.path("id").asText();
      if (id.isEmpty() || !asked.containsKey(id) && !hasRoom(now)) {
        continue;
      }
      Map<String, String> parameters = new HashMap<>();
      one.path("parameters")
          .properties()
          .forEach(each -> parameters.put(each.getKey(), each.getValue().asText()));
      news |= asked.put(id, new Asked(new Look(id, parameters), now)) == null;
    }
    return news;
  }

  /** Whether there is room for one more: what the manager asks for no more makes some. */
  private boolean hasRoom(long now) {
    if (asked.size() >= MOST) {
      asked.entrySet().stream()
          .filter(one -> one.getValue().at() != now)
          .min(Comparator.comparingLong(one -> one.getValue().at() - now))
          .map(Map.Entry::getKey)
          .ifPresent(asked::remove);
    }
    return asked.size() < MOST;
  }

  private void forget(long now) {
    asked.values().removeIf(one -> now - one.at() > KEPT_NANOS);
  }

  /** Those that somebody looks at now. */
  public synchronized List<Look> current() {
    forget(nanos.getAsLong());
    return asked.values().stream().map(Asked::look).toList();
  }
}
