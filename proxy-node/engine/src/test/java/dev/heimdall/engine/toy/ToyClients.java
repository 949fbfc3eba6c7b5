package dev.heimdall.engine.toy;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientProtocol;
import dev.heimdall.engine.client.LogInDialogue;
import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.net.HandshakePackets;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * Clients of a protocol that is as unlike PostgreSQL's as it may be: the server speaks first, and
 * its greeting holds a challenge before it knows the user; capabilities are agreed; the server may
 * ask for another proof than the one that came with the request; frames are numbered; a TLS
 * handshake travels inside them.
 */
final class ToyClients implements ClientProtocol {
  @Override
  public LogInDialogue logIn(LogInHost login, Login before) {
    return new ToyDialogue(login);
  }

  /** They are mixed with a key. */
  @Override
  public boolean hidesPasswords() {
    return true;
  }

  @Override
  public Optional<HandshakePackets> handshakePackets() {
    return Optional.of(new ToyHandshake());
  }

  @Override
  public void cancelRequest(ByteBuf out, CancelKey key) {
    ToyFrame.write(
        out, ToyFrame.CANCEL, 0, to -> to.writeInt(key.session()).writeBytes(key.secret()));
  }
}
