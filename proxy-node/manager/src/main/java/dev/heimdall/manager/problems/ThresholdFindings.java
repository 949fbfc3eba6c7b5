package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.ReplicaLag;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/** Figures that are beyond their thresholds. */
final class ThresholdFindings {
  private static final Duration CRITICAL = Duration.ofDays(3);
  private static final int MOST_ABOUT = 500;

  private final Thresholds limits;
  private final BiPredicate<ProblemKind, String> wasThere;
  private final List<Finding> found = new ArrayList<>();

  /** A figure of a cluster or virtual database, and the nodes that have it. */
  private static final class Figure {
    private final TreeSet<String> nodes = new TreeSet<>();
    private double value = Double.NaN;
    private String of = "";
    private Circumstances there = Circumstances.UNKNOWN;

    void add(String node, double more) {
      value = Double.isNaN(value) ? more : value + more;
      if (more > 0) {
        nodes.add(node);
      }
    }

    void most(String node, double one, String what) {
      if (Double.isNaN(value) || one > value) {
        value = one;
        of = what;
        nodes.clear();
      }
      if (one >= value) {
        nodes.add(node);
      }
    }
  }

  /**
   * @param wasThere whether a figure was beyond its threshold at the last look
   */
  ThresholdFindings(Thresholds limits, BiPredicate<ProblemKind, String> wasThere) {
    this.limits = limits;
    this.wasThere = wasThere;
  }

  /** Looks for them. */
  List<Finding> in(
      List<Node> nodes,
      Map<String, Measured> measured,
      List<Certificate> certificates,
      Instant now) {
    Map<String, Figure> waiting = new TreeMap<>();
    Map<String, Figure> fullest = new TreeMap<>();
    Map<String, Figure> behind = new TreeMap<>();
    for (Node node : nodes) {
      if (node.reports()) {
        ofPools(node, waiting, fullest);
        ofClusters(node, behind);
      }
    }
    waiting.forEach(
        (vdb, figure) ->
            above(
                ProblemKind.CLIENTS_WAITING,
                vdb,
                figure,
                limits.waitingClients(),
                limits.waitingClientsFor(),
                "%.0f clients wait for a server connection of virtual database %s"
                    .formatted(figure.value, vdb)));
    fullest.forEach(
        (vdb, figure) ->
            above(
                ProblemKind.POOL_USE,
                vdb,
                figure,
                limits.poolUse(),
                limits.poolUseFor(),
                "%.0f %% of the connections of a pool of virtual database %s are in use"
                    .formatted(figure.value, vdb)));
    behind.forEach(
        (cluster, figure) ->
            above(
                ProblemKind.REPLICA_LAG,
                cluster,
                figure,
                limits.lag().toMillis(),
                limits.lagFor(),
                "A replica of cluster %s is %.1f s behind"
                    .formatted(cluster, figure.value / 1000)));
    measured.forEach(this::ofMeasured);
    certificates.forEach(certificate -> ofCertificate(certificate, now));
    return found;
  }

  private static void ofPools(Node node, Map<String, Figure> waiting, Map<String, Figure> fullest) {
    for (JsonNode vdb : node.state().path("vdbs")) {
      String name = vdb.path("name").asText();
      if (!waiting.containsKey(name) && waiting.size() >= MOST_ABOUT) {
        continue;
      }
      for (JsonNode pool : vdb.path("pools")) {
        Figure queue = waiting.computeIfAbsent(name, one -> new Figure());
        queue.there = Circumstances.of(vdb);
        queue.add(node.id(), pool.path("clientsWaiting").asDouble());
        double size = pool.path("size").asDouble();
        if (size > 0) {
          fullest
              .computeIfAbsent(name, one -> new Figure())
              .most(
                  node.id(),
                  100 * pool.path("serversActive").asDouble() / size,
                  "%s of %s".formatted(pool.path("user").asText(), pool.path("database").asText()));
        }
      }
    }
  }

  /**
   * Without a writer that answers, a replica's lag is only how long ago there was a write: it is
   * not known then. One that was beyond before the writer was lost stays.
   */
  private void ofClusters(Node node, Map<String, Figure> behind) {
    for (JsonNode cluster : node.state().path("clusters")) {
      String source = cluster.path("source").asText();
      if (!behind.containsKey(source) && behind.size() >= MOST_ABOUT
          || !hasWriter(cluster) && !wasThere.test(ProblemKind.REPLICA_LAG, source)) {
        continue;
      }
      for (JsonNode server : cluster.path("nodes")) {
        ReplicaLag.millis(server)
            .ifPresent(
                millis ->
                    behind
                        .computeIfAbsent(source, one -> new Figure())
                        .most(node.id(), millis, server.path("address").asText()));
      }
    }
  }

  private static boolean hasWriter(JsonNode cluster) {
    for (JsonNode server : cluster.path("nodes")) {
      if (server.path("role").asText().equals("writer")
          && server.path("state").asText().equals("up")) {
        return true;
      }
    }
    return false;
  }

  private void ofMeasured(String vdb, Measured measured) {
    Figure slow = new Figure();
    slow.value = measured.p99();
    above(
        ProblemKind.SLOW_RESPONSES,
        vdb,
        slow,
        limits.p99().toMillis(),
        limits.p99For(),
        "1 %% of the statements of virtual database %s take %.0f ms or longer"
            .formatted(vdb, slow.value));
    double hits = measured.cachePercent();
    double limit = limits.cacheHits();
    boolean there = wasThere.test(ProblemKind.CACHE_HITS, vdb);
    double end = Math.min(100, limit * (100 + limits.hysteresis()) / 100);
    if (limit > 0 && (hits <= limit || there && hits < end)) {
      add(
          ProblemKind.CACHE_HITS,
          vdb,
          false,
          "The cache answers %.0f %% of what is looked up for virtual database %s"
              .formatted(hits, vdb),
          "",
          List.of(),
          limits.cacheHitsFor(),
          Circumstances.UNKNOWN);
    }
  }

  private void ofCertificate(Certificate certificate, Instant now) {
    Duration left = Duration.between(now, certificate.ends());
    if (limits.certificateEnds().isZero() || left.compareTo(limits.certificateEnds()) > 0) {
      return;
    }
    add(
        ProblemKind.CERTIFICATE_ENDS,
        certificate.name(),
        left.compareTo(CRITICAL) <= 0,
        left.isNegative()
            ? "The certificate %s has ended".formatted(certificate.name())
            : "The certificate %s ends within %d days"
                .formatted(certificate.name(), left.toDays() + 1),
        "It is valid until %s.".formatted(certificate.ends()),
        List.of(),
        Duration.ZERO,
        Circumstances.UNKNOWN);
  }

  /** Adds a finding if a figure is above its limit; an unknown figure is above none. */
  private void above(
      ProblemKind kind, String about, Figure figure, double limit, Duration lasting, String words) {
    boolean there = wasThere.test(kind, about);
    double end = limit * (100 - limits.hysteresis()) / 100;
    if (limit > 0 && (figure.value >= limit || there && figure.value > end)) {
      add(
          kind,
          about,
          false,
          words,
          figure.of.isEmpty() ? "" : "It is %s.".formatted(figure.of),
          List.copyOf(figure.nodes),
          lasting,
          figure.there);
    }
  }

  private void add(
      ProblemKind kind,
      String about,
      boolean critical,
      String words,
      String detail,
      List<String> nodes,
      Duration lasting,
      Circumstances there) {
    found.add(
        new Finding(
            kind,
            about,
            critical,
            words,
            detail,
            nodes,
            Optional.empty(),
            new Timing(lasting, Timing.USUAL_END),
            there));
  }
}
