package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.PreparedStatement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * BEGIN as a batch of its own in the extended protocol: answered without a server, and sent ahead
 * of the first statement that needs one, as a simple one is.
 */
final class DelayedBegin {
  private final ClientSession session;
  private final RequestReader requests;
  private final LoopSessions sessions;
  private final ServerNames names;
  private final ExtendedStatements extended;

  /** The batch as far as it was read. */
  private int at;

  private StatementFacts facts;
  private byte[] parsed;
  private byte[] sql;

  DelayedBegin(
      ClientSession session,
      RequestReader requests,
      LoopSessions sessions,
      ServerNames names,
      ExtendedStatements extended) {
    this.session = session;
    this.requests = requests;
    this.sessions = sessions;
    this.names = names;
    this.extended = extended;
  }

  /** The tag that a server answers to this text of a BEGIN. */
  static String tag(byte[] sql) {
    String text = new String(sql, StandardCharsets.UTF_8).stripLeading();
    return text.regionMatches(true, 0, "start", 0, 5) ? "START TRANSACTION" : "BEGIN";
  }

  boolean mayHold() {
    return session.vdb().settings().vdb().delayedTransaction()
        && session.status() == 'I'
        && session.heldBegin() == null
        && !session.transactionLost();
  }

  /**
   * Whether the batch at the reader's position was a BEGIN alone and was answered; it is then
   * taken.
   */
  boolean answer() {
    if (!mayHold()) {
      return false;
    }
    ByteBuf in = requests.input();
    at = in.readerIndex();
    facts = null;
    parsed = null;
    sql = null;
    boolean parse = next(in) == FrontendType.PARSE;
    if (parse && !parse(in)) {
      return false;
    }
    if (next(in) != FrontendType.BIND || !bind(in)) {
      return false;
    }
    boolean describe = next(in) == FrontendType.DESCRIBE;
    if (describe && !(length(in) == 6 && in.getByte(at + 5) == 'P' && skip(in))) {
      return false;
    }
    if (next(in) != FrontendType.EXECUTE || length(in) != 9 || !skip(in)) {
      return false;
    }
    if (next(in) != FrontendType.SYNC) {
      return false;
    }
    skip(in);
    in.readerIndex(at);
    if (parse) {
      extended.unnamed(parsed, facts);
    }
    session.holdBegin(sql);
    ByteBuf out = session.channel().alloc().buffer(64);
    if (parse) {
      PgWriter.empty(out, BackendType.PARSE_COMPLETE);
    }
    PgWriter.empty(out, BackendType.BIND_COMPLETE);
    if (describe) {
      PgWriter.empty(out, BackendType.NO_DATA);
    }
    PgWriter.commandComplete(out, tag(sql));
    PgWriter.ready(out, session.status());
    session.write(out);
    return true;
  }

  /** The type of the message at the present place, 0 when it is not here whole. */
  private byte next(ByteBuf in) {
    int left = in.writerIndex() - at;
    return left >= 5 && length(in) >= 4 && length(in) < left ? in.getByte(at) : 0;
  }

  private int length(ByteBuf in) {
    return in.getInt(at + 1);
  }

  private boolean skip(ByteBuf in) {
    at += 1 + length(in);
    return true;
  }

  /** An unnamed statement. */
  private boolean parse(ByteBuf in) {
    int size = length(in) - 5;
    if (size < 3 || in.getByte(at + 5) != 0) {
      return false;
    }
    byte[] body = new byte[size];
    in.getBytes(at + 6, body);
    byte[] text = text(body);
    StatementFacts found =
        sessions.classifier().classify(text, 0, text.length, names.standardStrings());
    if (text.length > size - 3 || !begins(found)) {
      return false;
    }
    facts = found;
    parsed = body;
    sql = text;
    return skip(in);
  }

  private static boolean begins(StatementFacts facts) {
    return facts.kind() == StatementKind.BEGIN && facts.effects().isEmpty();
  }

  private static byte[] text(byte[] body) {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return java.util.Arrays.copyOf(body, end);
  }

  /** The unnamed portal of the statement just parsed, or of a named one; no parameters. */
  private boolean bind(ByteBuf in) {
    int end = at + 1 + length(in);
    if (in.getByte(at + 5) != 0) {
      return false;
    }
    int nameEnd = in.indexOf(at + 6, end, (byte) 0);
    if (nameEnd < 0 || end - nameEnd - 1 < 6 || in.getInt(nameEnd + 1) != 0) {
      return false;
    }
    int nameLength = nameEnd - at - 6;
    if (sql == null && nameLength > 0) {
      PreparedStatement named = session.carried().names().get(in, at + 6, nameLength);
      if (named == null || !begins(named.facts())) {
        return false;
      }
      sql = text(named.body());
    } else if (sql == null || nameLength > 0) {
      return false;
    }
    return skip(in);
  }
}
