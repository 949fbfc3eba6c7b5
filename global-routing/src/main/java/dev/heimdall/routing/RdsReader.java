package dev.heimdall.routing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DBCluster;
import software.amazon.awssdk.services.rds.model.DBInstance;
import software.amazon.awssdk.services.rds.model.DescribeDbClustersResponse;
import software.amazon.awssdk.services.rds.model.DescribeDbInstancesResponse;
import software.amazon.awssdk.services.rds.model.Filter;

/**
 * Asks the RDS API of one region for clusters and their instances. Its methods wait for the
 * network; each call is made once, the caller decides when to repeat it. For one thread.
 */
public final class RdsReader implements AutoCloseable {
  /** Timeout of a call, for callers that are in no hurry. */
  public static final Duration ANSWER = Duration.ofSeconds(10);

  static final String CLUSTERS = "rds:DescribeDBClusters";
  private static final String INSTANCES = "rds:DescribeDBInstances";

  /** The most that the API allows. */
  static final int PAGE = 100;

  /** The API takes so many values in a filter; to be on the safe side. */
  private static final int MOST_VALUES = 50;

  /** From a replica to its source, and to the replicas of that. */
  private static final int HOPS = 3;

  private final AwsAccess access;
  private final InstantSource clock;
  private final RdsClient client;

  /**
   * Sends no request yet.
   *
   * @param clock says when it asks, in what it reads
   */
  public RdsReader(AwsAccess access, InstantSource clock) {
    this(access, clock, access.client(RdsClient.builder()));
  }

  private RdsReader(AwsAccess access, InstantSource clock, RdsClient client) {
    this.access = access;
    this.clock = clock;
    this.client = client;
  }

  /** Asks another region, which there may be no way to. */
  static RdsReader far(AwsAccess access, InstantSource clock) {
    return new RdsReader(access, clock, access.farClient(RdsClient.builder()));
  }

  /** All that can be known of these. Never fails. */
  public TopologyReading read(Collection<RdsName> names) {
    return new Reading().of(names);
  }

  /** All that can be known of the region, with credentials. Never fails. */
  TopologyReading read() {
    return new Reading().ofAll();
  }

  RdsClient client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
  }

  /** One time of asking. */
  private final class Reading {
    private final Instant asked = clock.instant();
    private final Map<String, DBCluster> clusters = new LinkedHashMap<>();
    private final Map<String, DBInstance> instances = new LinkedHashMap<>();
    private final Calls calls = new Calls();

    TopologyReading ofAll() {
      clusters(Optional.empty());
      instances(Optional.empty());
      List<RdsName> names = new ArrayList<>();
      clusters.keySet().forEach(name -> names.add(new RdsName(name, true)));
      instances.values().stream()
          .filter(one -> Picture.text(one.dbClusterIdentifier()).isEmpty())
          .filter(one -> Picture.text(one.readReplicaSourceDBInstanceIdentifier()).isEmpty())
          .forEach(one -> names.add(new RdsName(one.dbInstanceIdentifier(), false)));
      return told(names, calls.troubles().isEmpty(), Optional.empty());
    }

    TopologyReading of(Collection<RdsName> names) {
      if (calls.allowed(access.credentials())) {
        Set<String> clusterNames = new LinkedHashSet<>();
        names.stream().filter(RdsName::cluster).map(RdsName::name).forEach(clusterNames::add);
        byInstance(names, clusterNames);
        filters("db-cluster-id", clusterNames).forEach(filter -> clusters(Optional.of(filter)));
        filters("db-cluster-id", clusterNames).forEach(filter -> instances(Optional.of(filter)));
      }
      // Who is denied a part hears all the same all that there is for him.
      return told(names, !calls.stopped(), Optional.of(Set.copyOf(names)));
    }

    private TopologyReading told(
        Collection<RdsName> names, boolean complete, Optional<Set<RdsName>> scope) {
      Picture picture = new Picture(access.region(), asked, clusters, instances);
      List<TopologyCluster> told =
          names.stream().map(picture::of).flatMap(Optional::stream).distinct().toList();
      return new TopologyReading(
          asked,
          List.of(access.region()),
          complete ? Set.of(access.region()) : Set.of(),
          told,
          Optional.empty(),
          calls.troubles(),
          scope,
          picture.versions(told));
    }

    /**
     * Instances that were asked for, their sources and replicas, and which clusters they are of.
     */
    private void byInstance(Collection<RdsName> names, Set<String> clusterNames) {
      Set<String> wanted = new LinkedHashSet<>();
      names.stream().filter(name -> !name.cluster()).map(RdsName::name).forEach(wanted::add);
      Set<String> asked = new HashSet<>();
      for (int hop = 0; hop < HOPS && !wanted.isEmpty() && calls.troubles().isEmpty(); hop++) {
        asked.addAll(wanted);
        filters("db-instance-id", wanted).forEach(filter -> instances(Optional.of(filter)));
        wanted.clear();
        for (DBInstance instance : instances.values()) {
          Picture.given(instance.dbClusterIdentifier()).ifPresent(clusterNames::add);
          Picture.relatives(instance).filter(name -> !asked.contains(name)).forEach(wanted::add);
        }
      }
    }

    private void clusters(Optional<Filter> by) {
      RdsReader.clusters(client, calls, by, one -> clusters.put(one.dbClusterIdentifier(), one));
    }

    private void instances(Optional<Filter> by) {
      RdsReader.instances(client, calls, by, one -> instances.put(one.dbInstanceIdentifier(), one));
    }
  }

  static void clusters(
      RdsClient client, Calls calls, Optional<Filter> by, Consumer<DBCluster> found) {
    calls.pages(
        CLUSTERS,
        marker -> {
          DescribeDbClustersResponse page =
              client.describeDBClusters(
                  request -> {
                    by.ifPresent(filter -> request.filters(filter));
                    request.maxRecords(PAGE).marker(marker);
                  });
          page.dbClusters().stream().filter(one -> relational(one.engine())).forEach(found);
          return page.marker();
        });
  }

  static void instances(
      RdsClient client, Calls calls, Optional<Filter> by, Consumer<DBInstance> found) {
    calls.pages(
        INSTANCES,
        marker -> {
          DescribeDbInstancesResponse page =
              client.describeDBInstances(
                  request -> {
                    by.ifPresent(filter -> request.filters(filter));
                    request.maxRecords(PAGE).marker(marker);
                  });
          page.dbInstances().stream().filter(one -> relational(one.engine())).forEach(found);
          return page.marker();
        });
  }

  /** The API tells of other databases, too, of Neptune for instance. */
  private static boolean relational(String engine) {
    return !Picture.text(engine).startsWith("neptune") && !Picture.text(engine).startsWith("docdb");
  }

  private static List<Filter> filters(String name, Collection<String> values) {
    List<String> all = List.copyOf(values);
    List<Filter> filters = new ArrayList<>();
    for (int i = 0; i < all.size(); i += MOST_VALUES) {
      List<String> some = all.subList(i, Math.min(all.size(), i + MOST_VALUES));
      filters.add(Filter.builder().name(name).values(some).build());
    }
    return filters;
  }
}
