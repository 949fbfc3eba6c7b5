package dev.heimdall.engine.dialect.sqlserver.answer;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.wire.sqlserver.LoginFeature;
import dev.heimdall.engine.wire.sqlserver.SessionStates;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Knowledge that a client has of its session, for the case that it loses its connection while that
 * is idle: it logs in once more then, at any node, and gives all of it back. The states are the
 * node's own: the settings as a text in pieces, and a mark that forbids all of this while the
 * session has more than settings.
 */
public final class SessionRecovery {
  /** Pieces are numbered from here. */
  private static final int FIRST = 1;

  private static final int MOST_PIECES = 16;

  /** Longer ones have another form, which a driver reads wrongly. */
  private static final int PIECE_BYTES = 200;

  private static final int MARK = 200;
  private static final int COLLATION_BYTES = 5;

  /** Settings that the client has given back; none for a session that begins. */
  private final Variables recovered;

  /** The database that the client had in use; empty for the one that it logs in to. */
  private final String database;

  private Variables told;

  /** Settings reported to the client last, or that it knows; null for none. */
  private Variables seen;

  private int pieces;
  private boolean possible = true;

  /** Clients leave out what has not a higher number than they know: also that of another node. */
  private int sequence;

  private SessionRecovery(String database, Variables recovered, int pieces, int sequence) {
    this.database = database;
    this.recovered = recovered;
    this.told = recovered;
    this.seen = recovered;
    this.pieces = pieces;
    this.sequence = sequence;
  }

  /**
   * Returns that of a client which asks for it with this feature of its log-in.
   *
   * @throws TdsProtocolException for what no node has given it
   */
  public static SessionRecovery of(LoginFeature feature) {
    ByteBuf in = Unpooled.wrappedBuffer(feature.data());
    if (!in.isReadable()) {
      return new SessionRecovery("", Variables.NONE, 0, 0);
    }
    String database;
    try {
      in.skipBytes(in.readIntLE());
      in = in.readSlice(in.readIntLE());
      int length = 2 * in.readUnsignedByte();
      database = in.readSlice(length).toString(StandardCharsets.UTF_16LE);
      int collation = in.readUnsignedByte();
      in.skipBytes(collation == 0 ? 0 : COLLATION_BYTES);
      in.skipBytes(2 * in.readUnsignedByte());
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new TdsProtocolException("a session to recover that is cut short");
    }
    Map<Integer, ByteBuf> states = new TreeMap<>();
    SessionStates.visitSet(
        in,
        in.readerIndex(),
        in.readableBytes(),
        (id, from, at, length) -> states.put(id, from.slice(at, length)));
    ByteBuf mark = states.remove(MARK);
    int number = mark == null || mark.readableBytes() < Integer.BYTES ? 0 : mark.readIntLE();
    ByteBuf text = Unpooled.wrappedBuffer(states.values().toArray(new ByteBuf[0]));
    return new SessionRecovery(
        database, settings(text.toString(StandardCharsets.UTF_8)), states.size(), number);
  }

  private static Variables settings(String text) {
    Map<String, String> settings = new TreeMap<>();
    for (String line : text.split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        settings.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    if (!mayBeGiven(settings)) {
      throw new TdsProtocolException("a session to recover whose settings are none");
    }
    return Variables.of(settings);
  }

  private static boolean mayBeGiven(Map<String, String> settings) {
    return settings.entrySet().stream()
        .allMatch(each -> SessionOptions.mayBeGiven(each.getKey(), each.getValue()));
  }

  /**
   * The database that the session begins in: one that it may log in to, as clients can write
   * anything there.
   *
   * @param named by the log-in
   */
  public String database(String named) {
    return database.isEmpty() ? named : database;
  }

  /** Settings that the session has from its beginning. */
  public Variables recovered() {
    return recovered;
  }

  /** True if the client may have its session again. */
  boolean isPossible() {
    return possible;
  }

  /** The node agrees to it. */
  LoginFeature agreement() {
    return new LoginFeature(LoginFeature.SESSION_RECOVERY, new byte[] {FIRST, 0});
  }

  /**
   * True if the client is to know of a change before a request is answered.
   *
   * @param all the session's settings; null where it has more, or may get more by the request
   */
  boolean changes(Variables all) {
    return possible && all != seen || !possible && all != null;
  }

  /**
   * A request is about to be answered.
   *
   * @param all the session's settings; null where it has more, or may get more by the request
   * @param out gets tokens if the client is to know of a change
   */
  void before(Variables all, ByteBuf out) {
    seen = all;
    Variables settings = all == null ? null : all.without(SessionOptions.DATABASE); // it knows that
    boolean holds =
        settings != null
            && (settings.equals(told)
                || (mayBeGiven(settings.asMap())
                    && text(settings).length <= MOST_PIECES * PIECE_BYTES));
    if (holds && !settings.equals(told)) {
      token(true, states(text(settings)), out);
      told = settings;
    }
    if (holds != possible) {
      possible = holds;
      ByteBuf mark = Unpooled.buffer();
      byte[] number = {
        (byte) (sequence + 1),
        (byte) (sequence + 1 >> 8),
        (byte) (sequence + 1 >> 16),
        (byte) (sequence + 1 >> 24)
      };
      SessionStates.writeState(mark, MARK, number);
      token(holds, mark, out);
    }
  }

  private void token(boolean recoverable, ByteBuf states, ByteBuf out) {
    SessionStates.write(out, ++sequence, recoverable, states);
  }

  private ByteBuf states(byte[] text) {
    ByteBuf states = Unpooled.buffer();
    int needed = (text.length + PIECE_BYTES - 1) / PIECE_BYTES;
    for (int i = 0; i < Math.max(needed, pieces); i++) {
      int from = Math.min(text.length, i * PIECE_BYTES);
      int to = Math.min(text.length, from + PIECE_BYTES);
      byte[] piece = Arrays.copyOfRange(text, from, to);
      SessionStates.writeState(states, FIRST + i, piece);
    }
    pieces = Math.max(needed, pieces);
    return states;
  }

  private static byte[] text(Variables settings) {
    StringBuilder text = new StringBuilder();
    settings
        .asMap()
        .forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
