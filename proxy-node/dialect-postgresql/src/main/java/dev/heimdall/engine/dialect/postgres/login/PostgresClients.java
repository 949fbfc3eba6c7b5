package dev.heimdall.engine.dialect.postgres.login;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.client.ClientProtocol;
import dev.heimdall.engine.client.LogInDialogue;
import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/** Clients that speak PostgreSQL's protocol, version 3. */
public final class PostgresClients implements ClientProtocol {
  private final ClientEncoder encoder;

  /**
   * @param encoder of all that they are answered
   */
  public PostgresClients(ClientEncoder encoder) {
    this.encoder = encoder;
  }

  @Override
  public boolean provesByScram() {
    return true;
  }

  @Override
  public LogInDialogue logIn(LogInHost login, Login before) {
    return new StartupDialogue(login, encoder);
  }

  /** Nothing is agreed with its clients. */
  @Override
  public Agreed agreed(StateReader state) {
    return new Agreed(encoder, Capabilities.NONE);
  }

  @Override
  public void cancelRequest(ByteBuf out, CancelKey key) {
    PgWriter.cancelRequest(out, key.session(), key.secret());
  }
}
