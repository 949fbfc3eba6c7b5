package dev.heimdall.engine.share;

import dev.heimdall.model.Secret;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.model.StoreTls;
import dev.heimdall.model.TlsMode;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The servers of the store, and which of them is the pub/sub server of all nodes. Its methods wait
 * for the network, and are for one thread.
 */
final class StoreServers {
  private final StoreSettings settings;
  private final ClientResources resources;
  private final List<RedisURI> uris;

  /** The servers of a cluster as it was last: those of the configuration may all be gone. */
  private List<RedisURI> members = List.of();

  /**
   * @param settings with at least one server
   */
  StoreServers(StoreSettings settings, ClientResources resources) {
    this.settings = settings;
    this.resources = resources;
    uris = settings.addresses().stream().map(this::uri).toList();
  }

  private RedisURI uri(ServerAddress server) {
    RedisURI.Builder uri =
        RedisURI.builder()
            .withHost(server.host())
            .withPort(server.port())
            .withTimeout(StoreDriver.PATIENCE);
    if (settings.password().isPresent()) {
      char[] password = settings.password().map(Secret::value).orElseThrow().toCharArray();
      if (settings.user().isPresent()) {
        uri.withAuthentication(settings.user().get(), password);
      } else {
        uri.withPassword(password);
      }
    }
    TlsMode mode = settings.tls().mode();
    if (mode != TlsMode.DISABLE) {
      uri.withSsl(true)
          .withVerifyPeer(
              switch (mode) {
                case VERIFY_FULL -> SslVerifyMode.FULL;
                case VERIFY_CA -> SslVerifyMode.CA;
                default -> SslVerifyMode.NONE;
              });
    }
    return uri.build();
  }

  private <T extends ClientOptions.Builder> T options(T options) {
    options
        // Where to go after a loss is found anew each time: it may be another server.
        .autoReconnect(false)
        // What cannot be told now is not told: others notice by the gap in its numbers.
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .socketOptions(
            SocketOptions.builder().connectTimeout(StoreDriver.PATIENCE).keepAlive(true).build())
        .timeoutOptions(TimeoutOptions.enabled(StoreDriver.PATIENCE))
        .sslOptions(ssl(settings.tls()));
    return options;
  }

  private static SslOptions ssl(StoreTls tls) {
    SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider();
    tls.caFile().ifPresent(file -> ssl.trustManager(file.toFile()));
    return ssl.build();
  }

  /**
   * Connects to the server that has the pub/sub channel of all nodes.
   *
   * @throws RuntimeException when there is none
   */
  StoreConnections connect() {
    return switch (settings.mode()) {
      case STANDALONE -> single(uris);
      case REPLICATION -> single(List.of());
      case CLUSTER -> cluster();
    };
  }

  /** One that connects to single servers. For any thread. */
  RedisClient client() {
    RedisClient client = RedisClient.create(resources);
    client.setOptions(options(ClientOptions.builder()).build());
    return client;
  }

  /** At this server, or at the one that is the primary of all. */
  private StoreConnections single(List<RedisURI> given) {
    RedisClient client = client();
    try {
      RedisURI at = given.isEmpty() ? primary(client) : given.get(0);
      return StoreConnections.of(client, client.connectPubSub(at), client.connectPubSub(at), at);
    } catch (RuntimeException e) {
      StoreDriver.shutDown(client);
      throw e;
    }
  }

  private RedisClusterClient clusterClient(List<RedisURI> seeds) {
    RedisClusterClient client = RedisClusterClient.create(resources, seeds);
    client.setOptions(
        options(ClusterClientOptions.builder())
            .topologyRefreshOptions(
                ClusterTopologyRefreshOptions.builder().enableAllAdaptiveRefreshTriggers().build())
            .build());
    return client;
  }

  private List<StorePrimary> primaries(RedisClusterClient client) {
    return client.getPartitions().stream()
        .filter(server -> server.getRole().isUpstream() && !server.getSlots().isEmpty())
        .map(server -> new StorePrimary(own(server), server::hasSlot))
        .toList();
  }

