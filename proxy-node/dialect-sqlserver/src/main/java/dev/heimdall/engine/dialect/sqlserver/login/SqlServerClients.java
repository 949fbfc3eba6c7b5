package dev.heimdall.engine.dialect.sqlserver.login;

import dev.heimdall.engine.client.ClientProtocol;
import dev.heimdall.engine.client.LogInDialogue;
import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.net.HandshakePackets;
import java.util.Optional;

/** Clients that speak TDS, from 7.1 to 8.0. */
public final class SqlServerClients implements ClientProtocol {
  @Override
  public LogInDialogue logIn(LogInHost login, Login before) {
    return new Login7Dialogue(login);
  }

  @Override
  public Optional<HandshakePackets> handshakePackets() {
    return Optional.of(new PreloginPackets());
  }
}
