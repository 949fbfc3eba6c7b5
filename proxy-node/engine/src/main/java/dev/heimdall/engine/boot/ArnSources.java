package dev.heimdall.engine.boot;

import dev.heimdall.engine.feed.FoundByDescription;
import dev.heimdall.engine.feed.Subject;
import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.rds.RdsWatch;
import dev.heimdall.model.ApiUse;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.FoundCluster;
import dev.heimdall.model.FoundClusters;
import dev.heimdall.model.GlobalPlace;
import dev.heimdall.model.NodeSettings;
import dev.heimdall.model.RdsHost;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.ClusterDescription;
import dev.heimdall.routing.MisplacedCluster;
import dev.heimdall.routing.RdsServer;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what the clusters are that data sources name by an ARN alone, which is a reason to read
 * the configuration again, as is that it is elsewhere by now. What still leads there stays, so that
 * servers and connections do; no configuration is taken over while another engine is reported.
 * Thread-safe.
 */
final class ArnSources implements FoundClusters, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.topology");
  private static final Duration REMIND = Duration.ofSeconds(30);
  private static final Duration REMIND_AT_MOST = Duration.ofMinutes(10);

  private final SourceClusters clusters;
  private final Runnable reload;
  private final Executor offLoop;
  private final Map<Name, LookUp> lookUps = new HashMap<>();

  private record Name(String source, String arn) {}

  /** Facts known about one source, guarded by the lock of all. */
  private static final class LookUp {
    private DataSource source;
    private TopologyFeed.Watching hearing = () -> {};
    private RdsWatch.Watching asking = () -> {};
    private Optional<FoundCluster> found = Optional.empty();

    /** Engine that is reported now, where it differs from the one that was found. */
    private Optional<Engine> otherEngine = Optional.empty();

    private String why;

    /** Cluster reported in another region than its ARN names; else empty. */
    private String misplaced = "";

    LookUp(DataSource source, String why) {
      this.source = source;
      this.why = why;
    }

    /** Takes over what is reported; says whether the configuration is to be read again for that. */
    boolean takes(Name name, FoundByDescription reported) {
      FoundCluster now = reported.found().orElseThrow();
      if (found.isEmpty()) {
        LOG.info("data source {} is {}: {}", name.source(), name.arn(), now);
        found = Optional.of(now);
        return true;
      }
      FoundCluster before = found.get();
      Optional<Engine> other =
          Optional.of(now.engine()).filter(one -> !one.equals(before.engine()));
      boolean differs = !otherEngine.equals(other);
      otherEngine = other;
      FoundCluster next = other.isPresent() ? before : now.after(before, reported.reported());
      if (!next.equals(before)) {
        LOG.info(
            "data source {} is now {}: {}; it was {}", name.source(), name.arn(), next, before);
        found = Optional.of(next);
        differs = true;
      }
      return differs;
    }

    String reason() {
      return why + (misplaced.isEmpty() ? "" : "; " + misplaced);
    }

    void close() {
      hearing.close();
      asking.close();
    }
  }

  /**
   * @param clusters by which documents and the RDS API are heard
   * @param reload has the configuration read again
   * @param offLoop may wait
   */
  ArnSources(SourceClusters clusters, Runnable reload, Executor offLoop) {
    this.clusters = clusters;
    this.reload = reload;
    this.offLoop = offLoop;
  }

  @Override
  public synchronized Optional<FoundCluster> of(String source, String arn) {
    LookUp known = lookUps.get(new Name(source, arn));
    return known == null ? Optional.empty() : known.found;
  }

  /** Reason that nothing is known of a source yet, in words. */
  synchronized String why(String source, String arn) {
    LookUp known = lookUps.get(new Name(source, arn));
    if (known == null) {
      return nothing(arn);
    }
    return known
        .found
        .map(found -> arn + " is " + found + ", and the configuration with it was rejected")
        .orElseGet(known::reason);
  }

  private static String nothing(String arn) {
    return "no topology document and no answer of the RDS API describes " + arn + " yet";
  }

  /**
   * Looks up what a configuration names, whether or not it is taken over, and forgets what neither
   * it names nor the one that is in force.
   */
  synchronized void begin(Configuration next, Configuration current) {
    lookUps
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !names(next, entry.getKey()) && !names(current, entry.getKey());
              if (gone) {
                entry.getValue().close();
              }
              return gone;
            });
    next.byArn()
        .arns()
        .forEach(
            (name, arn) -> {
              DataSource pending = next.byArn().pending().get(name);
              DataSource source = pending == null ? next.sources().get(name) : pending;
              begin(new Name(name, arn), source, pending != null, next.node());
            });
  }

  private void begin(Name name, DataSource source, boolean pending, NodeSettings node) {
    LookUp known = lookUps.get(name);
    if (known == null) {
      known = new LookUp(source, nothing(name.arn()));
      lookUps.put(name, known);
      LOG.info(
          "data source {} is looked up as {}; its virtual databases listen once it is found",
          name.source(),
          name.arn());
      remind(name, REMIND);
    } else if (known.source.equals(source)) {
      return;
    }
    known.source = source;
    known.close();
    known.hearing =
        clusters
            .feed()
            .watch(
                Subject.of(name.arn()),
                new TopologyFeed.Listener() {
                  @Override
                  public void servers(List<RdsServer> servers) {
                    // Who watches the cluster hears of them.
                  }

                  @Override
                  public void described(ClusterDescription description) {
                    ArnSources.this.described(name, description);
                  }

                  @Override
                  public void misplaced(Optional<MisplacedCluster> cluster) {
                    ArnSources.this.misplaced(
                        name, cluster.map(MisplacedCluster::toString).orElse(""));
                  }
                });
    known.asking = pending ? clusters.lookUp(source, node) : () -> {};
  }

  /**
   * Checks that all that a configuration names is still as it was when it was found.
   *
   * @throws IOException if it is another cluster by now; the message says what to do
   */
  synchronized void check(Configuration next) throws IOException {
    for (Map.Entry<String, String> named : next.byArn().arns().entrySet()) {
      LookUp known = lookUps.get(new Name(named.getKey(), named.getValue()));
      if (known != null && known.otherEngine.isPresent()) {
        throw new IOException(
            "%s is reported with the engine %s, and data source %s was found with %s: a virtual database cannot change its engine while the node runs. Restart the node, or write the \"url\" of the data source"
                .formatted(
                    named.getValue(),
                    known.otherEngine.get().spelling(),
                    named.getKey(),
                    known.found.orElseThrow().engine().spelling()));
      }
    }
  }

  private static boolean names(Configuration one, Name name) {
    return name.arn().equals(one.byArn().arns().get(name.source()));
  }

  /** This one is in force. */
  synchronized void keep(Configuration current) {
    begin(current, current);
    lookUps.forEach(
        (name, known) -> {
          if (!current.byArn().pending().containsKey(name.source())) {
            known.asking.close();
          }
        });
  }

  private void described(Name name, ClusterDescription description) {
    synchronized (this) {
      LookUp known = lookUps.get(name);
      if (known == null) {
        return;
      }
      FoundByDescription now =
          FoundByDescription.of(description, known.source.cluster().api().endpoint().isPresent());
      if (now.found().isEmpty()) {
        String why = name.arn() + " is of no use: " + now.why();
        if (!why.equals(known.why)) {
          known.why = why;
          LOG.warn("data source {}: {}", name.source(), why);
        }
        return;
      }
      if (!known.takes(name, now)) {
        return;
      }
    }
    reload.run();
  }

  private synchronized void misplaced(Name name, String reported) {
    LookUp known = lookUps.get(name);
    if (known != null && !reported.equals(known.misplaced)) {
      known.misplaced = reported;
      if (!reported.isEmpty() && known.found.isEmpty()) {
        LOG.warn("data source {}: {}", name.source(), reported);
      }
    }
  }

  /** Logs again that a start waits, less and less often. */
  private void remind(Name name, Duration after) {
    CompletableFuture.delayedExecutor(after.toMillis(), TimeUnit.MILLISECONDS, offLoop)
        .execute(
            () -> {
              String why = waits(name);
              if (!why.isEmpty()) {
                LOG.warn("data source {} still waits: {}", name.source(), why);
                Duration next = after.multipliedBy(2);
                remind(name, next.compareTo(REMIND_AT_MOST) > 0 ? REMIND_AT_MOST : next);
              }
            });
  }

  /**
   * Returns the reason that a source waits; empty if it does not. May ask the machine for its
   * region.
   */
  private String waits(Name name) {
    DataSource source;
    String nothing;
    synchronized (this) {
      LookUp known = lookUps.get(name);
      if (known == null || known.found.isPresent()) {
        return "";
      }
      if (!known.why.equals(nothing(name.arn()))) {
        return known.reason();
      }
      source = known.source;
      nothing = known.reason();
    }
    return nothing
        + (clusters.feed().enabled() ? "" : "; this node gets no topology documents")
        + (source.cluster().api().use() == ApiUse.OFF ? "; \"cluster.api.use\" is off" : "")
        + source
            .globalPlace()
            .flatMap(global -> elsewhere(name.arn(), global))
            .map(region -> "; it is of another partition than " + region + ", where this node asks")
            .orElse("");
  }

  private static Optional<String> elsewhere(String arn, GlobalPlace global) {
    return global
        .region()
        .or(AwsAccess::ownRegion)
        .filter(region -> !arn.startsWith("arn:" + RdsHost.partition(region) + ":"));
  }

  @Override
  public synchronized void close() {
    lookUps.values().forEach(LookUp::close);
    lookUps.clear();
  }
}
