package dev.heimdall.test.tds;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A transaction manager request, MS-TDS 2.2.6.9.
 *
 * @param isolation of what begins, 0 for the session's
 * @param andBegin a new one begins behind the end of this
 */
record TransactionRequest(Kind kind, int isolation, String name, boolean andBegin) {
  enum Kind {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVE,
    DISTRIBUTED
  }

  static TransactionRequest read(WireReader in) {
    int type = in.u16();
    TransactionRequest request = request(type, in);
    if (request.kind != Kind.DISTRIBUTED && in.more()) {
      throw new TdsProtocolException("bytes behind a transaction manager request");
    }
    return request;
  }

  private static TransactionRequest request(int type, WireReader in) {
    return switch (type) {
      case 5 -> {
        int isolation = in.u8();
        yield new TransactionRequest(Kind.BEGIN, isolation, name(in), false);
      }
      case 7, 8 -> {
        Kind kind = type == 7 ? Kind.COMMIT : Kind.ROLLBACK;
        String name = name(in);
        boolean begin = (in.u8() & 1) != 0;
        int isolation = begin ? in.u8() : 0;
        if (begin) {
          name(in);
        }
        yield new TransactionRequest(kind, isolation, name, begin);
      }
      case 9 -> new TransactionRequest(Kind.SAVE, 0, name(in), false);
      default -> new TransactionRequest(Kind.DISTRIBUTED, 0, "", false);
    };
  }

  private static String name(WireReader in) {
    int bytes = in.u8();
    if (bytes % 2 != 0) {
      throw new TdsProtocolException("a name of " + bytes + " bytes");
    }
    return new String(in.bytes(bytes), StandardCharsets.UTF_16LE);
  }

  void carryOut(TdsSession session) {
    switch (kind) {
      case BEGIN -> {
        begin(session);
        done(session, 0xD4);
      }
      case COMMIT -> {
        session.commit();
        again(session);
        done(session, 0xD5);
      }
      case ROLLBACK -> {
        if (!name.isEmpty() && session.hasSavepoint(name)) {
          session.rollbackTo(name);
        } else {
          session.rollback();
          again(session);
        }
        done(session, 0xD2);
      }
      case SAVE -> {
        session.save(name);
        done(session, 0xD6);
      }
      case DISTRIBUTED ->
          throw new SqlErrorException(
              8501, 16, "MSDTC on server '" + TokenWriter.SERVER + "' is unavailable.");
    }
  }

  private void begin(TdsSession session) {
    if (isolation != 0) {
      session.settings.isolation(isolation);
    }
    session.begin();
  }

  private void again(TdsSession session) {
    if (andBegin) {
      begin(session);
    }
  }

  private static void done(TdsSession session, int command) {
    session.results.done(command, -1, false);
  }

  @Override
  public String toString() {
    String text = kind.name().toLowerCase(Locale.ROOT);
    text += isolation == 0 ? "" : " isolation " + isolation;
    return text + (name.isEmpty() ? "" : " " + name) + (andBegin ? " and begin" : "");
  }
}
