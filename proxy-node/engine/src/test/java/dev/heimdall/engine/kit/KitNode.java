package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.action.ActionEvents;
import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.auth.AuthTable;
import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.FailedLogIns;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.auth.UserSalts;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.CatalogueMemory;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.ClientLogin;
import dev.heimdall.engine.client.CloseReason;
import dev.heimdall.engine.client.Directory;
import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.HandedSession;
import dev.heimdall.engine.client.LogInServices;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.LoopAccess;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.client.NodeAccess;
import dev.heimdall.engine.client.SessionFactory;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.client.UserLimits;
import dev.heimdall.engine.client.VdbAccess;
import dev.heimdall.engine.client.WaitReason;
import dev.heimdall.engine.console.Consoles;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.WriterGuards;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.pipeline.StatementTimes;
import dev.heimdall.engine.pool.Connector;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.Neighbours;
import dev.heimdall.engine.pool.NoEvents;
import dev.heimdall.engine.pool.PoolAnomaly;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.PoolPlan;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.prepared.StatementBounds;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.engine.session.ClientSession;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.NodeContext;
import dev.heimdall.engine.session.SessionDialect;
import dev.heimdall.engine.session.caching.ResultDifference;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.statement.SampledResult;
import dev.heimdall.engine.session.statement.SessionEvents;
import dev.heimdall.engine.session.statement.StatementSummary;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.VirtualDatabase;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * What stands between clients and servers of one dialect: the engine's own classes from the log-in
 * of a client to the server connection, put together as the node does, all of it in one thread.
 */
public class KitNode<S extends KitServers<?>> implements AutoCloseable {
  private static final AtomicInteger NAMES = new AtomicInteger();

  /** The host of the replica, where one has joined. */
  private static final String REPLICA = "replica";

  private final Turns turns = new Turns();
  private final Buffers buffers = new Buffers();
  private final LocalAddress address = new LocalAddress("node-" + NAMES.incrementAndGet());
  private final S servers;

  private final S replicas;

  /** Those of the data source that rules may name. */
  private final S others;

  private final KitParsing parsing = new KitParsing();
  private final MemoryBudget budget;
  private final RuleActions actions;
  private final VdbPools pools;
  private final VdbPools poolsOfOthers;
  private final KitWatch watch;
  private final VdbContext vdb;
  private final LoopClients clients = new LoopClients();
  private final LoopContext loop = new LoopContext(0, turns.node(), turns::now);
  private final Channel listening;
  private final SqlDialect statements;

  /** Clients that go to another process, or come from one. */
  private final Travellers travellers;

  private final List<String> anomalies = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();

  /** Makes the servers behind the node. */
  public interface Behind<S> {
    S servers(EventLoop loop, LocalAddress address, ByteBufAllocator buffers);
  }

  /**
   * What is spoken.
   *
   * @param url of the data source
   */
  public record Spoken<S>(String url, Function<NodeServices, Dialect> dialect, Behind<S> behind) {}

  /**
   * @param directory an empty one, but for rules
   */
  KitNode(Path directory, Spoken<S> spoken, KitSettings wanted) {
    this(
        directory,
        wanted.configuration(directory, spoken.url()),
        spoken,
        wanted,
        new Metrics("test", 1, 100));
  }

