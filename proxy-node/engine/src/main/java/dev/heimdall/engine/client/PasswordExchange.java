package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthDecision;
import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.ScramServer;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.LoginChecks;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A client proves who it is by a password, in the way that was decided: from our request to what
 * its session may use at the server.
 */
final class PasswordExchange {
  /** PostgreSQL's limits: a password may be a token of some identity provider. */
  private static final int MAX_PROOF = 1024;

  private static final int MAX_PASSWORD = 64 * 1024;

  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopContext loop;
  private final AuthDecision decision;
  private final String database;
  private final Outcome outcome;
  private ScramServer scram;
  private boolean saslBegun;
  private byte[] md5Salt;

  /** Told on the client's loop, perhaps when the client has gone. */
  interface Outcome {
    /** The password is being checked elsewhere; one of the others follows. */
    void checking();

    /** The client is who it says. */
    void admitted(ServerCredential credential);

    void refused(AuthFailure failure);

    /** The server did, or could not be asked. */
    void refused(ServerError error);
  }

  /**
   * @param decision that a password is asked for
   * @param database the client's name of it, for a server that is to check the password
   */
  PasswordExchange(
      NodeAccess node,
      VdbAccess vdb,
      LoopContext loop,
      AuthDecision decision,
      String database,
      Outcome outcome) {
    this.node = node;
    this.vdb = vdb;
    this.loop = loop;
    this.decision = decision;
    this.database = database;
    this.outcome = outcome;
  }

  /**
   * Sends the request.
   *
   * @param tlsServerEndPoint what binds the exchange to the TLS channel; null without TLS
   */
  void begin(ChannelHandlerContext ctx, byte[] tlsServerEndPoint) {
    ByteBuf out = ctx.alloc().buffer(64);
    switch (decision.exchange()) {
      case SCRAM -> {
        scram = decision.scram(tlsServerEndPoint, node.nonces());
        PgWriter.authenticationSasl(out, scram.mechanisms().toArray(new String[0]));
      }
      case MD5 -> {
        md5Salt = node.cancels().newSecret(4);
        PgWriter.authenticationMd5(out, md5Salt);
      }
      case CLEAR_TEXT -> PgWriter.authenticationCleartext(out);
      case ACCEPTED, REFUSED -> {
        out.release();
        throw nothingAsked();
      }
    }
    ctx.writeAndFlush(out);
  }

  /** How long the client's next message may be: who sends it has proved nothing yet. */
  int longestAnswer() {
    return decision.exchange() == AuthDecision.Exchange.CLEAR_TEXT ? MAX_PASSWORD : MAX_PROOF;
  }

  /** The kind of message that is awaited, as PostgreSQL's errors call it. */
  String awaited() {
    return scram != null ? "SASL" : "password";
  }

  /** Whether the next password message holds what the client's proof is judged by. */
  boolean proves() {
    return scram == null || saslBegun;
  }

  /** The client has sent this in a password message. */
  void answered(ChannelHandlerContext ctx, byte[] body) throws AuthException, ProtocolException {
    switch (decision.exchange()) {
      case SCRAM -> scramMessage(ctx, body);
      case MD5 -> outcome.admitted(decision.admitMd5(md5Salt, withoutZero(body)));
      case CLEAR_TEXT -> clearText(ctx, withoutZero(body));
      case ACCEPTED, REFUSED -> throw nothingAsked();
    }
  }

  private static IllegalStateException nothingAsked() {
    return new IllegalStateException("no password was asked for");
  }

  private static byte[] withoutZero(byte[] body) {
    return body.length > 0 && body[body.length - 1] == 0
        ? Arrays.copyOf(body, body.length - 1)
        : body;
  }

  private void scramMessage(ChannelHandlerContext ctx, byte[] body)
      throws AuthException, ProtocolException {
    ByteBuf out = ctx.alloc().buffer(256);
    boolean sent = false;
    try {
      if (!saslBegun) {
        saslBegun = true;
        int nameEnd = 0;
        while (nameEnd < body.length && body[nameEnd] != 0) {
          nameEnd++;
        }
        int start = nameEnd + 5;
        if (start > body.length || !announced(body, nameEnd + 1, body.length - start)) {
          throw new ProtocolException("malformed SASL initial response");
        }
        String mechanism = new String(body, 0, nameEnd, StandardCharsets.UTF_8);
        byte[] first = Arrays.copyOfRange(body, start, body.length);
        PgWriter.authenticationSaslContinue(out, scram.first(mechanism, first));
        sent = true;
        ctx.writeAndFlush(out);
      } else {
        PgWriter.authenticationSaslFinal(out, scram.last(body));
        ServerCredential credential = decision.admit(scram.keys());
        sent = true;
        ctx.write(out);
        outcome.admitted(credential);
      }
    } finally {
      if (!sent) {
        out.release();
      }
    }
  }

  /** Whether the length at this place is the one of what follows; -1 stands for nothing at all. */
  private static boolean announced(byte[] body, int at, int following) {
    int length = ByteBuffer.wrap(body).getInt(at);
    return length == following || (length == -1 && following == 0);
  }

  /**
   * Pools come only after the server's decision: a guess must not make one, and a password that was
   * changed at the server must not live on in one.
   */
  private void serverDecides(ChannelHandlerContext ctx, ServerCredential credential) {
    String atServer = vdb.serverDatabase(database);
    if (atServer == null) {
      AuthFailure unknown = AuthFailure.unknownDatabase(database);
      outcome.refused(ServerError.fatal(unknown.sqlState(), unknown.message()));
      return;
    }
    vdb.pools()
        .logins()
        .checkNow(
            loop,
            new PoolKey(atServer, credential),
            System.nanoTime(),
            new LoginChecks.Outcome() {
              @Override
              public void accepted(long revision) {
                outcome.admitted(credential);
              }

              @Override
              public void rejected(ServerError why) {
                outcome.refused(why);
              }

              @Override
              public boolean awaited() {
                return ctx.channel().isActive();
              }
            });
  }

  private void clearText(ChannelHandlerContext ctx, byte[] password) throws AuthException {
    if (decision.serverDecides()) {
      ServerCredential credential = decision.forTheServer(password);
      outcome.checking();
      serverDecides(ctx, credential);
      return;
    }
    if (!decision.clearTextDerives(password)) {
      outcome.admitted(decision.admitClearText(password));
      return;
    }
    outcome.checking();
    node.offLoop()
        .execute(
            () -> {
              try {
                ServerCredential credential = decision.admitClearText(password);
                ctx.executor().execute(() -> outcome.admitted(credential));
              } catch (AuthException e) {
                ctx.executor().execute(() -> outcome.refused(e.failure()));
              }
            });
  }
}
