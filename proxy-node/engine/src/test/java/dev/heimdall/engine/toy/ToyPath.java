package dev.heimdall.engine.toy;

import dev.heimdall.engine.action.ActionEvents;
import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.auth.AuthTable;
import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.FailedLogIns;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.auth.UserSalts;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.CatalogueMemory;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.ClientEvents;
import dev.heimdall.engine.client.ClientLogin;
import dev.heimdall.engine.client.Directory;
import dev.heimdall.engine.client.LogInServices;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.LoopAccess;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.client.NodeAccess;
import dev.heimdall.engine.client.SessionFactory;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.client.UserLimits;
import dev.heimdall.engine.client.VdbAccess;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.Consoles;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.WriterGuards;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.pipeline.StatementTimes;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.engine.session.ClientSession;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.NodeContext;
import dev.heimdall.engine.session.statement.SessionEvents;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.VirtualDatabase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A node whose clients and servers speak the toy protocol: the engine's own classes between a
 * client's channel and its servers', put together as the node does, all of it in one thread.
 */
final class ToyPath implements AutoCloseable {
  private final Dialect dialect = ToyDialect.create();
  private final ToyNode servers;
  private final ToyCluster cluster;
  private final ToyWatch watch;
  private final Metrics metrics = new Metrics("toy", 1, 10);
  private final List<Client> clients = new ArrayList<>();
  private final NodeContext node;
  private final VdbContext vdb;
  private final LoopSessions sessions;
  private final RuleActions actions;

  /**
   * @param directory an empty one
   * @param settings of the virtual database, as JSON without the braces
   * @param rules as a JSON array
   */
  ToyPath(Path directory, String settings, String rules) throws Exception {
    this(directory, configuration(directory, settings, rules, "server", ""), false);
  }

  /** The same with two servers, of which the first one is the writer. */
  static ToyPath ofCluster(Path directory, String settings) throws Exception {
    return new ToyPath(
        directory,
        configuration(
            directory,
            settings,
            "[{\"match\": \"SELECT secret\", \"action\": \"drop\"}]", // so that reads are known
            "127.0.0.1:1,127.0.0.1:2",
            """
            , "cluster": {"kind": "postgres", "reads": "all",
              "probe": {"interval": "100ms", "failedInterval": "100ms", "positionInterval": "10ms",
                "failoverInterval": "10ms", "discover": false}}\
            """),
        true);
  }

  private ToyPath(Path directory, Configuration configuration, boolean clustered) {
    cluster = clustered ? new ToyCluster(configuration.sources().get("main")) : null;
    servers = clustered ? new ToyNode(configuration.sources().get("main"), cluster) : new ToyNode();
    watch = clustered ? new ToyWatch(configuration, cluster, servers.pools()) : null;
    VirtualDatabase virtual = configuration.vdbs().get("app");
    SecureRandom random = new SecureRandom();
    MemoryBudget budget = new MemoryBudget(16 << 20, 1);
    actions =
        new RuleActions(
            directory,
            configuration,
            new SourceLogins(),
            source -> dialect.actions().orElseThrow(),
            unheard(ActionEvents.class),
            new WriterGuards(),
            1);
    sessions =
        new LoopSessions(
            servers.context(),
            metrics.loop(0),
            new LoopClients(),
            new LoopSessions.Judging(
                dialect.statements(), new StatementTimes(), 1, 2, Runnable::run),
            dialect.naming().apply(0),
            budget);
    node =
        new NodeContext(
            new NodeAccess(
                configuration::node,
                new CancelRegistry(FleetNumbers.of(1), random),
                servers.connector(),
                new Limit(0),
                new UserLimits(),
                NonceSource.random(random),
                new FailedLogIns(System::nanoTime),
                new Directory(null),
                Runnable::run,
                unheard(ClientEvents.class)),
            unheard(SessionEvents.class),
            new Consoles(unheard(Console.class), unheard(Console.class)),
            actions,
            Optional.empty());
    UserDirectory users =
        new UserDirectory(
            configuration.users().values(), new UserSalts(new byte[32]), new ScramKeyCache(16));
    vdb =
        new VdbContext(
            "app",
            servers.pools(),
            dialect.notifications(),
            new VdbContext.Settings(
                new VdbAccess.Settings(
                    virtual,
                    new Authenticator(
                        "app",
                        new AuthTable(virtual.auth()),
                        users,
                        virtual.credentials() == Credentials.PASSTHROUGH),
                    users,
                    null,
                    null),
                new RulesAndCatalogues(
                    RuleBook.compile(configuration, virtual, dialect.statements(), null),
                    Catalogues.unread(
                        configuration.sources().get("main"),
                        database -> Catalogue.unknown(database, dialect.catalogue().own()),
                        new CatalogueMemory(budget.ofNode(BudgetedCache.CATALOGUES)))),
                Map.of(),
                Map.of(),
                Optional.empty()));
  }

