package dev.heimdall.test.fault;

import dev.heimdall.test.fixture.Frontend;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The bytes of single messages from a server. */
public final class Backend {
  private Backend() {}

  public static byte[] text(char type, String... strings) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String string : strings) {
      body.writeBytes(string.getBytes(StandardCharsets.UTF_8));
      body.write(0);
    }
    return Frontend.message(type, body.toByteArray());
  }

  public static byte[] authenticationOk() {
    return Frontend.message('R', new byte[4]);
  }

  public static byte[] greeting() {
    return Frontend.all(
        authenticationOk(),
        text('S', "server_version", "18.0"),
        text('S', "client_encoding", "UTF8"),
        text('S', "standard_conforming_strings", "on"),
        Frontend.message('K', new byte[] {0, 0, 0, 9, 1, 2, 3, 4}),
        ready('I'));
  }

  public static byte[] ready(char status) {
    return Frontend.message('Z', new byte[] {(byte) status});
  }

  public static byte[] complete(String tag) {
    return text('C', tag);
  }

  public static byte[] error(String severity, String sqlState, String message) {
    return text('E', "S" + severity, "V" + severity, "C" + sqlState, "M" + message, "");
  }

  public static byte[] notice(String message) {
    return text('N', "SNOTICE", "VNOTICE", "C00000", "M" + message, "");
  }

  /** One text column called x. */
  public static byte[] description() {
    return build(
        'T',
        out -> {
          out.writeShort(1);
          out.write(new byte[] {'x', 0});
          out.writeInt(0);
          out.writeShort(0);
          out.writeInt(25);
          out.writeShort(-1);
          out.writeInt(-1);
          out.writeShort(0);
        });
  }

  public static byte[] row(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return build(
        'D',
        out -> {
          out.writeShort(1);
          out.writeInt(bytes.length);
          out.write(bytes);
        });
  }

  /** A whole answer to a simple query with one row. */
  public static byte[] answer(String value) {
    return Frontend.all(description(), row(value), complete("SELECT 1"), ready('I'));
  }

  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] build(char type, Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      body.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Frontend.message(type, bytes.toByteArray());
  }
}