  /** Connects for bytes to where a node is. For any thread that may wait. */
  ByteConnections connectBytes(StoreConnections at) {
    if (settings.mode() == StoreMode.CLUSTER) {
      RedisClusterClient client =
          clusterClient(at.primaries().stream().map(StorePrimary::uri).toList());
      try {
        StatefulRedisClusterConnection<byte[], byte[]> connection =
            client.connect(ByteArrayCodec.INSTANCE);
        ClusterNodes nodes = new ClusterNodes(connection, () -> primaries(client));
        ByteConnections found =
            new ByteConnections(
                client,
                connection.async(),
                () -> primaries(client),
                loss -> client.refreshPartitionsAsync().thenRun(() -> nodes.open(loss)));
        nodes.open(found.loss()).join();
        return found;
      } catch (RuntimeException e) {
        StoreDriver.shutDown(client);
        throw e;
      }
    }
    RedisClient client = client();
    try {
      StatefulRedisConnection<byte[], byte[]> connection =
          client.connect(ByteArrayCodec.INSTANCE, at.primaries().get(0).uri());
      ByteConnections found =
          new ByteConnections(client, connection.async(), at::primaries, loss -> {});
      connection.addListener(found.loss());
      return found;
    } catch (RuntimeException e) {
      StoreDriver.shutDown(client);
      throw e;
    }
  }

  private StoreConnections cluster() {
    List<RedisURI> seeds = new ArrayList<>(uris);
    seeds.addAll(members);
    RedisClusterClient client = clusterClient(seeds);
    try {
      StoreConnections found =
          StoreConnections.of(
              client,
              client.connectPubSub(),
              client.connectPubSub(),
              client.connect(),
              primaries(client));
      members = client.getPartitions().stream().map(this::own).toList();
      return found;
    } catch (RuntimeException e) {
      StoreDriver.shutDown(client);
      throw e;
    }
  }

  private RedisURI own(RedisClusterNode server) {
    return uri(new ServerAddress(server.getUri().getHost(), server.getUri().getPort()));
  }

  /**
   * True if nodes connect to another server by now, though the server of these connections still
   * says that it is a primary: after a failover that it did not notice there may be two.
   */
  boolean elsewhere(StoreConnections connections) {
    if (settings.mode() != StoreMode.REPLICATION) {
      return false;
    }
    RedisClient client = client();
    try {
      return !primary(client).toString().equals(connections.at());
    } catch (RedisException e) {
      return false;
    } finally {
      StoreDriver.shutDown(client);
    }
  }

  /** A server that says that it is a primary. */
  private record Primary(RedisURI uri, int replicas) {}

  /** Of several that say so, the same one for all nodes that ask: the one with most replicas. */
  private RedisURI primary(RedisClient client) {
    List<CompletableFuture<Primary>> asked = uris.stream().map(uri -> ask(client, uri)).toList();
    List<Primary> found = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (CompletableFuture<Primary> one : asked) {
      try {
        found.add(one.join());
      } catch (RuntimeException e) {
        reasons.add(StoreException.reason(e));
      }
    }
    return found.stream()
        .max(Comparator.comparingInt(Primary::replicas).thenComparing(p -> p.uri().toString()))
        .map(Primary::uri)
        .orElseThrow(
            () -> new RedisException("no server is the primary: " + String.join(", ", reasons)));
  }

  private static CompletableFuture<Primary> ask(RedisClient client, RedisURI uri) {
    String name = uri.getHost() + ":" + uri.getPort();
    return client
        .connectAsync(StringCodec.UTF8, uri)
        .toCompletableFuture()
        .thenCompose(
            connection ->
                connection
                    .async()
                    .role()
                    .toCompletableFuture()
                    .whenComplete((said, failure) -> connection.closeAsync()))
        .orTimeout(2 * StoreDriver.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (said, failure) -> {
              if (failure != null) {
                throw new RedisException(name + " " + StoreException.reason(failure));
              }
              if (!StoreConnections.isPrimary(said)) {
                throw new RedisException(name + " is a replica");
              }
              int replicas = said.size() > 2 && said.get(2) instanceof List<?> l ? l.size() : 0;
              return new Primary(uri, replicas);
            });
  }
}
