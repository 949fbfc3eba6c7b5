package dev.heimdall.engine.prepared;

import java.nio.charset.StandardCharsets;

/** Reads what a Parse message says behind its name: text, zero byte, parameter types. */
public final class StatementBody {
  private StatementBody() {}

  /** The text. */
  public static String sql(byte[] body) {
    int end = 0;
    while (body[end] != 0) {
      end++;
    }
    return new String(body, 0, end, StandardCharsets.UTF_8);
  }

  /** The types: text, zero byte, count, object ids. */
  public static int[] types(byte[] body, int length) {
    int at = 0;
    while (at < length && body[at] != 0) {
      at++;
    }
    at++;
    if (length - at < 2) {
      return new int[0];
    }
    int count = Math.min((body[at] & 0xff) << 8 | (body[at + 1] & 0xff), (length - at - 2) / 4);
    int[] types = new int[count];
    for (int i = 0; i < count; i++) {
      int p = at + 2 + 4 * i;
      types[i] =
          (body[p] & 0xff) << 24
              | (body[p + 1] & 0xff) << 16
              | (body[p + 2] & 0xff) << 8
              | (body[p + 3] & 0xff);
    }
    return types;
  }
}
