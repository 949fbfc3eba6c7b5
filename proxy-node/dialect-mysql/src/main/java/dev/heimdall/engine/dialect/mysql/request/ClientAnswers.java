package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.answer.MysqlEncoder;
import dev.heimdall.engine.dialect.mysql.answer.OwnAnswer;
import dev.heimdall.engine.dialect.mysql.server.ClientTracking;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;

/** Answers of the node itself to one client's commands, each of which is consumed. */
final class ClientAnswers {
  /** Status flags that servers report for a session, rather than for one of its statements. */
  private static final int OF_SESSION = StatusFlag.AUTOCOMMIT | StatusFlag.NO_BACKSLASH_ESCAPES;

  private static final int OF_TRANSACTION = StatusFlag.IN_READ_ONLY_TRANSACTION;

  /** Says to another process that the last answer was a server's. */
  private static final long OF_SERVER = -1;

  private final HandledClient client;
  private final ClientInput input;
  private final TransactionReplay notes;
  private final MysqlEncoder encoder;

  /** Session state changes that the client reads; null where it reads none. */
  private final ClientTracking tracking;

  private int status = StatusFlag.AUTOCOMMIT;

  /** Status that the server reports for the open transaction. */
  private int ofTransaction;

  private final OwnAnswer own;

  ClientAnswers(HandledClient client, ClientInput input, TransactionReplay notes) {
    this.client = client;
    this.input = input;
    this.notes = notes;
    this.encoder = (MysqlEncoder) client.encoder();
    this.own = encoder.own();
    this.tracking = encoder.tracks() ? new ClientTracking() : null;
  }

  /** A command of the client's is sent to a server, whose answer is the client's. */
  void begin(ServerConnection server, byte command) {
    ServerSide.of(server).begin(command, client.owner(), tracking);
    client.groupSent();
    ofServer();
  }

  /** The client sets which changes servers report; gives what servers are told in its place. */
  String tracks(String variable, String value) {
    if (tracking != null) {
      tracking.set(variable, value);
    }
    return "'" + ClientTracking.needed(variable) + "'";
  }

  /** True if the client reads of changes of its session's state. */
  boolean tracksState() {
    return tracking != null;
  }

  /** The session is as new. */
  void reset() {
    if (tracking != null) {
      tracking.reset();
    }
  }

  void write(StateWriter out) {
    out.number(status).longNumber(own.isLast() ? own.rows() : OF_SERVER);
    if (tracking != null) {
      tracking.write(out);
    }
  }

  /**
   * Reads the saved state; the changes that the client reads were agreed with it, and are equal.
   */
  void read(StateReader in) {
    seen(in.number());
    long rows = in.longNumber();
    if (rows > OF_SERVER) {
      own.ok(rows);
    }
    if (tracking != null) {
      tracking.read(in);
    }
  }

  /** The last answer is a server's. */
  void ofServer() {
    own.ofServer();
  }

  /** Last answer of the node's own. */
  OwnAnswer own() {
    return own;
  }

  /** A statement of the node's own was answered on the session's connection. */
  void after(ServerConnection from) {
    client.quietDone(from);
    client.settle();
  }

  /** A server has said this of the session. */
  void seen(int flags) {
    status = flags & OF_SESSION;
    ofTransaction = flags & OF_TRANSACTION;
    encoder.status(flags);
  }

  /** True if the client was logged in before, over the same connection. */
  boolean logsInAgain() {
    return encoder.again();
  }

  /** Initial value of a session variable; null if it is unknown. */
  String began(String variable) {
    return encoder.began(variable);
  }

  /** True if backslashes escape nothing in the session's texts. */
  boolean plainStrings() {
    return (status & StatusFlag.NO_BACKSLASH_ESCAPES) != 0;
  }

  /** True if each statement outside of a transaction is one by itself, as far as was said. */
  boolean commitsEach() {
    return (status & StatusFlag.AUTOCOMMIT) != 0;
  }

  /** State of the session, in the flags of its answers. */
  int status() {
    return client.status().inBlock() ? status | ofTransaction | StatusFlag.IN_TRANSACTION : status;
  }

  /** Takes the command, and says that it was carried out on so many rows. */
  void ok(long total, long changed) {
    if (takes(total)) {
      client.write(changed(1, changed));
    }
  }

  /** Answers a statement with OK; behind it SHOW ERRORS shows nothing of earlier statements. */
  void carriedOut(long total, long changed) {
    own.forgetError();
    ok(total, changed);
  }

  /**
   * Answers a BEGIN with OK: it uses no table, and MariaDB keeps the diagnostics of earlier
   * statements.
   */
  void begun(long total) {
    if (!encoder.mariadb()) {
      own.forgetError();
    }
    ok(total, 0);
  }

  /** Takes a command that is answered like the end of rows, and reports its execution. */
  void eof(long total, boolean deprecated) {
    if (takes(total)) {
      client.write(endOfRows(1, deprecated));
    }
  }

  // ---- the end of an answer, in a packet of this number

  ByteBuf changed(int sequence, long changed) {
    ByteBuf out = client.alloc().buffer(32);
    own.ok(changed);
    OkPacket.of(changed, status()).write(out, sequence, OkPacket.OK, false);
    return out;
  }

  ByteBuf endOfRows(int sequence, boolean deprecated) {
    ByteBuf out = client.alloc().buffer(32);
    if (deprecated) {
      OkPacket.of(0, status()).write(out, sequence, OkPacket.END_OF_ROWS, false);
    } else {
      EofPacket.write(out, sequence, 0, status());
    }
    return out;
  }

  ByteBuf failure(int sequence, ServerError error) {
    ByteBuf out = client.alloc().buffer(128);
    encoder.follows(sequence - 1);
    encoder.failure(error, client.status(), out);
    return out;
  }

  /** Takes the command, and says that it has failed. */
  void error(long total, ServerError error) {
    if (takes(total)) {
      client.write(failure(1, error));
    }
  }

  /** Takes the command, and reports that it has failed with an error of the protocol's own. */
  void error(long total, int number, String sqlState, String message) {
    error(total, ServerError.error(sqlState, message).withNumber(number));
  }

  /** Takes the command, and gives what the node itself says to it. */
  void answer(long total, Answer answer) {
    if (takes(total)) {
      ByteBuf out = client.alloc().buffer(512);
      encoder.answer(answer, out);
      encoder.ready(client.status(), out);
      client.write(out);
    }
  }

  /** Takes the command, and gives what a server has once answered to it. */
  void stored(long total, ByteBuf consumed) {
    ofServer();
    give(total, consumed);
  }

  /** Takes the command, and gives this answer in the protocol's bytes. */
  void give(long total, ByteBuf consumed) {
    if (takes(total)) {
      client.write(consumed);
    } else {
      consumed.release();
    }
  }

  /** Takes the command; returns whether it is to be answered here, for its client waits for it. */
  private boolean takes(long total) {
    input.begin(total, true);
    return !notes.wasSent();
  }
}
