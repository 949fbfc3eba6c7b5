package dev.heimdall.engine.kit;

import dev.heimdall.engine.auth.AuthTable;
import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.FailedLogIns;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.auth.UserSalts;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.ClientEvents;
import dev.heimdall.engine.client.ClientLogin;
import dev.heimdall.engine.client.ClientProtocol;
import dev.heimdall.engine.client.CloseReason;
import dev.heimdall.engine.client.Directory;
import dev.heimdall.engine.client.LogInServices;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.LoopAccess;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.client.NodeAccess;
import dev.heimdall.engine.client.SessionFactory;
import dev.heimdall.engine.client.UserLimits;
import dev.heimdall.engine.client.VdbAccess;
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.AuthMethod;
import dev.heimdall.model.AuthRule;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.VirtualDatabase;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The log-ins of one virtual database in one dialect, without sockets, and what is said of them.
 */
public abstract class LogInBench implements SessionFactory, ClientEvents, AutoCloseable {
  private final Metrics metrics = new Metrics("test", 1, 10);
  private final LoopClients clients = new LoopClients();
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private final List<ServerError> refusals = new ArrayList<>();
  private final List<String> guessed = new ArrayList<>();
  private final List<String> tlsFailures = new ArrayList<>();
  private final ClientProtocol protocol;
  private final NodeAccess node;
  private final VdbAccess vdb;
  private int protocolErrors;

  /**
   * @param vdb members of its document
   * @param method how everybody proves who it is
   * @param users documents by their names
   * @param tls null for none
   */
  protected LogInBench(
      ClientProtocol protocol,
      Path directory,
      String vdb,
      AuthMethod method,
      Map<String, String> users,
      SslContext tls)
      throws Exception {
    this.protocol = protocol;
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
        "{\"source\": \"main\", \"ports\": [1], \"auth\": [{\"method\": \"trust\"}], " + vdb + "}");
    for (Map.Entry<String, String> user : users.entrySet()) {
      Files.writeString(directory.resolve("users/" + user.getKey() + ".json"), user.getValue());
    }
    SecureRandom random = new SecureRandom();
    Configuration configuration = ConfigurationReader.read(directory);
    VirtualDatabase settings = configuration.vdbs().get("app");
    UserDirectory known =
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
    AuthTable table = new AuthTable(List.of(by(method, settings.auth().get(0))));
    this.vdb =
        new VdbAccess(
            "app",
            null,
            new VdbAccess.Settings(
                settings, new Authenticator("app", table, known), known, tls, null));
  }

  /** A method that needs TLS may not be written where there is none. */
  private static AuthRule by(AuthMethod method, AuthRule trusts) {
    return new AuthRule(
        trusts.type(), trusts.databases(), trusts.users(), trusts.address(), method, List.of());
  }

  public final EmbeddedChannel connect() {
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

  protected final NodeAccess node() {
    return node;
  }

  protected final VdbAccess vdb() {
    return vdb;
  }

  /** Who has a session. */
  public final LoopClients clients() {
    return clients;
  }

  public final List<ServerError> refusals() {
    return refusals;
  }

  /** Users whose passwords were guessed so often that answers are slow. */
  public final List<String> guessed() {
    return guessed;
  }

  public final List<String> tlsFailures() {
    return tlsFailures;
  }

  public final int protocolErrors() {
    return protocolErrors;
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
    guessed.add(user);
  }

  @Override
  public void tlsFailed(String name, SocketAddress client, String why) {
    tlsFailures.add(why);
  }

  @Override
  public void protocolError() {
    protocolErrors++;
  }

  @Override
  public void cancelUnknown() {}

  @Override
  public void closed(Client client, CloseReason why) {}

  @Override
  public final void close() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    metrics.close();
  }
}
