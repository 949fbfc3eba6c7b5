package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.dialect.postgres.sql.SpecialInput;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One statement that waits by itself, in either of the two spellings: a Query, or a batch that
 * perhaps parses it, binds it once, describes, executes and closes that portal, and ends in Sync. A
 * responder without a server does not distinguish them.
 */
final class LoneStatement {
  private static final byte[] NOTHING = {};

  /** Bytes of a Bind without parameters and formats: zero, three times. */
  private static final int NO_VALUES = 6;

  /** Bytes of a limit: not as many as of a type or of several. */
  private static final int OF_LIMIT = 5;

  private final RequestCursor cursor;

  /** Offset of the portal's name, and its length; also those of the bound statement. */
  private int portalAt;

  private int portalLength;
  private int nameAt;
  private int nameLength;

  private int executions;
  private boolean parses;

  /** True if its columns are described, and how many rows are asked for at most; 0 for all. */
  private boolean describes;

  private int limit;

  private final NextStatement next;
  private final LoopSessions sessions;
  private final ServerNames names;
  private final PreparedNames prepared;

  LoneStatement(
      RequestCursor cursor,
      NextStatement next,
      LoopSessions sessions,
      ServerNames names,
      PreparedNames prepared) {
    this.cursor = cursor;
    this.next = next;
    this.sessions = sessions;
    this.names = names;
    this.prepared = prepared;
  }

  ByteBuf bytes() {
    return cursor.bytes();
  }

