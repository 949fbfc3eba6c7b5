package dev.heimdall.routing;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.elasticache.ElastiCacheClient;
import software.amazon.awssdk.services.elasticache.model.DescribeReplicationGroupsResponse;
import software.amazon.awssdk.services.elasticache.model.DescribeServerlessCachesResponse;
import software.amazon.awssdk.services.elasticache.model.Endpoint;
import software.amazon.awssdk.services.elasticache.model.NodeGroup;
import software.amazon.awssdk.services.elasticache.model.ReplicationGroup;
import software.amazon.awssdk.services.elasticache.model.ServerlessCache;

/**
 * Finds out what an account has in a region. What it may not ask it names and leaves out. Its
 * methods wait for the network. For one thread.
 */
public final class SurroundingsReader implements AutoCloseable {
  private static final String CACHES = "elasticache:DescribeReplicationGroups";
  private static final String SERVERLESS = "elasticache:DescribeServerlessCaches";

  /** The most that the API allows here. */
  private static final int SERVERLESS_PAGE = 50;

  private final TopologyReader topology;
  private final Ec2Query ec2;
  private final ElastiCacheClient caches;

  /** Sends no request yet. */
  public SurroundingsReader(AwsAccess access, Clock clock) {
    topology = new TopologyReader(access, Set.of(), clock);
    ec2 = new Ec2Query(access);
    caches = access.client(ElastiCacheClient.builder());
  }

  /** All that can be known. Never fails. */
  public Surroundings read() {
    TopologyReading clusters = topology.read();
    List<AwsTrouble> troubles = new ArrayList<>(clusters.troubles());
    List<Surroundings.Cache> found = new ArrayList<>();
    List<String> regions = List.of();
    if (troubles.stream().noneMatch(t -> t.kind() == AwsTrouble.Kind.NO_CREDENTIALS)) {
      Ec2Query.Answer<String> known = ec2.regions();
      regions = known.found();
      troubles.addAll(known.troubles());
      Calls calls = new Calls();
      calls.pages(
          CACHES,
          marker -> {
            DescribeReplicationGroupsResponse page =
                caches.describeReplicationGroups(
                    request -> request.maxRecords(RdsReader.PAGE).marker(marker));
            page.replicationGroups().forEach(group -> found.add(cache(group)));
            return page.marker();
          });
      serverless(calls, found);
      troubles.addAll(calls.troubles());
    }
    return new Surroundings(regions, clusters, found, troubles);
  }

  private void serverless(Calls calls, List<Surroundings.Cache> found) {
    calls.pages(
        SERVERLESS,
        token -> {
          DescribeServerlessCachesResponse page =
              caches.describeServerlessCaches(
                  request -> request.maxResults(SERVERLESS_PAGE).nextToken(token));
          page.serverlessCaches().forEach(cache -> found.add(cache(cache)));
          return page.nextToken();
        });
  }

  /** Such a cache always wants TLS, and a password where it has a group of users. */
  private static Surroundings.Cache cache(ServerlessCache cache) {
    Endpoint endpoint = cache.endpoint();
    return new Surroundings.Cache(
        Picture.text(cache.serverlessCacheName()),
        Picture.text(cache.engine()),
        Picture.text(cache.fullEngineVersion()),
        Picture.text(cache.status()),
        true,
        true,
        true,
        !Picture.text(cache.userGroupId()).isEmpty(),
        address(endpoint));
  }

  private static String address(Endpoint endpoint) {
    return endpoint == null || endpoint.address() == null
        ? ""
        : endpoint.address() + ":" + Picture.number(endpoint.port());
  }

  private static Surroundings.Cache cache(ReplicationGroup group) {
    boolean clustered = Boolean.TRUE.equals(group.clusterEnabled());
    Endpoint endpoint =
        clustered
            ? group.configurationEndpoint()
            : group.nodeGroups().stream()
                .map(NodeGroup::primaryEndpoint)
                .filter(primary -> primary != null)
                .findFirst()
                .orElse(null);
    return new Surroundings.Cache(
        Picture.text(group.replicationGroupId()),
        group.engine() == null ? "redis" : group.engine(),
        "",
        Picture.text(group.status()),
        false,
        clustered,
        Boolean.TRUE.equals(group.transitEncryptionEnabled()),
        Boolean.TRUE.equals(group.authTokenEnabled()),
        address(endpoint));
  }

  @Override
  public void close() {
    topology.close();
    ec2.close();
    caches.close();
  }
}
