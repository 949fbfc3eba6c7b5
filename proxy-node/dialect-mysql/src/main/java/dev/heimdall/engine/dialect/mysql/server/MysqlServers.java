package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.dialect.mysql.fleet.PassedKill;
import dev.heimdall.engine.fleet.FleetKeys;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Communication of the node with MySQL and MariaDB servers. */
public final class MysqlServers implements ServerProtocol {
  private final SecureRandom chance = new SecureRandom();
  private final Executor offLoop;

  /**
   * @param offLoop where proofs are made that take milliseconds
   */
  public MysqlServers(Executor offLoop) {
    this.offLoop = offLoop;
  }

  @Override
  public LogInHandler logIn(
      ServerTarget target, ServerCredential credential, LogInHandler.Outcome outcome) {
    return new MysqlServerLogIn(
        target, credential, chance, offLoop, this::logInForOne, true, outcome);
  }

  /** For a single command. */
  private LogInHandler logInForOne(
      ServerTarget target, ServerCredential credential, LogInHandler.Outcome outcome) {
    return new MysqlServerLogIn(
        target, credential, chance, offLoop, this::logInForOne, false, outcome);
  }

  @Override
  public CancelConnections.Request killRequest(
      CancelRoute route, FleetKeys keys, KillRequest request, Consumer<KillOutcome> told) {
    return new PassedKill(route, keys, request, told);
  }
}