  private static Configuration configuration(
      Path directory, String settings, String rules, String hosts, String more) throws Exception {
    for (String folder : List.of("sources", "vdbs", "users", "rules")) {
      Files.createDirectories(directory.resolve(folder));
    }
    Files.writeString(directory.resolve("node.json"), "{}");
    Files.writeString(
        directory.resolve("sources/main.json"),
        "{\"url\": \"jdbc:postgresql://"
            + hosts
            + "/app\", \"user\": \"db\", \"password\": \"db\","
            + " \"tls\": {\"mode\": \"disable\"}, \"catalog\": {\"enabled\": false}"
            + more
            + "}");
    Files.writeString(directory.resolve("rules/all.json"), "{\"rules\": " + rules + "}");
    Files.writeString(
        directory.resolve("vdbs/app.json"),
        "{\"source\": \"main\", \"ports\": [1], \"rules\": [\"all\"],"
            + " \"auth\": [{\"method\": \"trust\"}]"
            + (settings.isEmpty() ? "" : ", " + settings)
            + "}");
    Files.writeString(directory.resolve("users/ann.json"), "{\"password\": \"secret\"}");
    return ConfigurationReader.read(directory);
  }

  /** A listener whom nothing concerns that is told here. */
  private static <T> T unheard(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> method.getReturnType() == boolean.class ? false : null));
  }

  /** A client that has logged in. */
  Client client() {
    return client(0);
  }

  /** The same that has agreed on something. */
  Client client(int capabilities) {
    Client client = new Client(capabilities);
    clients.add(client);
    servers.run();
    client.told();
    return client;
  }

  /** Servers that were connected to, the last one last. */
  List<ToyServer> servers() {
    return servers.servers();
  }

  ToyServer server() {
    return servers.servers().get(servers.servers().size() - 1);
  }

  /** What is known of the cluster. */
  ClusterView view() {
    return watch.view();
  }

  /** Those of a cluster. */
  ToyCluster cluster() {
    return cluster;
  }

  /** Goes on until that is so. */
  void until(BooleanSupplier so) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!so.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("what was to come about has not");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      run();
    }
  }

  void run() {
    if (watch != null) {
      watch.follow();
    }
    servers.run();
    clients.forEach(client -> client.channel.runPendingTasks());
    servers.run();
  }

  @Override
  public void close() {
    clients.forEach(client -> client.channel.finishAndReleaseAll());
    if (watch != null) {
      watch.close();
    }
    servers.close();
    actions.close();
    metrics.close();
  }

  /** One client's end. */
  final class Client {
    private final EmbeddedChannel channel = new EmbeddedChannel();

    private Client(int capabilities) {
      SessionFactory factory =
          new SessionFactory() {
            @Override
            public ChannelHandler session(Login login, StartupVariables given, Channel at) {
              return new ClientSession(node, vdb, dialect.sessions(), sessions, login, given, at);
            }

            @Override
            public ChannelHandler console(Login login, Channel at) {
              throw new IllegalStateException("nobody is an operator here");
            }
          };
      ClientLogin login =
          new ClientLogin(
              new LogInServices(
                  node.access(),
                  vdb.access(),
                  new LoopAccess(servers.context(), metrics.loop(0), sessions.clients()),
                  dialect.clients(),
                  factory));
      login.address(new InetSocketAddress("127.0.0.1", 1));
      channel.pipeline().addLast(login);
      ByteBuf out = Unpooled.buffer();
      ToyFrame.write(
          out,
          ToyFrame.LOG_IN,
          1,
          to -> {
            to.writeInt(capabilities);
            ToyFrame.part(to, "ann");
            ToyFrame.part(to, "");
          });
      channel.writeInbound(out);
    }

    /** Sends a request, and says what it was told since it was last asked. */
    List<String> asks(byte type, byte[] body) {
      ByteBuf out = Unpooled.buffer();
      ToyFrame.write(out, type, 77, body);
      channel.writeInbound(out);
      run();
      return told();
    }

    List<String> asks(String sql) {
      return asks(ToyFrame.QUERY, ToyFrame.text(sql));
    }

    /** Without the tokens of servers. */
    List<String> told() {
      List<String> told = new ArrayList<>();
      ByteBuf all = Unpooled.buffer();
      for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
        all.writeBytes(piece);
        piece.release();
      }
      int end = all.writerIndex();
      for (int at = 0, length = ToyFrame.length(all, at, end);
          length > 0;
          at += length, length = ToyFrame.length(all, at, end)) {
        told.add(ToyClient.words(all, at));
      }
      return told;
    }

    boolean open() {
      return channel.isOpen();
    }
  }
}
