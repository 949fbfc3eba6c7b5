package dev.heimdall.engine.session;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.model.DataSource;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tries a log-in at the server on a connection for nothing else, where the node itself cannot check
 * a password. Pools come only after that: a guess must not make one, and a password that was
 * changed at the server must not live on in one.
 */
final class ServerTrial implements ServerConnection.Listener, ServerConnector.Handler {
  private final Consumer<PgError> outcome;

  private ServerTrial(Consumer<PgError> outcome) {
    this.outcome = outcome;
  }

  /**
   * @param database as the client names it
   * @param outcome told on the loop: null when the server accepted, else what it said
   */
  static void begin(
      ServerConnector connector,
      VdbContext vdb,
      LoopContext loop,
      String database,
      ServerCredential credential,
      Consumer<PgError> outcome) {
    String atServer = vdb.serverDatabase(database);
    if (atServer == null) {
      AuthFailure unknown = AuthFailure.unknownDatabase(database);
      outcome.accept(PgError.fatal(unknown.sqlState(), unknown.message()));
      return;
    }
    DataSource server = vdb.pools().server();
    if (server == null) {
      outcome.accept(vdb.pools().unreachable());
      return;
    }
    ServerTrial trial = new ServerTrial(outcome);
    connector.connect(
        loop,
        new ServerTarget(server, vdb.pools().plan().tls(), atServer, credential, Map.of(), 0),
        trial,
        trial);
  }

  @Override
  public void connected(ServerConnection connection) {
    connection.close("the log-in of a client was tried");
    outcome.accept(null);
  }

  @Override
  public void failed(ConnectFailure failure) {
    outcome.accept(failure.error());
  }

  @Override
  public void serverClosed(ServerConnection connection) {}

  @Override
  public void cancelsDone(ServerConnection connection) {}
}
