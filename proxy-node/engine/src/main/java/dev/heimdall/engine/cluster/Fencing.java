package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.RegionLag;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.model.RdsHost;
import dev.heimdall.routing.GlobalSaid;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks if a source outside the region of a global cluster's writer confirms it. What is in the
 * same region never does: a region that is cut off knows of no promotion elsewhere. A confirmation
 * is as old as what its source had last from the writer's region, or from AWS.
 *
 * <ul>
 *   <li>A server of another region answers that this region writes, and how far it is behind: it
 *       had word of the writer so long ago.
 *   <li>A source of documents in another region was told by AWS that this region writes.
 *   <li>This region was promoted by the documents, and since then no other region has followed it
 *       by the writer's own status: a server that has not cannot be promoted in its place.
 *   <li>This node has seen the region follow another one: it was promoted after that.
 * </ul>
 *
 * For one thread at a time.
 */
final class Fencing {
  /** A global cluster has fewer. */
  private static final int MOST_REGIONS = 64;

  private final Duration bound;

  /** Time of the last confirmation of each region as the one that writes, and the source of it. */
  private final Map<String, Confirmed> confirmed = new HashMap<>();

  /** Time at which each region was last seen to follow another one. */
  private final Map<String, Long> followed = new HashMap<>();

  /** Region whose confirmation is awaited; null before the first writer. */
  private String awaited;

  private long awaitedSince;
  private WriterFence last = WriterFence.OFF;

  private record Confirmed(long at, String by) {}

  /** A moment by both clocks. */
  record Now(long nanos, Instant date) {
    long at(Instant when) {
      return nanos - Math.max(0, Duration.between(when, date).toNanos());
    }
  }

  Fencing(Duration bound) {
    this.bound = bound;
  }

  /**
   * Judges the state of the writer's fence.
   *
   * @param writer that is believed; empty for none
   * @param heard what is known of each server
   */
  WriterFence judge(
      Optional<ProbeHistory> writer,
      List<ProbeHistory> heard,
      RdsDescriptions descriptions,
      GlobalSaid said,
      Now now) {
    if (bound.isZero()) {
      return WriterFence.OFF;
    }
    heard.forEach(server -> notes(server, descriptions));
    if (writer.isEmpty()) {
      return last; // who is connected to the former one still is barred as before
    }
    Optional<String> region = region(writer.get(), descriptions);
    if (elsewhere(writer.get(), region, heard, descriptions, said).isEmpty()) {
      return remember(WriterFence.OFF);
    }
    region.ifPresent(of -> confirm(of, writer.get(), said, now));
    return remember(state(region.orElse(""), now));
  }

  private WriterFence remember(WriterFence next) {
    last = next;
    return next;
  }

  private WriterFence state(String region, Now now) {
    if (!region.equals(awaited)) {
      awaited = region;
      awaitedSince = now.nanos();
    }
    Confirmed by = confirmed.get(region);
    if (by != null && now.nanos() - by.at() < bound.toNanos()) {
      return new WriterFence(
          WriterFence.State.OPEN, by.at() + bound.toNanos(), Optional.empty(), by.by());
    }
    boolean late = by != null || now.nanos() - awaitedSince >= bound.toNanos();
    boolean before = last.since().isPresent() && last.closed();
    return new WriterFence(
        late ? WriterFence.State.FENCED : WriterFence.State.PENDING,
        now.nanos(),
        before ? last.since() : Optional.of(now.date()),
        by == null ? "" : by.by());
  }

  /** Reason that the writer accepts no writes, in words that stay the same while it does not. */
  String why(Optional<String> region, WriterFence fence) {
    if (region.isEmpty()) {
      return "it takes no writes: no server or document says which region it is in, and"
          + " cluster.failover.fence is set";
    }
    if (fence.state() == WriterFence.State.PENDING) {
      return "it takes no writes yet: a confirmation from outside " + region.get() + " is awaited";
    }
    return "it takes no writes: nothing outside %s has confirmed it within %d s"
            .formatted(region.get(), bound.toSeconds())
        + " (cluster.failover.fence)"
        + (fence.confirmation().isEmpty() ? "" : "; the last that did was " + fence.confirmation());
  }

  /** Regions other than the writer's: without any nothing could be promoted in its place. */
  private static Set<String> elsewhere(
      ProbeHistory writer,
      Optional<String> region,
      List<ProbeHistory> heard,
      RdsDescriptions descriptions,
      GlobalSaid said) {
    Set<String> regions = new HashSet<>(said.regions());
    heard.forEach(server -> region(server, descriptions).ifPresent(regions::add));
    writer.view().ifPresent(view -> view.regions().forEach(one -> regions.add(one.region())));
    region.ifPresent(regions::remove);
    return regions;
  }

  static Optional<String> region(ProbeHistory server, RdsDescriptions descriptions) {
    return server
        .last()
        .flatMap(NodeReport::region)
        .or(() -> RdsHost.region(server.address().host()))
        .or(
            () ->
                descriptions.region(
                    server.address(), server.last().map(NodeReport::name).orElse("")));
  }

  /** Notes a server's report of the region that writes, and of its own. */
  private void notes(ProbeHistory server, RdsDescriptions descriptions) {
    Optional<String> own = region(server, descriptions);
    Optional<GlobalView> view = server.view();
    Optional<String> writes = view.flatMap(GlobalView::primary);
    if (own.isEmpty() || writes.isEmpty() || writes.equals(own)) {
      return;
    }
    if (followed.size() < MOST_REGIONS || followed.containsKey(own.get())) {
      followed.merge(own.get(), server.at(), Fencing::later);
    }
    RegionLag lag = view.get().lag(own.get()).orElse(RegionLag.unknown(own.get()));
    if (lag.dated()) {
      // What it has of the writer is so old.
      confirmed(writes.get(), server.at() - nanos(lag.behindMillis()), server.address().toString());
    }
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private static Long later(Long one, Long other) {
    return other - one > 0 ? other : one;
  }

  private void confirmed(String region, long at, String by) {
    if (confirmed.size() < MOST_REGIONS || confirmed.containsKey(region)) {
      confirmed.merge(
          region, new Confirmed(at, by), (old, next) -> next.at() - old.at() > 0 ? next : old);
    }
  }

  private void confirm(String region, ProbeHistory writer, GlobalSaid said, Now now) {
    for (GlobalSaid.Answer answer : said.answers()) {
      if (!answer.source().equals(region) && answer.writerRegion().equals(Optional.of(region))) {
        Instant known = answer.asked().isBefore(answer.at()) ? answer.asked() : answer.at();
        confirmed(region, now.at(known), "the document of " + answer.source());
      }
    }
    Long follower = followed.get(region);
    if (follower != null) {
      confirmed(region, follower, "its promotion, which this node has seen");
    }
    if (promoted(region, writer, said, now)) {
      confirmed(region, writer.at(), "its promotion, after which no other region has followed it");
    }
  }

  /** True if documents tell of its promotion, and no other region can have been promoted since. */
  private static boolean promoted(String region, ProbeHistory writer, GlobalSaid said, Now now) {
    Optional<GlobalView> view = writer.view();
    if (view.isEmpty()
        || said.writerSince().isEmpty()
        || !said.writerRegion().equals(Optional.of(region))) {
      return false;
    }
    long since = now.at(said.writerSince().get());
    return view.get().regions().stream()
        .filter(one -> !one.region().equals(region) && one.durabilityMillis() >= 0)
        .allMatch(one -> writer.at() - nanos(one.behindMillis()) - since <= 0);
  }
}
