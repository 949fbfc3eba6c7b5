package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.ReplicaLag;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Lag of servers over time: for each, the largest lag that nodes have seen in a moment. A lag that
 * is not known is none: a server that is down has no lag. Thread-safe.
 */
final class Lags {
  private static final int MOST = 200;
  private static final int LONGEST_NAME = 200;

  /** Of what was heard of last so long ago nothing is left to show. */
  private static final long FORGOTTEN_MILLIS = Span.DAY.stepMillis() * Span.DAY.moments;

  private static final class Lag {
    private final Ring hour = new Ring(Span.HOUR.moments, 1);
    private final Ring day = new Ring(Span.DAY.moments, 1);
    private long heard;

    Ring of(Span span) {
      return span == Span.DAY || span == Span.MONTH ? day : hour;
    }
  }

  private final Map<String, Lag> servers = new TreeMap<>();

  /** A node has reported how it sees its clusters. */
  synchronized void arrived(JsonNode state, long now) {
    for (JsonNode cluster : state.path("clusters")) {
      for (JsonNode server : cluster.path("nodes")) {
        ReplicaLag.millis(server)
            .ifPresent(
                millis ->
                    put(
                        cluster.path("source").asText() + " " + server.path("address").asText(),
                        Math.max(0, millis),
                        now));
      }
    }
  }

  private void put(String server, double lag, long now) {
    Optional<Lag> kept = lag(server, now);
    if (kept.isPresent()) {
      kept.get().heard = now;
      most(kept.get().hour, Math.floorDiv(now, Span.HOUR.stepMillis()), lag);
      most(kept.get().day, Math.floorDiv(now, Span.DAY.stepMillis()), lag);
    }
  }

  private Optional<Lag> lag(String server, long now) {
    if (server.length() > LONGEST_NAME) {
      return Optional.empty();
    }
    if (!servers.containsKey(server) && servers.size() >= MOST) {
      servers.values().removeIf(one -> one.heard < now - FORGOTTEN_MILLIS);
    }
    return servers.size() < MOST || servers.containsKey(server)
        ? Optional.of(servers.computeIfAbsent(server, one -> new Lag()))
        : Optional.empty();
  }

  private static void most(Ring ring, long moment, double lag) {
    double before = ring.get(moment, 0);
    ring.put(moment, new double[] {Double.isNaN(before) ? lag : Math.max(before, lag)});
  }

  /** Of each server at these moments, by its cluster and address; without those that have none. */
  synchronized Map<String, double[]> columns(Span span, long[] times) {
    Map<String, double[]> columns = new TreeMap<>();
    servers.forEach(
        (server, lag) -> {
          double[] column = new double[times.length];
          boolean any = false;
          for (int i = 0; i < times.length; i++) {
            column[i] = lag.of(span).get(times[i] / lagStep(span), 0);
            any |= !Double.isNaN(column[i]);
          }
          if (any) {
            columns.put(server, column);
          }
        });
    return columns;
  }

  private static long lagStep(Span span) {
    return span == Span.DAY || span == Span.MONTH ? Span.DAY.stepSeconds : Span.HOUR.stepSeconds;
  }

  /** Returns the lags of a minute, to be kept. */
  synchronized Map<String, char[]> minute(long minute) {
    Map<String, char[]> rows = new HashMap<>();
    servers.forEach((server, lag) -> lag.day.row(minute).ifPresent(row -> rows.put(server, row)));
    return rows;
  }

  synchronized void restore(String server, long minute, char[] row) {
    lag(server, Span.DAY.stepMillis() * minute)
        .ifPresent(
            lag -> {
              lag.heard = Math.max(lag.heard, Span.DAY.stepMillis() * minute);
              if (Double.isNaN(lag.day.get(minute, 0))) {
                lag.day.restore(minute, row);
              }
            });
  }
}
