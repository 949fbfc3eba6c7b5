package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.ServerAuthentication.Answer;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.SecureRandom;
import java.util.concurrent.Executor;

/**
 * Logs a connection in again as who it is, to no database (COM_CHANGE_USER): nothing else takes a
 * default database away.
 */
final class ChangeUser {
  private final ServerCredential credential;
  private final boolean tls;
  private final SecureRandom chance;
  private final Executor offLoop;
  private final int collation;
  private final boolean attributes;

  /** Of the log-in in progress. */
  private ServerAuthentication authentication;

  /**
   * @param tls whether the connection is encrypted
   * @param offLoop where proofs are made that take milliseconds
   * @param collation that the log-in asks for
   * @param attributes whether the server takes attributes of connections
   */
  ChangeUser(
      ServerCredential credential,
      boolean tls,
      SecureRandom chance,
      Executor offLoop,
      int collation,
      boolean attributes) {
    this.credential = credential;
    this.tls = tls;
    this.chance = chance;
    this.offLoop = offLoop;
    this.collation = collation;
    this.attributes = attributes;
  }

  /** Returns the body of the command: no proof and no method, so that the server requests them. */
  byte[] begin() {
    authentication = new ServerAuthentication(credential, tls, chance);
    ByteBuf out = Unpooled.buffer(64);
    Handshake.writeZeroEnded(out, credential.user());
    out.writeByte(0);
    Handshake.writeZeroEnded(out, "");
    out.writeShortLE(collation);
    Handshake.writeZeroEnded(out, "");
    if (attributes) {
      MysqlServerLogIn.attributes(out);
    }
    byte[] body = new byte[out.readableBytes()];
    out.readBytes(body);
    return body;
  }

  /** The server asks for a proof, or for more of it. */
  void asked(ServerConnection connection, ByteBuf payload, int number) {
    try {
      Answer answer = authentication.next(payload);
      if (answer == null) {
        return;
      }
      if (!answer.slow()) {
        connection.write(packet(connection, number + 1, answer.made()));
        return;
      }
      offLoop.execute(
          () -> {
            try {
              byte[] proof = answer.made();
              connection
                  .context()
                  .loop()
                  .execute(() -> proved(connection, packet(connection, number + 1, proof)));
            } catch (AuthException | ConnectFailure e) {
              connection.context().loop().execute(() -> failed(connection, e));
            }
          });
    } catch (AuthException | ConnectFailure e) {
      failed(connection, e);
    }
  }

  private static void proved(ServerConnection connection, ByteBuf packet) {
    if (connection.closed()) {
      packet.release();
      return;
    }
    connection.write(packet);
    connection.flushNow();
  }

  private static void failed(ServerConnection connection, Exception why) {
    connection.close("it cannot log in again: " + why.getMessage());
  }

  private static ByteBuf packet(ServerConnection connection, int number, byte[] payload) {
    ByteBuf out = connection.allocate(Packet.HEADER + payload.length);
    int at = Packet.begin(out, number);
    out.writeBytes(payload);
    Packet.end(out, at);
    return out;
  }
}
