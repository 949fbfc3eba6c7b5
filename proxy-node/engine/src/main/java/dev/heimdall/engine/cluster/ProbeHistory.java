package dev.heimdall.engine.cluster;

import dev.heimdall.model.ServerAddress;
import java.util.Optional;

/**
 * All that is known of one server from asking it.
 *
 * @param last what it said last; empty before it answered for the first time
 * @param failures how often it has not answered since then
 * @param failure what happened instead, the last time; or how long it is silent
 * @param silent whether it has not answered for longer than it usually takes, and may still
 * @param at when it was asked what it answered last, by {@link System#nanoTime}
 * @param claimsSince when it began to say that it is the writer, which it has done each time since;
 *     0 when it does not say so. Another server, or one that was started anew, begins anew
 * @param claimsHeard when the first answer with that had come
 * @param began whether it was seen to begin so, having said something else before
 */
record ProbeHistory(
    ServerAddress address,
    Optional<NodeReport> last,
    int failures,
    String failure,
    boolean silent,
    long at,
    long claimsSince,
    long claimsHeard,
    boolean began) {
  /** So many failures in a row mean that a server is down, not just disturbed. */
  static final int DOWN = 2;

  static ProbeHistory none(ServerAddress address) {
    return new ProbeHistory(address, Optional.empty(), 0, "", false, 0, 0, 0, false);
  }

  ProbeHistory answered(NodeReport report, long askedAt) {
    return answered(report, askedAt, askedAt);
  }

  ProbeHistory answered(NodeReport report, long askedAt, long heardAt) {
    boolean other = last.filter(before -> !before.identity().equals(report.identity())).isPresent();
    boolean anew = claimsSince == 0 || other;
    long since = !report.writer() ? 0 : anew ? askedAt : claimsSince;
    long heard = anew ? heardAt : claimsHeard;
    boolean begins = report.writer() && (claimsSince == 0 ? last.isPresent() : began && !other);
    return new ProbeHistory(
        address, Optional.of(report), 0, "", false, askedAt, since, heard, begins);
  }

  ProbeHistory failed(String why) {
    return new ProbeHistory(
        address, last, failures + 1, why, false, at, claimsSince, claimsHeard, began);
  }

  /** It has not answered for so long as it should have, having answered the time before. */
  ProbeHistory silent(String why) {
    return failures > 0
        ? this
        : new ProbeHistory(address, last, 0, why, true, at, claimsSince, claimsHeard, began);
  }

  /** True if it may be down: it did not answer the last time, or has not answered yet. */
  boolean suspect() {
    return failures > 0 || silent;
  }

  /** View that it has of its global cluster. */
  Optional<GlobalView> view() {
    return last.flatMap(NodeReport::global);
  }

  boolean down() {
    return failures >= DOWN || (last.isEmpty() && failures > 0);
  }

  /** True if it was seen to begin to report that it is the writer when another one did already. */
  boolean beganAfter(ProbeHistory other) {
    return began && other.claimsSince < claimsSince;
  }

  /** True if it reports that it is the writer, as far as it can still be asked. */
  boolean claims() {
    return !down() && last.map(NodeReport::writer).orElse(false);
  }
}
