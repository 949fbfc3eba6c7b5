package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.Fence;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.dialect.postgres.server.PostgresServers;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.Transport;
import dev.heimdall.engine.prepared.StatementRoom;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.launcher.postgres.PostgresServer;
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
import dev.heimdall.test.fixture.SharedPostgres;
import io.netty.channel.EventLoopGroup;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A former writer that has come back as a replica, before anybody has asked what it is now. */
class StandbyAsWriterIT {
  private static final EventLoopGroup GROUP = Transport.NIO.open(1);
  private static final ExecutorService OFF_LOOP = Executors.newSingleThreadExecutor();

  @AfterAll
  static void end() {
    GROUP.shutdownGracefully();
    OFF_LOOP.shutdownNow();
  }

  @Test
  void isNotConnectedToAsTheWriterAndIsAsAReplica() throws Exception {
    PostgresServer standby = SharedPostgres.cluster().replicas().get(0);

    assertThatThrownBy(() -> connect(standby, true))
        .hasRootCauseInstanceOf(ConnectFailure.class)
        .hasRootCauseMessage(
            "the server at %s:%d is in hot standby (in_hot_standby), and not the writer any more"
                .formatted(standby.host(), standby.port()));
    assertThat(connect(standby, false)).isNotNull();
    assertThat(connect(SharedPostgres.primary(), true)).isNotNull();
  }

  private static ServerConnection connect(PostgresServer to, boolean writer)
      throws InterruptedException, ExecutionException, TimeoutException {
    LoopContext context = new LoopContext(0, GROUP.next());
    PostgresServers servers =
        new PostgresServers(new ScramKeyCache(8), NonceSource.random(new SecureRandom()), OFF_LOOP);
    CompletableFuture<ServerConnection> made = new CompletableFuture<>();
    context
        .loop()
        .execute(
            () ->
                new ServerConnector(Transport.NIO, source -> servers, OFF_LOOP)
                    .connect(
                        context,
                        target(to, writer),
                        new ConnectionKeeper() {
                          @Override
                          public void serverClosed(ServerConnection connection) {}

                          @Override
                          public void cancelsDone(ServerConnection connection) {}
                        },
                        new ServerConnector.Handler() {
                          @Override
                          public void connected(ServerConnection connection) {
                            connection.close("the test has seen it");
                            made.complete(connection);
                          }

                          @Override
                          public void failed(ConnectFailure failure) {
                            made.completeExceptionally(failure);
                          }
                        }));
    return made.get(20, TimeUnit.SECONDS);
  }

  private static ServerTarget target(PostgresServer to, boolean writer) {
    DataSource source =
        new DataSource(
            "s",
            Engine.POSTGRESQL,
            "jdbc:postgresql://%s:%d/app".formatted(to.host(), to.port()),
            Optional.empty(),
            Optional.empty(),
            SourceCredentials.none(),
            new BackendTls(
                TlsMode.DISABLE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                ChannelBinding.PREFER,
                false),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Map.of(),
            new CatalogSettings(false, Optional.empty(), Optional.empty(), Duration.ofMinutes(1)),
            Optional.empty(),
            ClusterSettings.defaults(),
            ChangeSettings.defaults());
    return new ServerTarget(
        source,
        null,
        SharedPostgres.DATABASE,
        ServerCredential.password(SharedPostgres.USER, new Secret(SharedPostgres.PASSWORD)),
        Capabilities.NONE,
        Map.of(),
        StatementRoom.alone(100),
        writer ? ServerTarget.Part.WRITER : ServerTarget.Part.NONE,
        writer,
        Fence.NONE);
  }
}
