package dev.heimdall.engine.share;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks the store's primaries whether they tell of what becomes of their keys: by their settings or,
 * where reading these is not permitted, by renaming a key. Waits for the network.
 */
final class KeyEventsQuestion {
  private static final String SETTING = "notify-keyspace-events";

  /** Channel with few events, because other clients rarely rename keys. */
  private static final String RENAMED_FROM = "__keyevent@0__:rename_from";

  private static final String RENAMED_TO = "__keyevent@0__:rename_to";

  /** The key goes by itself, whatever becomes of this node. */
  private static final Duration KEPT = Duration.ofSeconds(10);

  private final StoreServers servers;
  private final String prefix;

  /**
   * Finding about the key events.
   *
   * @param detail in words; empty where there is nothing to add
   */
  record Answer(KeyEvents events, String detail) {
    static final Answer NONE = new Answer(KeyEvents.UNKNOWN, "");
  }

  /**
   * @param prefix how the names of keys begin
   */
  KeyEventsQuestion(StoreServers servers, String prefix) {
    this.servers = servers;
    this.prefix = prefix;
  }

  /** Asks all of them: a server tells of its own keys only. */
  Answer ask(List<StorePrimary> primaries) {
    RedisClient client = servers.client();
    try {
      Answer all = Answer.NONE;
      for (StorePrimary primary : primaries) {
        Answer one = ask(client, primary);
        if (one.events() == KeyEvents.OFF) {
          return one;
        }
        all = all.events() == KeyEvents.UNKNOWN && !all.detail().isEmpty() ? all : one;
      }
      return all;
    } finally {
      StoreDriver.shutDown(client);
    }
  }

  private Answer ask(RedisClient client, StorePrimary primary) {
    try (StatefulRedisConnection<String, String> asking =
        client.connect(StringCodec.UTF8, primary.uri())) {
      Optional<String> flags = flags(asking.sync());
      return flags.isPresent() ? of(primary, flags.get()) : tried(client, primary, asking.sync());
    } catch (RedisException e) {
      return new Answer(KeyEvents.UNKNOWN, primary.name() + ": " + StoreException.reason(e));
    }
  }

  /** The setting, for those who may read it; ElastiCache permits it to no user. */
  private static Optional<String> flags(RedisCommands<String, String> commands) {
    try {
      return Optional.ofNullable(commands.configGet(SETTING).get(SETTING));
    } catch (RedisCommandExecutionException e) {
      return Optional.empty();
    }
  }

  /** A server that has all kinds of events switched on says so as {@code A}. */
  private static Answer of(StorePrimary primary, String flags) {
    boolean all = flags.indexOf('A') >= 0 && flags.indexOf('E') >= 0;
    return new Answer(
        all ? KeyEvents.ON : KeyEvents.OFF,
        "%s of %s is \"%s\"".formatted(SETTING, primary.name(), flags));
  }

  private Answer tried(
      RedisClient client, StorePrimary primary, RedisCommands<String, String> commands) {
    String key = primary.key(prefix + ":events");
    Set<String> renamed = ConcurrentHashMap.newKeySet();
    try (StatefulRedisPubSubConnection<String, String> listening =
        client.connectPubSub(StringCodec.UTF8, primary.uri())) {
      listening.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              if (channel.equals(RENAMED_FROM) && message.equals(key)) {
                renamed.add(message);
              }
            }
          });
      listening.sync().subscribe(RENAMED_FROM);
      commands.set(key, "1", SetArgs.Builder.px(KEPT));
      commands.rename(key, key + ":renamed");
      // What the server had to tell before it answers this has come before the answer.
      listening.sync().subscribe(RENAMED_TO);
    }
    return renamed.isEmpty()
        ? new Answer(
            KeyEvents.OFF, "%s has published no event for a renamed key".formatted(primary.name()))
        : new Answer(
            KeyEvents.ON, "%s has published the event of a renamed key".formatted(primary.name()));
  }
}
