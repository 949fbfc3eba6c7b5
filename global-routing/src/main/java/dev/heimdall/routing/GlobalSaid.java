package dev.heimdall.routing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Contents of topology documents about a global cluster.
 *
 * @param writerRegion the region that writes, by the document that is believed
 * @param writerSince when its source saw that region take over; empty where it has seen no change
 * @param endpoint the name that leads to the writer; empty where none is known that may be probed
 * @param failover what is in progress; empty for nothing
 * @param regions those that have a member
 * @param answers what each source was told by AWS
 */
public record GlobalSaid(
    Optional<String> writerRegion,
    Optional<Instant> writerSince,
    Optional<String> endpoint,
    Optional<TopologyGlobal.Failover> failover,
    List<String> regions,
    List<Answer> answers) {
  /** Value for a global cluster that no document mentions. */
  public static final GlobalSaid NOTHING =
      new GlobalSaid(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of());

  public GlobalSaid {
    regions = List.copyOf(regions);
    answers = List.copyOf(answers);
  }

  /** True if any document speaks of it. */
  public boolean known() {
    return !regions.isEmpty() || writerRegion.isPresent();
  }

  /**
   * The region that writes where servers of several report so, one of which was promoted: by the
   * document whose source saw that, else by those of regions that they do not name themselves. One
   * that has seen no change, and names its own region, may be of before; empty where no other is
   * there, or those contradict each other.
   */
  public Optional<String> decided() {
    if (writerSince.isPresent()) {
      return writerRegion;
    }
    List<String> named =
        answers.stream()
            .filter(one -> !one.writerRegion().equals(Optional.of(one.source())))
            .flatMap(one -> one.writerRegion().stream())
            .distinct()
            .toList();
    return named.size() == 1 ? Optional.of(named.get(0)) : Optional.empty();
  }

  /**
   * Answer of AWS to one source.
   *
   * @param source whose document it is: the region of the function that wrote it
   * @param asked when AWS said so, by that source's clock
   * @param at when the document came to this node
   */
  public record Answer(String source, Optional<String> writerRegion, Instant asked, Instant at) {}
}
