package dev.heimdall.routing;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DBCluster;
import software.amazon.awssdk.services.rds.model.DBInstance;
import software.amazon.awssdk.services.rds.model.DescribeDbClustersResponse;
import software.amazon.awssdk.services.rds.model.DescribeDbInstancesResponse;
import software.amazon.awssdk.services.rds.model.Filter;

/**
 * Asks the RDS API of one region for clusters and their instances. Its methods wait for the
 * network; each call is made once, when to repeat it is for whoever asks to decide. For one thread.
 */
public final class RdsReader implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  static final String CLUSTERS = "rds:DescribeDBClusters";
  static final String INSTANCES = "rds:DescribeDBInstances";

  /** The most that the API allows. */
  static final int PAGE = 100;

  /** The API takes so many values in a filter; to be on the safe side. */
  private static final int MOST_VALUES = 50;

  /** From a replica to its source, and to the replicas of that. */
  private static final int HOPS = 3;

  private final AwsCredentialsProvider credentials;
  private final RdsClient client;

  /**
   * Asks nobody yet.
   *
   * @param endpoint where the API is, if it is not where AWS has it
   */
  public RdsReader(String region, Optional<URI> endpoint, AwsCredentialsProvider credentials) {
    this(region, endpoint, credentials, ANSWER);
  }

  /**
   * The same.
   *
   * @param patience how long a call may take
   */
  public RdsReader(
      String region,
      Optional<URI> endpoint,
      AwsCredentialsProvider credentials,
      Duration patience) {
    this.credentials = credentials;
    client = new AwsAccess(region, endpoint, credentials, patience).client(RdsClient.builder());
  }

  /** All that can be known of these. Never fails. */
  public RdsAnswer read(Collection<RdsName> names) {
    return new Reading(names).answer();
  }

  @Override
  public void close() {
    client.close();
  }

  /** One time of asking. */
  private final class Reading {
    private final Collection<RdsName> names;
    private final Set<String> clusterNames = new LinkedHashSet<>();
    private final Map<String, DBCluster> clusters = new LinkedHashMap<>();
    private final Map<String, DBInstance> instances = new LinkedHashMap<>();
    private final Calls calls = new Calls();

    Reading(Collection<RdsName> names) {
      this.names = names;
    }

    RdsAnswer answer() {
      if (!calls.allowed(credentials)) {
        return new RdsAnswer(RdsView.nothing(), calls.troubles());
      }
      names.stream().filter(RdsName::cluster).map(RdsName::name).forEach(clusterNames::add);
      byInstance();
      if (!clusterNames.isEmpty() && !calls.stopped()) {
        clusters(clusterNames);
        if (!calls.stopped()) {
          instances("db-cluster-id", clusterNames);
        }
      }
      Map<String, List<RdsServer>> found = new LinkedHashMap<>();
      for (RdsName name : names) {
        List<RdsServer> servers = new Picture(clusters, instances).of(name);
        if (!servers.isEmpty()) {
          found.put(name.name(), servers);
        }
      }
      return new RdsAnswer(new RdsView(found), calls.troubles());
    }

    /**
     * Instances that were asked for, their sources and replicas, and which clusters they are of.
     */
    private void byInstance() {
      Set<String> wanted = new LinkedHashSet<>();
      names.stream().filter(name -> !name.cluster()).map(RdsName::name).forEach(wanted::add);
      Set<String> asked = new HashSet<>();
      for (int hop = 0; hop < HOPS && !wanted.isEmpty() && calls.troubles().isEmpty(); hop++) {
        asked.addAll(wanted);
        instances("db-instance-id", wanted);
        wanted.clear();
        for (DBInstance instance : instances.values()) {
          Optional.ofNullable(instance.dbClusterIdentifier()).ifPresent(clusterNames::add);
          Picture.relatives(instance).filter(name -> !asked.contains(name)).forEach(wanted::add);
        }
      }
    }

    private void clusters(Collection<String> values) {
      for (Filter filter : filters("db-cluster-id", values)) {
        calls.pages(
            CLUSTERS,
            marker -> {
              DescribeDbClustersResponse page =
                  client.describeDBClusters(
                      request -> request.filters(filter).maxRecords(PAGE).marker(marker));
              page.dbClusters().forEach(one -> clusters.put(one.dbClusterIdentifier(), one));
              return page.marker();
            });
      }
    }

    private void instances(String by, Collection<String> values) {
      for (Filter filter : filters(by, values)) {
        calls.pages(
            INSTANCES,
            marker -> {
              DescribeDbInstancesResponse page =
                  client.describeDBInstances(
                      request -> request.filters(filter).maxRecords(PAGE).marker(marker));
              page.dbInstances().forEach(one -> instances.put(one.dbInstanceIdentifier(), one));
              return page.marker();
            });
      }
    }

    private List<Filter> filters(String name, Collection<String> values) {
      List<String> all = List.copyOf(values);
      List<Filter> filters = new ArrayList<>();
      for (int i = 0; i < all.size(); i += MOST_VALUES) {
        List<String> some = all.subList(i, Math.min(all.size(), i + MOST_VALUES));
        filters.add(Filter.builder().name(name).values(some).build());
      }
      return filters;
    }
  }
}
