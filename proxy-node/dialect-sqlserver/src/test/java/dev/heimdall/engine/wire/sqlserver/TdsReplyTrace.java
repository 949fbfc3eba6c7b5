package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Walks replies and keeps one line for each, in the words of the recorded ones. */
final class TdsReplyTrace implements TdsReplyListener {
  final TdsPacketWalker walker = new TdsPacketWalker();
  final TdsReplyScanner scanner;
  private final TdsVersion version;
  private final List<String> lines = new ArrayList<>();
  private final StringBuilder line = new StringBuilder();

  TdsReplyTrace(TdsVersion version) {
    this.version = version;
    scanner = new TdsReplyScanner(this, version);
  }

  /** Takes a read. */
  void on(ByteBuf in, int from, int to) {
    int at = from;
    while (at < to) {
      at = walker.walk(in, at, to);
      scanner.on(in, walker.from(), walker.to());
      if (walker.ended()) {
        long rows = scanner.rows();
        scanner.end();
        lines.add(line + "ROWS/" + rows);
        line.setLength(0);
      }
    }
  }

  /** Takes a payload. */
  void payload(ByteBuf in) {
    scanner.on(in, in.readerIndex(), in.writerIndex());
  }

  List<String> lines() {
    return lines;
  }

  /** What is of the reply that goes on. */
  String line() {
    return line.toString().trim();
  }

  private void add(String word, Object... parts) {
    line.append(word);
    for (Object part : parts) {
      line.append('/').append(part);
    }
    line.append(' ');
  }

  @Override
  public void done(int token, int status, int command, long rows) {
    String name =
        switch (token) {
          case TdsToken.DONE -> "DONE";
          case TdsToken.DONE_PROC -> "DONEPROC";
          default -> "DONEINPROC";
        };
    add(name, Integer.toHexString(status), rows);
  }

  @Override
  public void environment(int type, ByteBuf in, int at, int length) {
    add("ENV", type);
  }

  @Override
  public void error(ByteBuf in, int at, int length) {
    message("ERROR", TdsMessage.read(in, at, length, version));
  }

  @Override
  public void info(ByteBuf in, int at, int length) {
    message("INFO", TdsMessage.read(in, at, length, version));
  }

  private void message(String word, TdsMessage message) {
    add(word, message.number(), message.text().split(" ")[0].replaceAll("[\"']", ""));
  }

  @Override
  public void loginAck(ByteBuf in, int at, int length) {
    add("LOGINACK", Integer.toHexString(LoginAck.read(in, at, length).tds()));
  }

  @Override
  public void feature(int id, ByteBuf in, int at, int length) {
    add("FEATURE", id, length);
  }

  @Override
  public void sessionState(ByteBuf in, int at, int length) {
    add("STATE", SessionStates.isRecoverable(in, at, length));
    SessionStates.visit(in, at, length, (id, part, place, bytes) -> add("PART", id, bytes));
  }

  @Override
  public void returnStatus(int status) {
    add("STATUS", status);
  }

  @Override
  public void returnInteger(int ordinal, int value) {
    add("VALUE", ordinal, value);
  }

  @Override
  public void returnOther(int ordinal) {
    add("VALUE", ordinal, "other");
  }

  @Override
  public void columns(int count) {
    add("COLUMNS", count);
  }

  @Override
  public void sspi(ByteBuf in, int at, int length) {
    add("SSPI", length);
  }

  @Override
  public void fedAuthInfo(ByteBuf in, int at, int length) {
    add("FEDAUTHINFO", length);
  }
}
