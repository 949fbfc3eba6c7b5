package dev.heimdall.manager.problems;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Problem that exists, or existed, from its beginning to its end.
 *
 * @param id that no other alert has, of whichever manager
 * @param kind as {@link ProblemKind} spells it; another release may have others
 * @param about a cluster, virtual database or the like; empty: nodes
 * @param critical whether clients were hit by it at any time
 * @param detail what nodes say of it; empty: nothing
 * @param nodes that have it, or see it
 * @param started when it began, by the first that saw it
 * @param ended when it was seen last; empty: it goes on
 * @param seenBy managers that see it, and when they have said so last
 */
public record Alert(
    String id,
    String kind,
    String about,
    boolean critical,
    String words,
    String detail,
    List<String> nodes,
    Instant started,
    Optional<Instant> ended,
    Map<String, Instant> seenBy,
    Optional<Acknowledged> acknowledged) {
  /** Acknowledgement: a user looks after the alert. */
  public record Acknowledged(String by, Instant at, String comment) {}

  public Alert {
    nodes = List.copyOf(nodes);
    seenBy = Map.copyOf(seenBy);
  }

  /** True if it goes on. */
  public boolean isOpen() {
    return ended.isEmpty();
  }

  /** Severity as programs read it. */
  public String severity() {
    return critical ? "critical" : "warning";
  }

  /** Effect on clients; empty if this release does not know the kind. */
  public String effect() {
    return ProblemKind.of(kind).map(known -> known.effect(Circumstances.UNKNOWN)).orElse("");
  }

  /** Action to take; empty if this release does not know the kind. */
  public String next() {
    return ProblemKind.of(kind).map(known -> known.next(Circumstances.UNKNOWN)).orElse("");
  }

  boolean isOf(Finding finding) {
    return kind.equals(finding.kind().spelling()) && about.equals(finding.about());
  }

  /** As it is found now; what was critical once stays so until it ends. */
  Alert foundBy(String manager, Finding finding, Instant at) {
    Map<String, Instant> by = new HashMap<>(seenBy);
    by.put(manager, at);
    return new Alert(
        id,
        kind,
        about,
        critical || finding.critical(),
        finding.words(),
        finding.detail(),
        finding.nodes(),
        started,
        ended,
        by,
        acknowledged);
  }

  Alert notSeenBy(String manager) {
    Map<String, Instant> by = new HashMap<>(seenBy);
    by.remove(manager);
    return with(ended, by, acknowledged);
  }

  Alert endedAt(Instant at) {
    return with(Optional.of(at.isBefore(started) ? started : at), Map.of(), acknowledged);
  }

  Alert acknowledged(Optional<Acknowledged> by) {
    return with(ended, seenBy, by);
  }

  private Alert with(Optional<Instant> end, Map<String, Instant> by, Optional<Acknowledged> who) {
    return new Alert(id, kind, about, critical, words, detail, nodes, started, end, by, who);
  }
}
