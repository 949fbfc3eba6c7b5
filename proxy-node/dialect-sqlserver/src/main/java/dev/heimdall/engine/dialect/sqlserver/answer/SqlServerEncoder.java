package dev.heimdall.engine.dialect.sqlserver.answer;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.sqlserver.EnvChange;
import dev.heimdall.engine.wire.sqlserver.LoginAck;
import dev.heimdall.engine.wire.sqlserver.TdsMessage;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsReplyListener;
import dev.heimdall.engine.wire.sqlserver.TdsReplyScanner;
import dev.heimdall.engine.wire.sqlserver.TdsToken;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import dev.heimdall.engine.wire.sqlserver.TdsWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Encoder of the node's own answers to one client. A piece of an answer is a packet that ends no
 * message; the DONE of {@link #ready} ends it.
 */
public final class SqlServerEncoder implements ClientEncoder {
  /** Of the server that the node stands for where there is none: 16.0. */
  private static final int OWN_VERSION = 16 << 24;

  private final Attentions attentions = new Attentions();
  private TdsVersion version = TdsVersion.V7_4;

  /** As the client gives it; its tokens may be those of an older one. */
  private TdsVersion ofLogIn = version;

  private int packetSize = TdsPacket.INITIAL_SIZE;
  private SessionRecovery recovery;

  /** The transaction that the client takes to be open; 0 for none. */
  private long transaction;

  /** True if a request of a client with {@link #recovery} may wait for the end of its answer. */
  private boolean asked;

  /** User of a log-in that may still fail; empty behind it. */
  private String refused = "";

  private boolean welcomed;
  private boolean failed;

  /** Kind of the statement that the next DONE is for; 0 for none. */
  private int command;

  /** Rows of the statement that the next DONE is for; negative where it has no count. */
  private long rows = -1;

  /** Sets the version that the client has asked for, and the user that it wants to be. */
  public void agreed(TdsVersion asked, String user) {
    ofLogIn = asked;
    refused = user;
    version = asked.ofTokens();
  }

  public TdsVersion version() {
    return version;
  }

  /** Sets what the client is to know of its session, to have it again elsewhere. */
  public void recovery(SessionRecovery asked) {
    recovery = asked;
  }

  /** Settings that the session has from its beginning. */
  public Variables recovered() {
    return recovery == null ? Variables.NONE : recovery.recovered();
  }

  /** True if the client wants to have its session again where it loses its connection. */
  public boolean recovers() {
    return recovery != null;
  }

  /** Sets the transaction that the client's request says to be open; 0 for none. */
  public void inTransaction(long descriptor) {
    transaction = descriptor;
  }

  /** Sets whether a request waits for the end of its answer. */
  public void asked(boolean waits) {
    asked = waits;
  }

  /** True if it may have to know of these settings before a request, as {@link #before}. */
  public boolean tells(Variables settings) {
    return recovery != null && recovery.changes(settings);
  }

  /**
   * A request is about to be answered.
   *
   * @param settings all that the session has; null where it has more, or may get more by it
   * @param out gets the beginning of the answer, if there is something to say
   */
  public void before(Variables settings, ByteBuf out) {
    ByteBuf tokens = out.alloc().buffer(64);
    try {
      recovery.before(settings, tokens);
      if (tokens.isReadable()) {
        packets(out, false, packet -> packet.writeBytes(tokens));
      }
    } finally {
      tokens.release();
    }
  }

  /** Attention of the client. */
  public Attentions attentions() {
    return attentions;
  }

  private void packets(ByteBuf out, boolean last, Consumer<ByteBuf> payload) {
    ByteBuf tokens = out.alloc().buffer(256);
    try {
      payload.accept(tokens);
      int from = out.writerIndex();
      TdsPacket.write(out, TdsPacket.REPLY, 0, 0, packetSize, tokens);
      if (!last) {
        goesOn(out, from);
      }
    } finally {
      tokens.release();
    }
  }

  /** Takes the end of the message from the last of the packets that begin there. */
  private static void goesOn(ByteBuf out, int from) {
    int at = from;
    int length = out.getUnsignedShort(at + 2);
    while (at + length < out.writerIndex()) {
      at += length;
      length = out.getUnsignedShort(at + 2);
    }
    out.setByte(at + 1, out.getByte(at + 1) & ~TdsPacket.EOM);
  }

  /** The servers' own answer to a log-in like this one. */
  @Override
  public void welcome(Greeting greeting, String application, CancelKey key, ByteBuf out) {
    if (greeting.warned().length == 0) {
      packets(out, true, this::welcome);
    } else {
      packets(out, true, tokens -> welcome(greeting.warned(), tokens));
    }
    String size = greeting.reported().get(LogInReply.PACKET_SIZE);
    packetSize = size == null ? TdsPacket.INITIAL_SIZE : Integer.parseInt(size);
    welcomed = true;
    refused = "";
  }

  /** The node's own answer to a log-in, where there is no server. */
  private void welcome(ByteBuf tokens) {
    String size = Integer.toString(TdsPacket.INITIAL_SIZE);
    TdsWriter.collation(tokens);
    new LoginAck(ofLogIn.number(), "Heimdall", OWN_VERSION).write(tokens);
    EnvChange.writeText(tokens, EnvChange.PACKET_SIZE, size, size);
    TdsWriter.done(tokens, TdsToken.DONE, 0, 0, 0, version);
  }

  /** Appends the acknowledgement of an attention, as a message of its own. */
  public void attention(ByteBuf out) {
    packets(out, true, tokens -> TdsWriter.attention(tokens, false, version));
  }

  /** Appends the acknowledgement of a reset. */
  public void reset(ByteBuf out) {
    packets(out, false, EnvChange::writeReset);
  }

  private void welcome(byte[] reply, ByteBuf tokens) {
    int end = reply.length - 1 - version.doneBytes();
    if (recovery == null || end < 0 || (reply[end] & 0xFF) != TdsToken.DONE) {
      recovery = null;
      tokens.writeBytes(reply);
    } else {
      tokens.writeBytes(reply, 0, end);
      TdsWriter.features(tokens, List.of(recovery.agreement()));
      tokens.writeBytes(reply, end, reply.length - end);
    }
    if (ofLogIn != version) {
      TdsReplyListener acknowledgement =
          new TdsReplyListener() {
            @Override
            public void loginAck(ByteBuf in, int at, int length) {
              LoginAck.setVersion(in, at, ofLogIn);
            }
          };
      new TdsReplyScanner(acknowledgement, version).on(tokens, 0, tokens.writerIndex());
    }
  }

  @Override
  public void error(ServerError error, ByteBuf out) {
    if (error.isFatal() && leavesUnnoticed(error)) {
      return; // without a word: the driver looks for an open connection, and reads none of it
    }
    if (!welcomed) {
      packets(out, true, tokens -> refusal(TdsErrors.refusal(error, refused), tokens));
      return;
    }
    TdsMessage message = TdsErrors.message(error);
    if (error.isFatal()) {
      packets(out, true, tokens -> TdsWriter.error(tokens, message, false, version));
    } else {
      packets(out, false, tokens -> message.write(tokens, version));
      failed = true;
    }
  }

  @Override
  public String code(ServerError error) {
    return Integer.toString(TdsErrors.message(error).number());
  }

  private void refusal(TdsMessage first, ByteBuf tokens) {
    if (first.number() == TdsErrors.NO_DATABASE) {
      first.write(tokens, version);
      TdsWriter.error(tokens, TdsErrors.logInFailed(refused), false, version);
    } else {
      TdsWriter.error(tokens, first, false, version);
    }
  }

  private boolean leavesUnnoticed(ServerError error) {
    return welcomed
        && recovery != null
        && recovery.isPossible()
        && !asked
        && error.sqlState().equals(Sqlstate.ADMIN_SHUTDOWN);
  }

  @Override
  public void notice(ServerError notice, ByteBuf out) {
    packets(
        out,
        false,
        tokens -> TdsMessage.of(0, 1, 0, notice.message(), "heimdall").write(tokens, version));
  }

  @Override
  public void answer(Answer answer, ByteBuf out) {
    if (rows >= 0) {
      long before = rows;
      int bits = TdsToken.DONE_COUNT | TdsToken.DONE_MORE;
      packets(
          out, false, tokens -> TdsWriter.done(tokens, TdsToken.DONE, bits, 0, before, version));
    }
    if (answer instanceof Answer.Failed refused) {
      error(refused.error(), out);
    } else if (answer instanceof Answer.Rows result) {
      packets(out, false, tokens -> rows(result, tokens));
      rows = result.rows().size();
    } else if (answer instanceof Answer.Done done) {
      rows = rowsOf(done.tag());
    }
  }

  /**
   * Sets what the statement is whose rows are counted next: some drivers take no count from a kind
   * that they do not know.
   */
  public void counts(StatementCommand of) {
    command = of.number();
  }

  /** Appends a piece of an answer that is made of these tokens, which stay the caller's. */
  public void piece(ByteBuf tokens, ByteBuf out) {
    packets(out, false, packet -> packet.writeBytes(tokens));
  }

  private int takeCommand() {
    int taken = command;
    command = 0;
    return taken;
  }

  /** Appends that a transaction of this number has begun. */
  public void begun(long transaction, ByteBuf out) {
    if (version.hasHeaders()) {
      packets(out, false, tokens -> EnvChange.writeBegin(tokens, transaction));
    }
  }

  /** Appends that it has ended. */
  public void ended(boolean committed, ByteBuf out) {
    int how = committed ? EnvChange.COMMIT_TRANSACTION : EnvChange.ROLLBACK_TRANSACTION;
    if (version.hasHeaders()) {
      long descriptor = transaction;
      packets(out, false, tokens -> EnvChange.writeEnd(tokens, how, descriptor));
    }
    transaction = 0;
  }

  /** Appends that so many procedures were carried out, which ends an answer. */
  public void carriedOut(int procedures, TransactionState status, ByteBuf out) {
    int bits = status == TransactionState.OPEN ? TdsToken.DONE_IN_TRANSACTION : 0;
    packets(
        out,
        true,
        tokens -> {
          for (int i = 1; i <= procedures; i++) {
            int more = i < procedures ? TdsToken.DONE_MORE : 0;
            TdsWriter.returnStatus(tokens, 0);
            TdsWriter.done(tokens, TdsToken.DONE_PROC, bits | more, 0, 0, version);
          }
        });
  }

  /**
   * Appends that the statement of a call was carried out on so many rows.
   *
   * @param handle that the call returns; 0 for none
   * @param last whether the answer ends with it
   */
  public void called(long count, int handle, TransactionState status, boolean last, ByteBuf out) {
    int bits = status == TransactionState.OPEN ? TdsToken.DONE_IN_TRANSACTION : 0;
    int inside = bits | TdsToken.DONE_COUNT | TdsToken.DONE_MORE;
    int kind = takeCommand();
    packets(
        out,
        last,
        tokens -> {
          TdsWriter.done(tokens, TdsToken.DONE_IN_PROC, inside, kind, count, version);
          TdsWriter.returnStatus(tokens, 0);
          if (handle != 0) {
            TdsWriter.returnInteger(tokens, 0, "", handle, version);
          }
          int end = bits | (last ? 0 : TdsToken.DONE_MORE);
          TdsWriter.done(tokens, TdsToken.DONE_PROC, end, 0, 0, version);
        });
  }

  /** Appends tokens that are all of an answer. */
  public void whole(Consumer<ByteBuf> tokens, ByteBuf out) {
    asked = false;
    packets(out, true, tokens);
  }

  private void rows(Answer.Rows result, ByteBuf tokens) {
    TdsWriter.columns(tokens, result.columns().stream().map(Column::name).toList(), version);
    for (List<String> row : result.rows()) {
      List<String> values = new ArrayList<>(row);
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i) != null && result.columns().get(i).type() == Column.Type.BOOL) {
          values.set(i, values.get(i).equals("t") ? "1" : "0");
        }
      }
      TdsWriter.row(tokens, values);
    }
  }

  /** The number at the end of a command tag such as "UPDATE 3". */
  private static long rowsOf(String tag) {
    String last = tag.substring(tag.lastIndexOf(' ') + 1);
    return !last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9') && last.length() < 19
        ? Long.parseLong(last)
        : 0;
  }

  @Override
  public void ready(TransactionState status, ByteBuf out) {
    asked = false;
    if (failed && transaction != 0 && status == TransactionState.IDLE) {
      ended(false, out); // with the server that it was lost with
    }
    int bits =
        (failed ? TdsToken.DONE_ERROR : 0)
            | (status == TransactionState.OPEN ? TdsToken.DONE_IN_TRANSACTION : 0)
            | (rows >= 0 && !failed ? TdsToken.DONE_COUNT : 0)
            | (attentions.unanswered() ? TdsToken.DONE_ATTENTION : 0);
    long count = Math.max(0, rows);
    int kind = takeCommand();
    attentions.answered();
    failed = false;
    rows = -1;
    packets(out, true, tokens -> TdsWriter.done(tokens, TdsToken.DONE, bits, kind, count, version));
  }
}
