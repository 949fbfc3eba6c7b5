package dev.heimdall.test.mysql;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.Fence;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.dialect.mysql.server.MysqlRequests;
import dev.heimdall.engine.dialect.mysql.server.MysqlServers;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.engine.net.Transport;
import dev.heimdall.engine.prepared.StatementRoom;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ChannelBinding;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Secret;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.model.TlsMode;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The node's side of connections to MySQL servers, without pools and clients. */
final class ServerLink implements AutoCloseable {
  private static final long SECONDS = 20;

  private final EventLoopGroup group = Transport.NIO.open(1);
  private final ExecutorService offLoop = Executors.newSingleThreadExecutor();
  private final LoopContext context = new LoopContext(0, group.next());
  private final MysqlServers servers = new MysqlServers(offLoop);
  final ServerConnector connector = new ServerConnector(Transport.NIO, source -> servers, offLoop);

  /** How to connect; TLS is not used unless a certificate authority is named. */
  record LogInRequest(
      int port,
      String user,
      String password,
      String database,
      long capabilities,
      TlsMode tls,
      Path authority,
      Map<String, String> parameters,
      boolean writable) {
    LogInRequest(int port, String user, String password, String database) {
      this(port, user, password, database, 0, TlsMode.DISABLE, null, Map.of(), false);
    }

    LogInRequest tls(TlsMode mode, Path trusted) {
      return new LogInRequest(
          port, user, password, database, capabilities, mode, trusted, parameters, writable);
    }

    LogInRequest agreed(long flags) {
      return new LogInRequest(
          port, user, password, database, flags, tls, authority, parameters, writable);
    }

    LogInRequest with(Map<String, String> values) {
      return new LogInRequest(
          port, user, password, database, capabilities, tls, authority, values, writable);
    }

    /** As the writer of a cluster that allowed writes when it was asked last. */
    LogInRequest asWriter() {
      return new LogInRequest(
          port, user, password, database, capabilities, tls, authority, parameters, true);
    }

    private ServerTarget target() throws IOException {
      BackendTls settings =
          new BackendTls(
              tls,
              Optional.ofNullable(authority),
              Optional.empty(),
              Optional.empty(),
              ChannelBinding.PREFER,
              false);
      DataSource source =
          new DataSource(
              "s",
              Engine.MYSQL,
              "jdbc:mysql://localhost:" + port,
              Optional.empty(),
              Optional.empty(),
              SourceCredentials.none(),
              settings,
              Duration.ofSeconds(5),
              Duration.ofSeconds(30),
              Duration.ofSeconds(30),
              parameters,
              new CatalogSettings(false, Optional.empty(), Optional.empty(), Duration.ofMinutes(1)),
              Optional.empty(),
              ClusterSettings.defaults(),
              ChangeSettings.defaults());
      return new ServerTarget(
          source,
          tls == TlsMode.DISABLE ? null : TlsContexts.forServer(settings, List.of()),
          database,
          password == null
              ? ServerCredential.withoutSecret(user)
              : ServerCredential.password(user, new Secret(password)),
          new AgreedCapabilities(capabilities),
          Map.of(),
          StatementRoom.alone(100),
          writable ? ServerTarget.Part.WRITER : ServerTarget.Part.NONE,
          writable,
          Fence.NONE);
    }
  }

  /** What has become of something of the node's own. */
  static final class Reply extends InternalQuery {
    final CompletableFuture<Reply> done = new CompletableFuture<>();
    final Map<String, String> reported = new ConcurrentSkipListMap<>();
    Position wrote;
    List<List<String>> rows;
    ServerError error;
    TransactionState status;

    Reply() {
      super(true);
    }

    @Override
    public void parameterChanged(ServerConnection from, String name, String value) {
      reported.put(name, value);
    }

    @Override
    public void wrote(ServerConnection from, Position position) {
      wrote = position;
    }

    @Override
    protected void done(ServerConnection from, ServerError why) {
      error = why;
      rows = rows();
      status = from.status();
      done.complete(this);
    }
  }

  /** A connection, used from another thread than its own. */
  final class Connected {
    final ServerConnection connection;
    final CompletableFuture<String> closed;

    Connected(ServerConnection connection, CompletableFuture<String> closed) {
      this.connection = connection;
      this.closed = closed;
    }

    Reply ask(BiConsumer<MysqlRequests, Reply> what) {
      return get(begin(what).done);
    }

    Reply begin(BiConsumer<MysqlRequests, Reply> what) {
      Reply reply = new Reply();
      onLoop(made -> what.accept((MysqlRequests) made.requests(), reply));
      return reply;
    }

    Reply query(String sql) {
      return ask((requests, reply) -> requests.query(sql, reply));
    }

    void onLoop(Consumer<ServerConnection> what) {
      context
          .loop()
          .execute(
              () -> {
                context.beginEvent();
                what.accept(connection);
                context.endEvent();
              });
    }
  }

  Connected connect(LogInRequest wish) throws ConnectFailure, IOException {
    CompletableFuture<ServerConnection> made = new CompletableFuture<>();
    CompletableFuture<String> closed = new CompletableFuture<>();
    ServerTarget target = wish.target();
    context
        .loop()
        .execute(
            () ->
                connector.connect(
                    context,
                    target,
                    new ConnectionKeeper() {
                      @Override
                      public void serverClosed(ServerConnection connection) {
                        closed.complete(connection.ending().reason());
                      }

                      @Override
                      public void cancelsDone(ServerConnection connection) {}
                    },
                    new ServerConnector.Handler() {
                      @Override
                      public void connected(ServerConnection connection) {
                        made.complete(connection);
                      }

                      @Override
                      public void failed(ConnectFailure failure) {
                        made.completeExceptionally(failure);
                      }
                    }));
    try {
      return new Connected(made.get(SECONDS, TimeUnit.SECONDS), closed);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ConnectFailure failure) {
        throw failure;
      }
      throw new AssertionError(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    offLoop.shutdown();
  }
}
