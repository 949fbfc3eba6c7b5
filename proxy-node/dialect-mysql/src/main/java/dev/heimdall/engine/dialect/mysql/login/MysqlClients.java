package dev.heimdall.engine.dialect.mysql.login;

import dev.heimdall.engine.client.ClientProtocol;
import dev.heimdall.engine.client.LogInDialogue;
import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.dialect.mysql.answer.MysqlEncoder;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;

/** Clients that speak the protocol of MySQL and MariaDB. */
public final class MysqlClients implements ClientProtocol {
  private final RsaKey key = new RsaKey();
  private final Compression.Tools compression = new Compression.Tools();

  @Override
  public LogInDialogue logIn(LogInHost login, Login before) {
    return new HandshakeDialogue(login, key, compression, before);
  }

  @Override
  public boolean logsInAgain() {
    return true;
  }

  /** They are sent under a key where there is no TLS. */
  @Override
  public boolean hidesPasswords() {
    return true;
  }

  /** MariaDB's own client, as of 11.4, insists on it there as everywhere. */
  @Override
  public boolean tlsOnUnixSockets() {
    return true;
  }

  @Override
  public Agreed agreed(StateReader state) {
    MysqlEncoder encoder = MysqlEncoder.read(state);
    return new Agreed(encoder, new AgreedCapabilities(encoder.capabilities(), state.number()));
  }
}
