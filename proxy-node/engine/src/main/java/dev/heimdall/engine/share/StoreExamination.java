package dev.heimdall.engine.share;

import dev.heimdall.model.StoreSettings;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.util.Optional;

/** A single look at a store, for commands. */
public final class StoreExamination {
  /** As many are made before it is believed that one was closed. */
  private static final int CONNECTIONS = 3;

  private StoreExamination() {}

  /** The store refuses log-ins, or is nowhere. */
  public static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(Throwable cause) {
      super(StoreException.reason(cause));
    }
  }

  /**
   * Connects as a node does, and leaves again. Waits for the network.
   *
   * @throws FailedException with what the store or the network said
   */
  public static StoreState look(StoreSettings settings) throws FailedException {
    ClientResources resources = StoreDriver.resources();
    try {
      StoreServers servers = new StoreServers(settings, resources);
      StoreConnections connections = connect(servers);
      KeyEventsQuestion.Answer answer =
          new KeyEventsQuestion(servers, settings.prefix()).ask(connections.primaries());
      connections.close();
      return new StoreState(
          settings,
          StoreState.Connection.CONNECTED,
          connections.primaries().get(0).name(),
          StoreState.UNKNOWN,
          0,
          answer.events(),
          answer.detail());
    } catch (RuntimeException e) {
      throw new FailedException(e);
    } finally {
      StoreDriver.end(resources);
    }
  }

  /**
   * Behaviour of the store's first primary when its memory is full. Waits for the network.
   *
   * @return empty: the user may not ask
   * @throws FailedException with what the store or the network said
   */
  public static Optional<StoreMemory> memory(StoreSettings settings) throws FailedException {
    ClientResources resources = StoreDriver.resources();
    try {
      StoreServers servers = new StoreServers(settings, resources);
      StoreConnections connections = connect(servers);
      RedisClient client = servers.client();
      try (StatefulRedisConnection<String, String> asking =
          client.connect(StringCodec.UTF8, connections.primaries().get(0).uri())) {
        return memory(asking.sync().info("memory"));
      } catch (RedisCommandExecutionException e) {
        return Optional.empty();
      } finally {
        StoreDriver.shutDown(client);
        connections.close();
      }
    } catch (RuntimeException e) {
      throw new FailedException(e);
    } finally {
      StoreDriver.end(resources);
    }
  }

  /**
   * The driver closes a connection over which it was refused, and reports sometimes the end instead
   * of the reason, as two of its threads race: another connection tells it.
   */
  private static StoreConnections connect(StoreServers servers) {
    for (int left = CONNECTIONS - 1; ; left--) {
      try {
        return servers.connect();
      } catch (RuntimeException e) {
        if (left == 0 || !StoreException.reason(e).contains(StoreException.CLOSED)) {
          throw e;
        }
      }
    }
  }

  private static Optional<StoreMemory> memory(String info) {
    String policy = field(info, "maxmemory_policy:");
    String limit = field(info, "maxmemory:");
    return policy.isEmpty() || !limit.matches("\\d{1,18}")
        ? Optional.empty()
        : Optional.of(new StoreMemory(Long.parseLong(limit), policy));
  }

  private static String field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElse("");
  }
}
