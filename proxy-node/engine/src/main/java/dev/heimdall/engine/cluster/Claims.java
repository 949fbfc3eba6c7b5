package dev.heimdall.engine.cluster;

import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Which of several servers is believed that report that they are the writer. By what servers and
 * documents say, which is the same for all nodes; what only this node has seen counts as far as
 * there is an order in it, and a server that it has followed so far. Nobody is believed where
 * nothing of that tells them apart: two nodes might choose differently.
 *
 * @param all what is known of each server
 * @param said what documents say of the global cluster that it is
 * @param writer the server that was the writer so far; empty for none
 */
record Claims(
    Prober prober,
    List<ProbeHistory> all,
    RdsDescriptions descriptions,
    GlobalSaid said,
    Optional<ServerAddress> writer) {
  /** A writer tells its storage about once a second that it is one. */
  private static final long MILLIS_APART = 5000;

  private static final long UNTOLD = Long.MIN_VALUE;

  /**
   * The writer; empty where there is none, or several that cannot be told apart.
   *
   * @param claimants of the same cluster
   */
  Optional<ProbeHistory> believed(List<ProbeHistory> claimants) {
    Lineage lineage = new Lineage(all);
    List<ProbeHistory> left =
        claimants.stream().filter(claimant -> !lineage.isLeftBehind(claimant)).toList();
    left =
        prober.timelines()
            ? greatest(left, claimant -> claimant.last().orElseThrow().timeline())
            : preferred(left, this::inRegionOfWriter);
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

  /** Who was seen to begin so after all others, or else who was the writer so far. */
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
