package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ServerAddress;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pools of two virtual databases to one server, which has reported what it takes. */
class YieldingTest {
  private static final PoolKey SHOP = key("shop");
  private static final PoolKey STOCK = key("stock");

  private final FakeServers servers = new FakeServers();
  private final Yields events = new Yields();
  private final EmbeddedChannel firstLoop = new EmbeddedChannel();
  private final EmbeddedChannel secondLoop = new EmbeddedChannel();
  private final LoopContext first = new LoopContext(0, firstLoop.eventLoop());
  private final LoopContext second = new LoopContext(1, secondLoop.eventLoop());
  private final List<VdbPools> all = new ArrayList<>();
  private final List<ServerAddress> crowded = new ArrayList<>();
  private int otherNodes;
  private final Neighbours neighbours = new Neighbours(all::stream, () -> otherNodes, crowded::add);
  private final VdbPools one = vdb("one");
  private final VdbPools two = vdb("two");

  private static final class Yields extends NoEvents {
    int yielded;

    @Override
    public void yielded() {
      yielded++;
    }
  }

  private static PoolKey key(String database) {
    return new PoolKey(database, ServerCredential.withoutSecret("app"), Capabilities.NONE);
  }

  private VdbPools vdb(String name) {
    VdbPools pools = new VdbPools(name, servers, events, plan(Optional.empty()), neighbours);
    all.add(pools);
    return pools;
  }

  private static PoolPlan plan(Optional<Integer> most) {
    return PoolSources.plan(PoolSources.primary(), PoolSources.settings(4, most, Duration.ZERO));
  }

  @AfterEach
  void close() {
    servers.close();
    firstLoop.close();
    secondLoop.close();
  }

  private void runLoops() {
    firstLoop.runPendingTasks();
    secondLoop.runPendingTasks();
  }

  /** A connection that a session has; the server has told on it what it takes, if ever. */
  private ServerConnection held(LoopPool pool, String... limits) {
    assertThat(pool.acquire(new RecordingWaiter())).isNull();
    runLoops();
    ServerConnection connection = servers.accept();
    if (limits.length > 0) {
      runLoops();
      assertThat(servers.sentTo(connection)).contains("max_connections");
      servers.answer(connection, limits[0], limits[1]);
    }
    runLoops();
    assertThat(pool.counts().held()).isPositive();
    return connection;
  }

  private void release(LoopPool pool, ServerConnection connection) {
    pool.context().tick();
    pool.release(connection);
  }

  @Test
  void nearTheLimitTheLongestIdleOfAllPoolsGoes() {
    LoopPool shop = one.join(SHOP, first);
    LoopPool stock = two.join(STOCK, second);
    LoopPool wanting = one.join(STOCK, first);
    ServerConnection busy = held(shop, "10", "7");
    ServerConnection newer = held(shop);
    ServerConnection older = held(stock);
    release(stock, older);
    release(shop, newer);

    ServerConnection made = held(wanting);

    assertThat(older.closed()).as("idle for longest, of the other VDB").isTrue();
    assertThat(crowded).as("what is no pool's is to make room").containsOnly(one.address());
    assertThat(newer.closed()).isFalse();
    assertThat(busy.closed()).isFalse();
    assertThat(made.closed()).isFalse();
    assertThat(events.yielded).isEqualTo(1);
    assertThat(neighbours.at(one.address()).own()).isEqualTo(3);
  }

  @Test
  void farFromTheLimitNoneGoes() {
    LoopPool shop = one.join(SHOP, first);
    LoopPool stock = two.join(STOCK, second);
    release(shop, held(shop, "100", "7"));
    held(stock);
    assertThat(events.yielded).isZero();
    assertThat(crowded).isEmpty();
    assertThat(shop.counts().idle()).isEqualTo(1);
  }

  @Test
  void nearTheLimitAnotherLoopLendsRatherThanOneMoreIsMade() {
    LoopPool here = one.join(SHOP, first);
    LoopPool there = one.join(SHOP, second);
    ServerConnection only = held(here, "10", "9");
    release(here, only);

    RecordingWaiter waiter = new RecordingWaiter();
    assertThat(there.acquire(waiter)).isNull();
    for (int i = 0; i < 5; i++) {
      runLoops();
    }
    assertThat(servers.attempts()).isZero();
    assertThat(waiter.connection).isSameAs(only);
  }

  @Test
  void whereTheServerRefusesTheLongestIdleGoes() {
    LoopPool shop = one.join(SHOP, first);
    LoopPool stock = one.join(STOCK, first);
    LoopPool other = two.join(STOCK, second);
    ServerConnection newer = held(shop, "100", "3");
    ServerConnection older = held(other);
    release(other, older);
    release(shop, newer);

    stock.acquire(new RecordingWaiter());
    servers.refuse(ServerError.fatal("53300", "too many connections for role"));
    runLoops();

    assertThat(older.closed()).isTrue();
    assertThat(newer.closed()).isFalse();
  }

  @Test
  void serverIsForgottenWithItsLastConnection() {
    LoopPool shop = one.join(SHOP, first);
    LoopPool stock = two.join(STOCK, second);
    ServerConnection gone = held(shop, "100", "7");
    ServerConnection lost = held(stock);
    assertThat(neighbours.servers()).isEqualTo(1);
    gone.close("the test is over");
    assertThat(neighbours.servers()).isEqualTo(1);
    servers.vanish(lost);
    runLoops();
    assertThat(neighbours.servers()).isZero();

    shop.acquire(new RecordingWaiter());
    assertThat(neighbours.servers()).isEqualTo(1);
    servers.refuse(ServerError.fatal("57P03", "starting up"));
    runLoops();
    assertThat(neighbours.servers()).isZero();
  }

  @Test
  void connectionThatMovesOrIsLostWhileItsLimitsAreReadCountsOnce() {
    LoopPool shop = one.join(SHOP, first);
    shop.acquire(new RecordingWaiter());
    ServerConnection connection = servers.accept();
    servers.vanish(connection);
    runLoops();
    assertThat(neighbours.servers()).isZero();
    assertThat(shop.view().connectingCount()).isZero();
  }

  @Test
  void limitOfTheVirtualDatabaseFollowsFromTheServersAndTheNodes() {
    LoopPool shop = one.join(SHOP, first);
    assertThat(shop.mostOfAll()).as("not known yet").isZero();
    held(shop, "100", "7");
    assertThat(shop.mostOfAll()).isEqualTo(90);

    otherNodes = 2;
    held(shop);
    assertThat(shop.mostOfAll()).isEqualTo(30);

    one.update(plan(Optional.of(50)));
    assertThat(shop.mostOfAll()).isEqualTo(50);
    one.update(plan(Optional.of(0)));
    assertThat(shop.mostOfAll()).as("no limit").isZero();
  }

  @Test
  void serverThatHasNoSuchLimitsLimitsNothing() {
    LoopPool shop = one.join(SHOP, first);
    shop.acquire(new RecordingWaiter());
    ServerConnection connection = servers.accept();
    servers.fail(connection, "42704");
    runLoops();
    assertThat(shop.counts().held()).isEqualTo(1);
    assertThat(shop.mostOfAll()).isZero();
    assertThat(connection.status()).isEqualTo(TransactionState.IDLE);
    assertThat(one.room().serverNearlyFull()).isFalse();
  }
}
