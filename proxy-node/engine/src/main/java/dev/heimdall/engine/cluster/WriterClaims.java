package dev.heimdall.engine.cluster;

import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Choice of the believed server among several that report that they are the writer. By what servers
 * and documents say, which is the same for all nodes; what only this node has seen counts as far as
 * there is an order in it, and a server that it has followed so far. No claim is believed where
 * nothing of that tells them apart: two nodes might choose differently.
 *
 * @param all what is known of each server
 * @param said what documents say of the global cluster that it is
 * @param writer the server that was the writer so far; empty for none
 */
record WriterClaims(
    Prober prober,
    List<ProbeHistory> all,
    RdsDescriptions descriptions,
    GlobalSaid said,
    Optional<ServerAddress> writer) {
  /** A writer tells its storage about once a second that it is one. */
  private static final long MILLIS_APART = 5000;

  private static final long UNTOLD = Long.MIN_VALUE;

  /**
   * Decision on the writer.
   *
   * @param believed the writer; empty where there is none, or several that cannot be told apart
   * @param awaited who has to be asked again: before any is believed, or, where one is, before it
   *     counts that they report the same
   */
  record Verdict(Optional<ProbeHistory> believed, List<ProbeHistory> awaited) {}

  /**
   * The writer, unless what it reported may be of before another one was promoted: then it has to
   * report it again.
   *
   * @param claimants of the same cluster
   */
  Verdict verdict(List<ProbeHistory> claimants) {
    Lineage lineage = new Lineage(all);
    Optional<ProbeHistory> preferred = preferred(claimants, lineage);
    List<ProbeHistory> outdated =
        claimants.stream().filter(claimant -> isOutdated(claimant, lineage)).toList();
    if (preferred.isEmpty()) {
      return new Verdict(Optional.empty(), outdated);
    }
    return outdated.contains(preferred.get())
        ? new Verdict(Optional.empty(), List.of(preferred.get()))
        : new Verdict(preferred, apart(preferred.get(), claimants));
  }

  /**
   * Claimants that have not been asked since the writer was first heard to be it; and the writer,
   * if it has not been asked since another one was.
   */
  private static List<ProbeHistory> apart(ProbeHistory writer, List<ProbeHistory> claimants) {
    return claimants.stream()
        .filter(
            claimant ->
                claimants.stream()
                    .filter(other -> other != claimant && (claimant == writer || other == writer))
                    .anyMatch(other -> claimant.at() - other.claimsHeard() < 0))
        .toList();
  }

  /**
   * True if another server may have become the writer after this one was asked for the last time:
   * it was heard to report so for the first time later. What cannot have come after this one by its
   * history is no reason to doubt it; one that does not answer any more is.
   */
  private boolean isOutdated(ProbeHistory claimant, Lineage lineage) {
    NodeReport report = claimant.last().orElseThrow();
    return all.stream()
        .filter(other -> other != claimant && other.claimsSince() != 0)
        .filter(other -> claimant.at() - other.claimsHeard() < 0)
        .filter(other -> other.last().orElseThrow().system().equals(report.system()))
        .filter(other -> !lineage.isLeftBehind(other))
        .anyMatch(other -> other.last().orElseThrow().timeline() >= report.timeline());
  }

  private Optional<ProbeHistory> preferred(List<ProbeHistory> claimants, Lineage lineage) {
    List<ProbeHistory> left =
        claimants.stream().filter(claimant -> !lineage.isLeftBehind(claimant)).toList();
    // Of servers without timelines, each reports the same.
    left = greatest(left, claimant -> claimant.last().orElseThrow().timeline());
    if (!prober.timelines()) {
      left = preferred(left, this::inRegionOfWriter);
    }
    left = preferred(left, claimant -> !claimant.last().orElseThrow().readOnly());
    if (left.size() <= 1) {
      return left.stream().findFirst();
    }
    return prober.oneStorage() ? lastConfirmed(left) : last(left);
  }

  /** Documents may be late in saying which server writes; regions change only on purpose. */
  private boolean inRegionOfWriter(ProbeHistory claimant) {
    Optional<String> region = said.known() ? said.decided() : descriptions.writerRegion();
    return region.isPresent() && region.equals(Fencing.region(claimant, descriptions));
  }

  private Optional<ProbeHistory> lastConfirmed(List<ProbeHistory> claimants) {
    ProbeHistory last = greatest(claimants, this::confirmed).get(0);
    long at = confirmed(last);
    boolean alone =
        claimants.stream()
            .filter(other -> other != last)
            .allMatch(other -> confirmed(other) != UNTOLD && at - confirmed(other) >= MILLIS_APART);
    return at != UNTOLD && alone ? Optional.of(last) : Optional.empty();
  }

  private long confirmed(ProbeHistory claimant) {
    String name = claimant.last().orElseThrow().name();
    return all.stream()
        .filter(probed -> !probed.down())
        .flatMap(probed -> probed.last().stream())
        .flatMap(report -> Optional.ofNullable(report.confirmed().get(name)).stream())
        .mapToLong(Long::longValue)
        .max()
        .orElse(UNTOLD);
  }

  /**
   * Returns the server that was seen to begin as writer after all others, or else the writer so
   * far.
   */
  private Optional<ProbeHistory> last(List<ProbeHistory> claimants) {
    Predicate<ProbeHistory> latest =
        claimant ->
            claimants.stream().allMatch(other -> other == claimant || claimant.beganAfter(other));
    return claimants.stream()
        .filter(claimant -> !prober.timelines() && latest.test(claimant))
        .findFirst()
        .or(
            () ->
                claimants.stream()
                    .filter(
                        claimant -> writer.isPresent() && claimant.address().equals(writer.get()))
                    .findFirst());
  }

  private static List<ProbeHistory> preferred(
      List<ProbeHistory> claimants, Predicate<ProbeHistory> condition) {
    List<ProbeHistory> fit = claimants.stream().filter(condition).toList();
    return fit.isEmpty() ? claimants : fit;
  }

  private static List<ProbeHistory> greatest(
      List<ProbeHistory> claimants, ToLongFunction<ProbeHistory> of) {
    long most = claimants.stream().mapToLong(of).max().orElse(0);
    return claimants.stream().filter(claimant -> of.applyAsLong(claimant) == most).toList();
  }
}
