package dev.heimdall.engine.dialect.mysql.answer;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.ServerHello;
import dev.heimdall.engine.wire.mysql.StateChanges;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Encoder of the node's own replies to one client: they depend on the agreed capabilities, the
 * packet sequence numbers, and the client's identity.
 *
 * <p>An OK packet says whether another result follows and whether a transaction is open, which is
 * known only with what comes behind it: the end of an answer is written by {@link #ready}, or with
 * the next answer. Behind {@link #ready} packets are numbered as those of the next command's answer
 * are.
 */
public final class MysqlEncoder implements ClientEncoder {
  private static final int FIRST_OF_ANSWER = 1;
  private static final byte CHANGE_METHOD = (byte) 0xFE;
  private static final byte MORE = 1;
  private static final byte[] PROOF_IS_ENOUGH = {3};

  /** The flags of a server's status that hold from one statement to the next. */
  private static final int LASTING = StatusFlag.AUTOCOMMIT | StatusFlag.NO_BACKSLASH_ESCAPES;

  private enum End {
    NONE,
    OK,
    END_OF_ROWS
  }

  private final boolean again;
  private final AccountName account = new AccountName();
  private long capabilities;
  private int next;
  private boolean welcomed;
  private boolean mariadb;
  private boolean awaitsWord;
  private Map<String, String> began = Map.of();
  private int status = StatusFlag.AUTOCOMMIT;
  private boolean binary;
  private End end = End.NONE;
  private OkPacket done;
  private final OwnAnswer own = new OwnAnswer();

  public MysqlEncoder() {
    this(false);
  }

  /**
   * @param again whether the client was logged in before, over the same connection
   */
  public MysqlEncoder(boolean again) {
    this.again = again;
  }

  /** True if the client was logged in before, over the same connection. */
  public boolean again() {
    return again;
  }

  /**
   * That of a client that has logged in at another process.
   *
   * @param state that {@link #write} has written there
   */
  public static MysqlEncoder read(StateReader state) {
    MysqlEncoder encoder = new MysqlEncoder();
    encoder.account.is(state.text(), state.text(), state.text());
    encoder.account.withPassword(state.flag());
    encoder.capabilities = state.longNumber();
    encoder.mariadb = state.flag();
    encoder.status(state.number());
    Map<String, String> reported = state.texts();
    encoder.began = reported == null ? Map.of() : reported;
    encoder.welcomed = true;
    encoder.next = FIRST_OF_ANSWER;
    return encoder;
  }

  @Override
  public void write(Capabilities agreed, StateWriter out) {
    account.write(out);
    out.longNumber(capabilities).flag(mariadb).number(status).texts(began);
    out.number(((AgreedCapabilities) agreed).collation());
  }

  /** As whom the client logs in, for the words of refusals. */
  public AccountName account() {
    return account;
  }

  /** Sets the capabilities that were agreed with the client; before that, there are none. */
  public void agree(long agreed) {
    capabilities = agreed;
  }

  /** All that was agreed with the client. */
  public long capabilities() {
    return capabilities;
  }

  /** True if this was agreed on. */
  public boolean agreed(long capability) {
    return (capabilities & capability) != 0;
  }

  /** True if the servers are MariaDB's. */
  public boolean mariadb() {
    return mariadb;
  }

  /** Last answers of the node's own to statements of the session. */
  public OwnAnswer own() {
    return own;
  }

  /** The number of the next packet, as it follows from the one before. */
  public void follows(int sequence) {
    next = sequence + 1 & 0xFF;
  }

  /** The number of the next packet in either direction. */
  public int upcoming() {
    return next;
  }

  private int take() {
    int taken = next;
    next = next + 1 & 0xFF;
    return taken;
  }

  /** Asks for a proof by another method, before the client is welcome. */
  public void changeMethod(String method, byte[] challenge, ByteBuf out) {
    int at = Packet.begin(out, take());
    out.writeByte(CHANGE_METHOD);
    out.writeCharSequence(method, StandardCharsets.US_ASCII);
    out.writeByte(0).writeBytes(challenge).writeByte(0);
    Packet.end(out, at);
  }

  /** Goes on with the method, before the client is welcome. */
  public void more(byte[] data, ByteBuf out) {
    int at = Packet.begin(out, take());
    out.writeByte(MORE).writeBytes(data);
    Packet.end(out, at);
  }

  /** True if the client waits to hear that its proof is enough, before it is welcome. */
  public void awaitsWord(boolean awaited) {
    awaitsWord = awaited;
  }

  /** Initial value of a session variable; null if it is unknown. */
  public String began(String variable) {
    return began.get(variable);
  }

  /** Sets the session state that a server's last OK or EOF packet reported. */
  public void status(int flags) {
    status = flags & LASTING;
  }

  /** True if the rows of the answers that follow are those of a prepared statement. */
  public void binary(boolean prepared) {
    binary = prepared;
  }

  @Override
  public void welcome(Greeting greeting, String application, CancelKey key, ByteBuf out) {
    if (awaitsWord) {
      more(PROOF_IS_ENOUGH, out);
    }
    ServerHello hello = ServerHello.of(greeting);
    mariadb = hello.isMariadb();
    status(hello.status());
    // Drivers have no other source for their database in use.
    OkPacket.of(0, status)
        .withState(StateChanges.schema(account.database()))
        .write(out, take(), OkPacket.OK, tracks());
    welcomed = true;
    began = greeting.reported();
    next = FIRST_OF_ANSWER;
  }

  @Override
  public String code(ServerError error) {
    return Integer.toString(ErrorNumbers.numbered(error).number());
  }

  @Override
  public void error(ServerError error, ByteBuf out) {
    finish(status | StatusFlag.MORE_RESULTS, out);
    ServerError said = welcomed ? ErrorNumbers.numbered(error) : account.refusal(error);
    ErrPacket.write(out, take(), said.number(), said.sqlState(), said.message());
    own.failed(said);
  }

  @Override
  public ServerError ofOwnLimit(ServerError limit) {
    return mariadb ? null : ErrorNumbers.ofOwnLimit();
  }

  /** There are none: MySQL's clients ask for warnings. */
  @Override
  public void notice(ServerError notice, ByteBuf out) {}

  @Override
  public void answer(Answer answer, ByteBuf out) {
    finish(status | StatusFlag.MORE_RESULTS, out);
    if (answer instanceof Answer.Rows rows) {
      next = ResultWriter.write(out, next, rows, capabilities, status, binary) & 0xFF;
      end = End.END_OF_ROWS;
      done = OkPacket.of(0, 0);
      own.hadRows();
    } else if (answer instanceof Answer.Done statement) {
      end = End.OK;
      done = OkPacket.of(rowsOf(statement.tag()), 0);
    } else if (answer instanceof Answer.Failed failed) {
      error(failed.error(), out);
    } else {
      error(ServerError.error("42000", "Query was empty").withNumber(1065), out);
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
  public void ready(TransactionState state, ByteBuf out) {
    finish(state.inBlock() ? status | StatusFlag.IN_TRANSACTION : status, out);
    next = FIRST_OF_ANSWER;
  }

  private void finish(int flags, ByteBuf out) {
    if (end == End.END_OF_ROWS && !agreed(Capability.DEPRECATE_EOF)) {
      EofPacket.write(out, take(), 0, flags);
    } else if (end != End.NONE) {
      OkPacket.of(done.affectedRows(), flags)
          .write(out, take(), end == End.OK ? OkPacket.OK : OkPacket.END_OF_ROWS, tracks());
    }
    end = End.NONE;
  }

  /** True if the client reads of changes of its session's state. */
  public boolean tracks() {
    return agreed(Capability.SESSION_TRACK);
  }
}