  /**
   * @param directory of its configuration
   * @param metrics of any node
   */
  KitNode(
      Path directory,
      Configuration configuration,
      Spoken<S> spoken,
      KitSettings wanted,
      Metrics metrics) {
    VirtualDatabase settings = configuration.vdbs().get("app");
    DataSource source = configuration.sources().get("main");
    LocalAddress server = new LocalAddress("server-" + NAMES.incrementAndGet());
    LocalAddress replica = new LocalAddress("server-" + NAMES.incrementAndGet());
    LocalAddress other = new LocalAddress("server-" + NAMES.incrementAndGet());
    servers = spoken.behind().servers(turns.world(), server, buffers);
    replicas = spoken.behind().servers(turns.world(), replica, buffers);
    others = spoken.behind().servers(turns.world(), other, buffers);

    SecureRandom random = new SecureRandom();
    ScramKeyCache keys = new ScramKeyCache(16);
    budget = new MemoryBudget(wanted.memory(), 1);
    Dialect dialect =
        spoken
            .dialect()
            .apply(new NodeServices(keys, NonceSource.random(random), turns.node()::execute));
    statements = dialect.statements();
    LoopSessions sessions =
        new LoopSessions(
            loop,
            metrics.loop(0),
            clients,
            new LoopSessions.Judging(dialect.statements(), new StatementTimes(), 1, 2, parsing),
            dialect.naming().apply(0),
            budget);
    ServerConnector connector =
        new ServerConnector(
            new KitSockets(server, Map.of(REPLICA, replica, KitSettings.OTHER, other), buffers),
            to -> dialect.servers(),
            turns.node()::execute);
    SourceLogins logins = new SourceLogins();
    actions =
        new RuleActions(
            directory,
            configuration,
            logins,
            any -> dialect.actions().orElseThrow(),
            new Unheard(),
            new WriterGuards(),
            1,
            new KitWorkers(heard));
    NodeContext node =
        new NodeContext(
            new NodeAccess(
                configuration::node,
                new CancelRegistry(FleetNumbers.of(1), random),
                connector,
                new Limit(configuration.node().maxClients()),
                new UserLimits(),
                NonceSource.random(random),
                new FailedLogIns(turns::now),
                new Directory(null),
                turns.node()::execute,
                new Unheard()),
            new Unheard(),
            new Consoles(new NoConsole(), new NoConsole()),
            actions,
            wanted.tracing());
    pools = pools(source, settings, logins, connector);
    poolsOfOthers =
        pools(configuration.sources().get(KitSettings.OTHER), settings, logins, connector);
    watch = new KitWatch(configuration, source, settings.cache().enabled(), turns::now);
    UserDirectory users =
        new UserDirectory(configuration.users().values(), new UserSalts(new byte[32]), keys);
    vdb =
        new VdbContext(
            "app",
            pools,
            dialect.notifications(),
            new VdbContext.Settings(
                new VdbAccess.Settings(
                    settings,
                    new Authenticator(
                        "app",
                        new AuthTable(settings.auth()),
                        users,
                        settings.credentials() == Credentials.PASSTHROUGH),
                    users,
                    null,
                    null),
                new RulesAndCatalogues(
                    RuleBook.compile(configuration, settings, dialect.statements(), null),
                    Catalogues.unread(
                        source,
                        database ->
                            wanted
                                .catalogue()
                                .orElseGet(
                                    () -> Catalogue.unknown(database, dialect.catalogue().own())),
                        new CatalogueMemory(budget.ofNode(BudgetedCache.CATALOGUES)))),
                Map.of(KitSettings.OTHER, poolsOfOthers),
                Map.of(),
                Optional.empty()));
    LogInServices services =
        new LogInServices(
            node.access(),
            vdb.access(),
            new LoopAccess(loop, sessions.metrics(), clients),
            dialect.clients(),
            new Handlers(node, vdb, dialect.sessions(), sessions));
    travellers =
        new Travellers(
            sessions.clients(),
            state -> HandedClient.read(services, ClientLogin.again(services), state),
            services.sessions());
    listening =
        new ServerBootstrap()
            .group(turns.node())
            .channelFactory(Travellers.Listening::new)
            .childOption(ChannelOption.ALLOCATOR, buffers)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    ClientLogin login = new ClientLogin(services);
                    login.address(new InetSocketAddress("127.0.0.1", 1));
                    channel.pipeline().addLast("login", login);
                  }
                })
            .bind(address)
            .channel();
    turns
        .node()
        .scheduleWithFixedDelay(
            () ->
                loop.inEvent(
                    () -> {
                      pools.loopPools().forEach(LoopPool::tick);
                      poolsOfOthers.loopPools().forEach(LoopPool::tick);
                      pools
                          .readers()
                          .all()
                          .forEach(reader -> reader.loopPools().forEach(LoopPool::tick));
                      sessions.clients().all().forEach(client -> client.tick());
                    },
                    failures::add),
            100,
            100,
            TimeUnit.MILLISECONDS);
    turns.run();
  }

  private VdbPools pools(
      DataSource source, VirtualDatabase settings, SourceLogins logins, ServerConnector connector) {
    return new VdbPools(
        "app",
        Connector.of(connector),
        new Unheard(),
        new PoolPlan(
            source,
            logins.of(source).map(ServerCredential::of),
            null,
            settings.pool(),
            settings.pipelining(),
            StatementBounds.of(settings.prepared().perServer()),
            Map.of()),
        turns::now,
        Neighbours.none());
  }

  /** The rules are other ones from now on, by this configuration. */
  final void reload(Configuration next) {
    VdbContext.Settings now = vdb.settings();
    RulesAndCatalogues were = now.rulesAndCatalogues();
    VirtualDatabase settings = next.vdbs().get("app");
    vdb.update(
        new VdbContext.Settings(
            now.access(),
            new RulesAndCatalogues(
                RuleBook.compile(next, settings, statements, were.rules()), were.catalogues()),
            now.forwards(),
            now.foreigners(),
            now.far()));
    turns.run();
  }

  final Turns turns() {
    return turns;
  }

  final MemoryBudget budget() {
    return budget;
  }

  final S servers() {
    return servers;
  }

  final S replicas() {
    return replicas;
  }

  /** Those of the other data source. */
  final S others() {
    return others;
  }

  /** Where clients connect. */
  final LocalAddress address() {
    return address;
  }

  /** What clients and servers make their buffers with. */
  final ByteBufAllocator buffers() {
    return buffers;
  }

  final Travellers travellers() {
    return travellers;
  }

  /** The only server becomes the writer of its cluster. */
  final void lead() {
    watch.lead(pools);
    turns.run();
  }

  /** A replica has joined its cluster, or answered once more. */
  final void replicate() {
    ServerAddress server = pools.plan().source().hosts().get(0);
    watch.join(pools, new ServerAddress(REPLICA, server.port()));
    turns.run();
  }

  /** The node drains, and each client may have been here for so long. */
  final void drain(Duration stay) {
    turns
        .node()
        .execute(
            () ->
                loop.inEvent(
                    () -> {
                      clients.turnAway(stay.isZero());
                      clients.all().forEach(client -> client.drain(stay.toNanos()));
                    },
                    failures::add));
    turns.run();
  }

  /** The node ends: it waits for no log-in any longer. */
  final void endLogIns() {
    turns.node().execute(() -> loop.inEvent(clients::endLogIns, failures::add));
    turns.run();
  }

  /** What is kept of answers, where anything is. */
  final QueryCache cache() {
    return vdb.cache();
  }

  /** How many clients have logged in, and not left. */
  final int clients() {
    return clients.all().size();
  }

  /** Closes it: nothing has gone wrong in it, and nobody holds a buffer of its. */
  final void end() {
    close();
    assertThat(wrong()).isEmpty();
    assertThat(unreleased()).as("buffers that nobody has released").isEmpty();
  }

  /** Who made the buffers that nobody has released. */
  final List<String> unreleased() {
    return buffers.held();
  }

  /** Server connections that belong to one client. */
  final int held() {
    return pools.loopPools().stream().mapToInt(pool -> pool.counts().held()).sum();
  }

  /** What should not be: findings of the pools' audit, errors in the node. */
  final List<String> wrong() {
    List<String> wrong = new ArrayList<>(anomalies);
    failures.forEach(failure -> wrong.add(failure.toString()));
    servers.failures().forEach(failure -> wrong.add("server: " + failure));
    others.failures().forEach(failure -> wrong.add("other server: " + failure));
    return wrong;
  }

  @Override
  public void close() {
    servers.hold(false);
    listening.close();
    pools.close();
    poolsOfOthers.close();
    servers.refuse();
    replicas.refuse();
    others.refuse();
    turns.advance(Duration.ofSeconds(10));
    actions.close(Duration.ZERO);
    turns.close();
  }

  final KitParsing parsing() {
    return parsing;
  }

  /** What was to be written down, without what differs each time. */
  final List<String> heard() {
    return heard;
  }

  /** Keeps what must not happen, and what is to be written down of statements. */
  private final class Unheard extends NoEvents implements SessionEvents, ActionEvents {
    @Override
    public void anomaly(String vdb, PoolKey key, PoolAnomaly anomaly, String what) {
      anomalies.add(anomaly + " " + what);
    }

    @Override
    public void loggedIn(Client client) {}

    @Override
    public void refused(
        String vdb, SocketAddress client, String user, String db, ServerError why) {}

    @Override
    public void slowed(String vdb, SocketAddress client, String user, Duration delay) {}

    @Override
    public void tlsFailed(String vdb, SocketAddress client, String why) {}

    @Override
    public void protocolError() {}

    @Override
    public void cancelUnknown() {}

    @Override
    public void closed(Client client, CloseReason why) {}

    @Override
    public void failed(LoggedInSession session, Throwable cause) {
      failures.add(cause);
    }

    @Override
    public void pinned(LoggedInSession session, String reason) {
      heard.add("pinned " + reason);
    }

    @Override
    public void ruleMatched(LoggedInSession session, MatchedRule rule) {
      heard.add("matched " + rule);
    }

    @Override
    public void resultDiffers(LoggedInSession session, ResultDifference difference) {}

    @Override
    public void decisionTimed(LoggedInSession session, Decision decision, long nanos) {}

    @Override
    public void debugSwitched(LoggedInSession session, boolean on) {
      heard.add("debug " + on);
    }

    @Override
    public void statementJudged(LoggedInSession session, StatementSummary s, boolean prepared) {
      heard.add("judged " + s.normalised());
    }

    @Override
    public void debugAnswered(LoggedInSession session, StatementSummary s, long us, ServerError e) {
      heard.add("answered " + s.normalised());
    }

    @Override
    public void resultSeen(LoggedInSession session, StatementSummary s, SampledResult r, long us) {
      heard.add("result " + s.normalised());
    }

    @Override
    public void statementDone(LoggedInSession session, StatementSummary s, long us, ServerError e) {
      heard.add("done " + s.normalised());
    }

    @Override
    public void count(NodeCounter counter, long times) {
      heard.add("counted " + counter);
    }

    @Override
    public void failed(
        String action, String what, Collection<String> tables, String sqlstate, String reason) {}

    @Override
    public void program(String program, String end, String output) {}
  }

  /** Reason why the statement of the one client of this user does not go on; null for none. */
  final WaitReason waitsFor(String user) {
    return clients.all(ClientSession.class).stream()
        .filter(session -> session.login().user().equals(user))
        .findFirst()
        .orElseThrow()
        .waitsFor();
  }

  /** What clients talk to after their log-in. */
  private record Handlers(
      NodeContext node, VdbContext vdb, SessionDialect dialect, LoopSessions sessions)
      implements SessionFactory {
    @Override
    public ChannelHandler session(Login login, StartupVariables given, Channel channel) {
      return new ClientSession(node, vdb, dialect, sessions, login, given, channel);
    }

    @Override
    public HandedSession handed(HandedClient from, StateReader state, Channel channel) {
      return new ClientSession(node, vdb, dialect, sessions, from, state, channel);
    }

    @Override
    public ChannelHandler console(Login login, Channel channel) {
      throw new IllegalStateException("nobody is an operator here");
    }
  }
}
