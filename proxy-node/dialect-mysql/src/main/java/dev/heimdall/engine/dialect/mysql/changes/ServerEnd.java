package dev.heimdall.engine.dialect.mysql.changes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The server has ended the stream of its log, and has said why. */
final class ServerEnd extends IOException {
  private static final long serialVersionUID = 1L;

  private final int number;

  ServerEnd(int number, String message) {
    super(message);
    this.number = number;
  }

  /** Of an error packet: its number, a state and what it says. */
  static ServerEnd of(byte[] packet, int length) {
    if (length < 2) {
      return new ServerEnd(0, "an error that it does not name");
    }
    int number = packet[0] & 0xff | (packet[1] & 0xff) << 8;
    int text = length >= 8 && packet[2] == '#' ? 8 : 2;
    return new ServerEnd(number, new String(packet, text, length - text, StandardCharsets.UTF_8));
  }

  int number() {
    return number;
  }
}
