package dev.heimdall.engine.dialect.mysql.login;

import dev.heimdall.engine.auth.AuthTable;
import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.FailedLogIns;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.auth.UserSalts;
import dev.heimdall.engine.client.Admission;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.ClientEvents;
import dev.heimdall.engine.client.ClientLogin;
import dev.heimdall.engine.client.CloseReason;
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
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.ServerHello;
import dev.heimdall.model.AuthMethod;
import dev.heimdall.model.AuthRule;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.VirtualDatabase;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The log-ins of one virtual database, whose servers have said once what they are. */
final class LogInBench implements SessionFactory, ClientEvents, AutoCloseable {
  static final ServerHello SERVER = new ServerHello("9.7.4", 0xFFFFFFFFL, 255, 2);

  private final Metrics metrics = new Metrics("test", 1, 10);
  private final LoopClients clients = new LoopClients();
  private final MysqlClients protocol = new MysqlClients();
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private final NodeAccess node;
  private final VdbAccess vdb;

  /** Who has got in. */
  final List<Login> sessions = new ArrayList<>();

  final List<ServerError> refusals = new ArrayList<>();
  int guesses;
  int protocolErrors;

  /**
   * @param users documents by their names
   */
  LogInBench(Path directory, AuthMethod method, Map<String, String> users) throws Exception {
    for (String folder : List.of("sources", "vdbs", "users")) {
      Files.createDirectories(directory.resolve(folder));
    }
    // A busy machine takes its time to make the key for passwords.
    Files.writeString(directory.resolve("node.json"), "{\"loginTimeout\": \"5m\"}");
    Files.writeString(
        directory.resolve("sources/main.json"),
        "{\"url\": \"jdbc:postgresql://server/app\", \"user\": \"db\", \"password\": \"db\","
            + " \"tls\": {\"mode\": \"disable\"}}");
    Files.writeString(
        directory.resolve("vdbs/app.json"),
        "{\"source\": \"main\", \"ports\": [1], \"databases\": {\"shop\": \"shop\"},"
            + " \"clients\": {\"max\": 2}, \"auth\": [{\"method\": \"trust\"}]}");
    for (Map.Entry<String, String> user : users.entrySet()) {
      Files.writeString(directory.resolve("users/" + user.getKey() + ".json"), user.getValue());
    }
    SecureRandom random = new SecureRandom();
    Configuration configuration = ConfigurationReader.read(directory);
    VirtualDatabase settings = configuration.vdbs().get("app");
    UserDirectory directoryOfUsers =
        new UserDirectory(
            configuration.users().values(), new UserSalts(new byte[32]), new ScramKeyCache(4));
    node =
        new NodeAccess(
            configuration::node,
            new CancelRegistry(FleetNumbers.of(1), random),
            null,
            new Limit(0),
            new UserLimits(),
            NonceSource.random(random),
            new FailedLogIns(System::nanoTime),
            new Directory(null),
            Runnable::run,
            this);
    AuthRule any = settings.auth().get(0);
    AuthTable table =
        new AuthTable(
            List.of(
                new AuthRule(
                    any.type(), any.databases(), any.users(), any.address(), method, List.of())));
    vdb =
        new VdbAccess(
            "app",
            null,
            new VdbAccess.Settings(
                settings,
                new Authenticator("app", table, directoryOfUsers),
                directoryOfUsers,
                null,
                null));
    vdb.learnt(SERVER.greeting());
  }

  EmbeddedChannel connect() {
    EmbeddedChannel channel = new EmbeddedChannel();
    ClientLogin login =
        new ClientLogin(
            new LogInServices(
                node,
                vdb,
                new LoopAccess(new LoopContext(0, channel.eventLoop()), metrics.loop(0), clients),
                protocol,
                this));
    login.address(new InetSocketAddress("127.0.0.1", 1));
    channel.pipeline().addLast(login);
    channels.add(channel);
    return channel;
  }

  /** Whether some session, or log-in, has this number. */
  boolean knows(int number) {
    return node.cancels().byId(number) != null;
  }

  @Override
  public ChannelHandler session(Login login, StartupVariables given, Channel channel) {
    return new ChannelInboundHandlerAdapter() {
      private final Client client =
          (Client)
              Proxy.newProxyInstance(
                  Client.class.getClassLoader(),
                  new Class<?>[] {Client.class},
                  (proxy, method, arguments) ->
                      switch (method.getName()) {
                        case "login" -> login;
                        case "hashCode" -> System.identityHashCode(proxy);
                        case "equals" -> proxy == arguments[0];
                        default -> throw new UnsupportedOperationException(method.getName());
                      });
      private final Admission admission = new Admission(node, vdb, clients, client);

      @Override
      public void handlerAdded(ChannelHandlerContext ctx) {
        var out = ctx.alloc().buffer();
        ServerError full = admission.acquireSlots();
        if (full != null) {
          login.encoder().error(full, out);
        } else {
          login.encoder().welcome(SERVER.greeting(), null, admission.register(), out);
          sessions.add(login);
        }
        ctx.writeAndFlush(out);
      }

      @Override
      public void channelInactive(ChannelHandlerContext ctx) {
        admission.release();
      }
    };
  }

  @Override
  public ChannelHandler console(Login login, Channel channel) {
    throw new IllegalStateException("nobody is an operator here");
  }

  @Override
  public void loggedIn(Client client) {}

  @Override
  public void refused(
      String name, SocketAddress client, String user, String database, ServerError why) {
    refusals.add(why);
  }

  @Override
  public void slowed(String name, SocketAddress client, String user, Duration delay) {
    guesses++;
  }

  @Override
  public void tlsFailed(String name, SocketAddress client, String why) {}

  @Override
  public void protocolError() {
    protocolErrors++;
  }

  @Override
  public void cancelUnknown() {}

  @Override
  public void closed(Client client, CloseReason why) {}

  @Override
  public void close() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    metrics.close();
  }
}
