package dev.heimdall.engine.dialect.postgres.practice;

import dev.heimdall.engine.practice.PracticeEnd;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgReader;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A server that lets everyone in and has one row for each read. */
final class PracticeServer {
  private static final int INT8 = 20;
  private static final String NAME = "application_name";
  private static final Map<String, String> REPORTED =
      Map.of(
          "server_version", "17.0",
          "server_encoding", "UTF8",
          "client_encoding", "UTF8",
          "application_name", "",
          "DateStyle", "ISO, MDY",
          "IntervalStyle", "postgres",
          "TimeZone", "Etc/UTC",
          "integer_datetimes", "on",
          "is_superuser", "off",
          "standard_conforming_strings", "on");

  private final PracticeEnd end;
  private final int number;
  private final Map<String, String> statements = new HashMap<>();
  private String bound = "";
  private TransactionState state = TransactionState.IDLE;

  PracticeServer(PracticeEnd end, int number) {
    this.end = end;
    this.number = number;
  }

  void run() throws IOException {
    ByteBuf out = end.out();
    end.read(end.in().readInt() - Integer.BYTES); // what the session is to begin with
    PgWriter.authenticationOk(out);
    REPORTED.forEach((name, value) -> PgWriter.parameterStatus(out, name, value));
    PgWriter.backendKeyData(out, number, new byte[] {1, 2, 3, 4});
    PgWriter.ready(out, state);
    end.flush();
    while (true) {
      byte type = end.in().readByte();
      ByteBuf body = end.read(end.in().readInt() - Integer.BYTES);
      if (type == FrontendType.TERMINATE) {
        return;
      }
      answer(type, body);
      end.flushIfIdle();
    }
  }

  private void answer(byte type, ByteBuf body) {
    ByteBuf out = end.out();
    switch (type) {
      case FrontendType.QUERY -> {
        for (String statement : PgReader.string(body).split(";")) {
          if (statement.endsWith(" / 0")) {
            fail();
            break;
          }
          if (isRead(statement)) {
            rowDescription();
          }
          carryOut(statement);
        }
        PgWriter.ready(out, state);
      }
      case FrontendType.PARSE -> {
        statements.put(PgReader.string(body), PgReader.string(body));
        PgWriter.empty(out, BackendType.PARSE_COMPLETE);
      }
      case FrontendType.BIND -> {
        PgReader.string(body);
        bound = statements.getOrDefault(PgReader.string(body), "");
        PgWriter.empty(out, BackendType.BIND_COMPLETE);
      }
      case FrontendType.DESCRIBE -> describe(body);
      case FrontendType.EXECUTE -> carryOut(bound);
      case FrontendType.CLOSE -> PgWriter.empty(out, BackendType.CLOSE_COMPLETE);
      case FrontendType.SYNC -> PgWriter.ready(out, state);
      default -> {
        // a Flush: what is there is sent as soon as nothing more comes
      }
    }
  }

  private void describe(ByteBuf body) {
    String text = bound;
    if (body.readByte() == 'S') {
      text = statements.getOrDefault(PgReader.string(body), "");
      int at = PgWriter.begin(end.out(), BackendType.PARAMETER_DESCRIPTION);
      boolean parameter = text.contains("$1");
      end.out().writeShort(parameter ? 1 : 0);
      if (parameter) {
        end.out().writeInt(INT8);
      }
      PgWriter.end(end.out(), at);
    }
    if (isRead(text)) {
      rowDescription();
    } else {
      PgWriter.empty(end.out(), BackendType.NO_DATA);
    }
  }

  private void carryOut(String statement) {
    ByteBuf out = end.out();
    String word = firstWord(statement);
    switch (word) {
      case "SELECT" -> {
        int at = PgWriter.begin(out, BackendType.DATA_ROW);
        out.writeShort(2).writeInt(1).writeByte('7').writeInt(3);
        out.writeCharSequence("one", StandardCharsets.UTF_8);
        PgWriter.end(out, at);
        PgWriter.commandComplete(out, "SELECT 1");
      }
      case "INSERT" -> PgWriter.commandComplete(out, "INSERT 0 1");
      case "UPDATE", "DELETE" -> PgWriter.commandComplete(out, word + " 1");
      case "SET" -> {
        if (statement.contains(NAME)) {
          PgWriter.parameterStatus(out, NAME, value(statement));
        }
        PgWriter.commandComplete(out, word);
      }
      default -> {
        state =
            switch (word) {
              case "BEGIN", "START" -> TransactionState.OPEN;
              case "COMMIT", "ROLLBACK", "END" -> TransactionState.IDLE;
              default -> state;
            };
        PgWriter.commandComplete(out, word);
      }
    }
  }

  private void fail() {
    ByteBuf out = end.out();
    int at = PgWriter.begin(out, BackendType.ERROR);
    for (String field : List.of("SERROR", "VERROR", "C22012", "Mdivision by zero")) {
      PgWriter.string(out, field);
    }
    out.writeByte(0);
    PgWriter.end(out, at);
  }

  /** Returns the text between the quotes. */
  private static String value(String set) {
    return set.substring(set.indexOf('\'') + 1, set.lastIndexOf('\''));
  }

  private void rowDescription() {
    ByteBuf out = end.out();
    int at = PgWriter.begin(out, BackendType.ROW_DESCRIPTION);
    out.writeShort(2);
    column("id", INT8, Long.BYTES);
    column("name", 25, -1);
    PgWriter.end(out, at);
  }

  private void column(String name, int type, int size) {
    PgWriter.string(end.out(), name);
    end.out().writeInt(0).writeShort(0).writeInt(type).writeShort(size).writeInt(-1).writeShort(0);
  }

  private static boolean isRead(String statement) {
    return firstWord(statement).equals("SELECT");
  }

  private static String firstWord(String statement) {
    String text = statement.strip();
    int space = text.indexOf(' ');
    return (space < 0 ? text : text.substring(0, space)).toUpperCase(Locale.ROOT);
  }
}