  /** True if what waits first is one. */
  boolean read() {
    cursor.read();
    executions = 0;
    parses = false;
    describes = false;
    limit = 0;
    if (cursor.isQuery()) {
      return true;
    }
    int i = 0;
    if (cursor.type(0) == FrontendType.PARSE) {
      parses = true;
      i = 1;
    }
    if (!cursor.synced() || cursor.type(i) != FrontendType.BIND || !binds(i)) {
      return false;
    }
    for (i++; i < cursor.count() - 1; i++) {
      if (!isOfPortal(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean binds(int bind) {
    ByteBuf in = cursor.bytes();
    portalAt = cursor.body(bind);
    portalLength = cursor.string(portalAt, cursor.end(bind));
    nameAt = portalAt + portalLength + 1;
    nameLength = portalLength < 0 ? -1 : cursor.string(nameAt, cursor.end(bind));
    if (nameLength < 0) {
      return false; // the error comes when it is read
    }
    return !parses
        || (cursor.string(cursor.body(0), cursor.end(0)) == nameLength
            && equal(in, cursor.body(0), nameAt, nameLength));
  }

  private boolean isOfPortal(int i) {
    ByteBuf in = cursor.bytes();
    int at = cursor.body(i);
    switch (cursor.type(i)) {
      case FrontendType.EXECUTE -> {
        executions++;
        limit = Math.max(0, in.getInt(cursor.end(i) - 4)); // as the server reads it
        return cursor.total(i) == 10 + portalLength && equal(in, at, portalAt, portalLength + 1);
      }
      case FrontendType.DESCRIBE, FrontendType.CLOSE -> {
        describes |= cursor.type(i) == FrontendType.DESCRIBE;
        return cursor.total(i) == 7 + portalLength
            && in.getByte(at) == 'P'
            && equal(in, at + 1, portalAt, portalLength + 1);
      }
      default -> {
        return false;
      }
    }
  }

  private static boolean equal(ByteBuf in, int first, int second, int length) {
    for (int i = 0; i < length; i++) {
      if (in.getByte(first + i) != in.getByte(second + i)) {
        return false;
      }
    }
    return true;
  }

  // ---- what it is

  boolean isQuery() {
    return cursor.isQuery();
  }

  /** True if it is prepared with the batch. */
  boolean parses() {
    return parses;
  }

  /** True if it has no name, or is no prepared statement. */
  boolean isUnnamed() {
    return isQuery() || nameLength == 0;
  }

  /** True if it is run exactly once, at once, without parameters. */
  boolean runsPlainly() {
    if (isQuery()) {
      return true;
    }
    ByteBuf in = cursor.bytes();
    int formats = nameAt + nameLength + 1;
    int end = cursor.end(parses ? 1 : 0);
    return executions == 1
        && portalLength == 0
        && end - formats >= 6
        && in.getShort(formats) == 0
        && in.getShort(formats + 2) == 0;
  }

  /** True if it is run exactly once. */
  boolean runsOnce() {
    return isQuery() || executions == 1;
  }

  /** True if its answer has to describe the columns. */
  boolean describesColumns() {
    return isQuery() || describes;
  }

  /**
   * Returns the inputs of its answer besides its text: the types of its parameters, the formats and
   * values in Bind, and the number of rows requested. Empty for what a Query would be answered.
   *
   * @param declared the types that its Parse gives
   */
  byte[] values(int[] declared) {
    if (isQuery()) {
      return NOTHING;
    }
    int formats = nameAt + nameLength + 1;
    int end = cursor.end(parses ? 1 : 0);
    if (limit == 0 && declared.length == 0 && end - formats == NO_VALUES && isZero(formats, end)) {
      return NOTHING;
    }
    byte[] values = new byte[4 * declared.length + end - formats + (limit == 0 ? 0 : OF_LIMIT)];
    if (limit > 0) {
      ByteBuffer.wrap(values).putInt(values.length - 4, limit);
    }
    ByteBuffer types = ByteBuffer.wrap(values, end - formats, 4 * declared.length);
    for (int type : declared) {
      types.putInt(type);
    }
    bytes().getBytes(formats, values, 0, end - formats);
    return values;
  }

  /**
   * The rows that it reads, by the table; all of a table that is not there.
   *
   * @param bound the text that a batch runs; null for a query
   */
  Map<String, RowKeys> rows(List<KeyColumns> of, ClassifiedText bound, int[] declared) {
    if (bound == null) {
      byte[] sql = text();
      LexerMode mode = names.lexerMode(sql, 0, sql.length);
      return KeyReader.read(of, sql, 0, sql.length, mode, List.of(), PostgresSql.DIALECT);
    }
    return KeyReader.read(
        of,
        bound.sql(),
        0,
        bound.length(),
        bound.lexerMode(),
        BindParameters.read(bytes(), nameAt + nameLength + 1, cursor.end(parses ? 1 : 0), declared),
        PostgresSql.DIALECT);
  }

  /**
   * True if one of its values, or of a query's literals, may be the moment at which it is read: in
   * whatever format, as binary text may be converted as well.
   */
  boolean hasSpecialInput() {
    int from = isQuery() ? textAt() : nameAt + nameLength + 1;
    int length = isQuery() ? textLength() : cursor.end(parses ? 1 : 0) - from;
    if (length <= 0) {
      return false;
    }
    byte[] bytes = sessions.context().scratch(length);
    bytes().getBytes(from, bytes, 0, length);
    return isQuery()
        ? SpecialInput.isInLiteral(bytes, 0, length, names.lexerMode(bytes, 0, length))
        : SpecialInput.isIn(bytes, 0, length);
  }

  private boolean isZero(int from, int to) {
    for (int at = from; at < to; at++) {
      if (bytes().getByte(at) != 0) {
        return false;
      }
    }
    return true;
  }

  /** The types that its Parse gives to parameters, if that is part of the batch. */
  int[] declared() {
    return BindParameters.types(bytes(), textAt() + textLength() + 1, cursor.end(0));
  }

  /** Offset of its name in the input. */
  int nameAt() {
    return nameAt;
  }

  int nameLength() {
    return nameLength;
  }

  byte[] name() {
    return cursor.copy(nameAt, nameAt + nameLength);
  }

  /** Of a statement that is parsed: its text and the types of its parameters, as Parse has them. */
  byte[] body() {
    return cursor.copy(cursor.body(0) + nameLength + 1, cursor.end(0));
  }

  /** Offset of its text, if the text is in the input; negative if it is not. */
  int textAt() {
    if (isQuery()) {
      return cursor.body(0);
    }
    return parses ? cursor.body(0) + nameLength + 1 : -1;
  }

  /** The length of the text in the input; negative when it has no end. */
  int textLength() {
    return cursor.string(textAt(), cursor.end(0));
  }

  byte[] text() {
    return cursor.copy(textAt(), textAt() + textLength());
  }

  /** Its text, wherever that is. */
  byte[] sql() {
    if (textAt() >= 0) {
      return text();
    }
    byte[] body = prepared.get(bytes(), nameAt, nameLength).body();
    int end = 0;
    while (body[end] != 0) {
      end++;
    }
    return Arrays.copyOf(body, end);
  }

  /**
   * Returns its effects on the session; null when they are unknown, or of no interest.
   *
   * @param letters with one of which its text begins if it is of interest, in lower case
   */
  StatementFacts facts(String letters) {
    if (next.onItsWay()) {
      return next.effects();
    }
    if (textAt() < 0) {
      PreparedStatement named = nameLength == 0 ? null : prepared.get(bytes(), nameAt, nameLength);
      return named == null ? null : named.facts();
    }
    int length = textLength();
    if (length <= 0 || !mayBegin(letters, length)) {
      return null;
    }
    byte[] text = sessions.context().scratch(length);
    bytes().getBytes(textAt(), text, 0, length);
    return sessions.classifier().classify(text, 0, length, names.lexerMode(text, 0, length));
  }

  private boolean mayBegin(String letters, int length) {
    for (int at = textAt(); at < textAt() + length; at++) {
      byte b = bytes().getByte(at);
      if (b > ' ') {
        return letters.indexOf(b | 0x20) >= 0 || b == '-' || b == '/' || b == ';' || b == '(';
      }
    }
    return false;
  }

  // ---- its answer

  /** Takes it and says that it was carried out, with this command tag. */
  void reply(HandledClient client, String tag) {
    ByteBuf out = client.alloc().buffer(64);
    answer(tag, out);
    PgWriter.ready(out, client.status());
    client.write(out);
  }

  /**
   * Takes it and answers what a server has answered to an equal one.
   *
   * @param server whether a server has the beginning of its batch, and answers its Sync
   */
  void reply(HandledClient client, StoredAnswer answer, boolean server) {
    byte[] columns = answer.columns();
    int size = 64 + answer.rows().length + (columns == null ? 0 : columns.length);
    ByteBuf out = client.alloc().buffer(size);
    if (isQuery()) {
      out.writeBytes(columns).writeBytes(answer.rows());
    } else {
      for (int i = 0; i < cursor.count() - 1; i++) {
        switch (cursor.type(i)) {
          case FrontendType.PARSE -> PgWriter.empty(out, BackendType.PARSE_COMPLETE);
          case FrontendType.BIND -> PgWriter.empty(out, BackendType.BIND_COMPLETE);
          case FrontendType.DESCRIBE -> out.writeBytes(columns);
          case FrontendType.EXECUTE -> out.writeBytes(answer.rows());
          default -> PgWriter.empty(out, BackendType.CLOSE_COMPLETE);
        }
      }
    }
    if (server) {
      cursor.takeOut(cursor.count() - 1);
    } else {
      take();
      PgWriter.ready(out, client.status());
    }
    client.write(out);
  }

  /** Takes it and says that it has failed. */
  void reply(HandledClient client, ServerError error) {
    ByteBuf out = client.alloc().buffer(128);
    ErrorMessage.encode(error, out);
    take();
    PgWriter.ready(out, client.status());
    client.write(out);
  }

  /** Takes it, and appends what says that it was carried out, with this command tag. */
  private void answer(String tag, ByteBuf out) {
    if (isQuery()) {
      PgWriter.commandComplete(out, tag);
    } else {
      for (int i = 0; i < cursor.count() - 1; i++) {
        switch (cursor.type(i)) {
          case FrontendType.PARSE -> PgWriter.empty(out, BackendType.PARSE_COMPLETE);
          case FrontendType.BIND -> PgWriter.empty(out, BackendType.BIND_COMPLETE);
          case FrontendType.DESCRIBE -> PgWriter.empty(out, BackendType.NO_DATA);
          case FrontendType.EXECUTE -> PgWriter.commandComplete(out, tag);
          default -> PgWriter.empty(out, BackendType.CLOSE_COMPLETE);
        }
      }
    }
    take();
  }

  private void take() {
    cursor.take(cursor.count());
  }
}
