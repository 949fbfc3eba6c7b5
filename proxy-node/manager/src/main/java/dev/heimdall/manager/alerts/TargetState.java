package dev.heimdall.manager.alerts;

import dev.heimdall.manager.store.Unchanged;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Messages that a target has got, and is due.
 *
 * @param claims events that a manager tells it, or has told it, and until when no other does
 * @param sent when messages went out in the last hour
 * @param leftOut events of which it was not told because there were too many messages
 * @param result of the last message
 */
record TargetState(
    Map<String, Instant> claims, List<Instant> sent, long leftOut, Optional<Result> result) {
  static final TargetState NOTHING = new TargetState(Map.of(), List.of(), 0, Optional.empty());

  /** Longer than all attempts take: a manager that ends in the middle is replaced then. */
  private static final Duration LEASE = Duration.ofMinutes(2);

  private static final Duration AGAIN = Duration.ofMinutes(2);
  private static final Duration DONE = Duration.ofMinutes(30);
  private static final Duration HOUR = Duration.ofHours(1);

  /** Of an alert that goes on for so long people are told again. */
  private static final Duration REMINDED = Duration.ofDays(8);

  /** Another manager knows of an alert by then. */
  private static final Duration KNOWN = Duration.ofMinutes(10);

  /** Delivery result of a message. */
  record Result(Instant at, boolean arrived, String words) {}

  /** Batch to send now, and the state of the target then. */
  record Next(TargetState told, Optional<Batch> batch) {}

  /** One message. */
  record Batch(List<Event> events, long leftOut) {}

  TargetState {
    claims = Map.copyOf(claims);
    sent = List.copyOf(sent);
  }

  /**
   * Determines the message to send about these events.
   *
   * @param alerts what ids of notices begin with that may come yet: what was told of these is kept
   * @param hourly how many messages there may be
   * @param unchanged for how long claims have stood as they are: their makers have other clocks
   */
  Next next(
      List<Event> events,
      Set<String> alerts,
      int hourly,
      Unchanged<String, Instant> unchanged,
      Instant now) {
    Map<String, Instant> claimed = new HashMap<>(claims);
    claimed
        .entrySet()
        .removeIf(
            claim -> {
              Duration stands = unchanged.since(claim.getKey(), claim.getValue());
              return stands.compareTo(LEASE) >= 0
                  && isOver(claim.getKey(), claim.getValue(), alerts, now);
            });
    List<Instant> recent = new ArrayList<>(sent);
    recent.removeIf(at -> at.isBefore(now.minus(HOUR)));
    boolean full = recent.size() >= hourly;
    List<Event> fresh =
        events.stream()
            .filter(one -> !claimed.containsKey(one.id()))
            .filter(one -> !Notices.isEnd(one) || hasHeardOf(one, claimed))
            .filter(one -> !full || one.alert().isEmpty()) // an alert waits until there is room
            .toList();
    if (fresh.isEmpty() && (leftOut == 0 || full)) {
      return new Next(this, Optional.empty());
    }
    fresh.forEach(one -> claimed.put(one.id(), now.plus(full ? DONE : LEASE)));
    if (full) {
      return new Next(
          new TargetState(claimed, recent, leftOut + fresh.size(), result), Optional.empty());
    }
    recent.add(now);
    return new Next(
        new TargetState(claimed, recent, 0, result), Optional.of(new Batch(fresh, leftOut)));
  }

  /** Of alerts that are forgotten nothing is kept, so that there is room for others. */
  private static boolean isOver(String id, Instant until, Set<String> alerts, Instant now) {
    boolean lasts = until.isAfter(now.plus(DONE));
    boolean forgotten =
        lasts && until.isBefore(now.plus(REMINDED).minus(KNOWN)) && !alerts.contains(prefix(id));
    return until.isBefore(now) || forgotten;
  }

  private static boolean hasHeardOf(Event end, Map<String, Instant> claimed) {
    String prefix = Notices.prefix(end.alert().orElseThrow());
    return claimed.keySet().stream().anyMatch(id -> id.startsWith(prefix));
  }

  private static String prefix(String id) {
    return id.substring(0, id.lastIndexOf('/') + 1);
  }

  /**
   * After the message has arrived, or was given up. Where others have notified the target of an
   * alert's end while its beginning was still being sent, the end is sent once more: the target may
   * have opened it again.
   */
  TargetState ended(Batch batch, Result of) {
    Map<String, Instant> claimed = new HashMap<>(claims);
    batch.events().stream()
        .filter(one -> !Notices.isEnd(one))
        .flatMap(one -> one.alert().stream())
        .forEach(alert -> claimed.remove(Notices.end(alert)));
    batch.events().forEach(one -> claimed.put(one.id(), of.at().plus(kept(one, of.arrived()))));
    return new TargetState(
        claimed, sent, leftOut + (of.arrived() ? 0 : batch.leftOut()), Optional.of(of));
  }

  /**
   * Returns the time that a result is kept: a target is soon notified again of an alert that it
   * missed, as long as that is so.
   */
  private static Duration kept(Event event, boolean arrived) {
    if (event.alert().isEmpty()) {
      return DONE;
    }
    return arrived ? REMINDED : AGAIN;
  }

  TargetState with(Result of) {
    return new TargetState(claims, sent, leftOut, Optional.of(of));
  }
}
