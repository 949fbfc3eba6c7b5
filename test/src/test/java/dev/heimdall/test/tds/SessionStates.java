package dev.heimdall.test.tds;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * States of session recovery, MS-TDS 2.2.7.21: what a client keeps, and gives back when it
 * reconnects. Their contents are the server's own: 1 has the settings, 2 CONTEXT_INFO.
 */
final class SessionStates {
  private static final int SETTINGS = 1;
  private static final int CONTEXT = 2;
  private static final int LONG = 0xFF;

  private final TdsSession session;
  private byte[] sent;
  private boolean recoverable = true;
  private int sequence;

  SessionStates(TdsSession session) {
    this.session = session;
    this.sent = now();
  }

  /** All states, for the answer to a log-in. */
  static byte[] initial() {
    return states(new SessionSettings().text(), null);
  }

  private byte[] now() {
    return states(session.settings.text(), session.contextInfo);
  }

  private static byte[] states(String settings, byte[] context) {
    ByteBuilder all = new ByteBuilder();
    state(all, SETTINGS, settings.getBytes(StandardCharsets.UTF_8));
    state(all, CONTEXT, context == null ? new byte[0] : context);
    return all.toBytes();
  }

  private static void state(ByteBuilder all, int id, byte[] value) {
    all.u8(id);
    if (value.length < LONG) {
      all.u8(value.length);
    } else {
      all.u8(LONG).i32(value.length);
    }
    all.bytes(value);
  }

  /** Sends what a request changed, before its last token. */
  void report(TokenWriter tokens) {
    byte[] now = now();
    boolean may = session.mayRecover();
    if (!Arrays.equals(now, sent) || may != recoverable) {
      sent = now;
      recoverable = may;
      tokens.sessionState(++sequence, may, now);
    }
  }

  /** Brings back what a client kept: LOGIN7's feature, MS-TDS 2.2.6.4. */
  static void recover(TdsSession session, byte[] feature) {
    WireReader in = new WireReader(feature);
    int initial = in.i32();
    in.bytes(initial);
    int end = in.at() + 4;
    end += in.i32();
    String database = in.shortText();
    in.bytes(in.u8());
    String language = in.shortText();
    if (!database.isEmpty()) {
      session.recover(database);
    }
    if (!language.isEmpty()) {
      session.settings.language = language;
    }
    while (in.at() < end) {
      int id = in.u8();
      int length = in.u8();
      byte[] value = in.bytes(length == LONG ? in.i32() : length);
      if (id == SETTINGS) {
        session.settings = SessionSettings.of(new String(value, StandardCharsets.UTF_8));
      } else if (id == CONTEXT && value.length > 0) {
        session.contextInfo = value;
      }
    }
  }
}
