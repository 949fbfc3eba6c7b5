package dev.heimdall.engine.dialect.postgres.prepared;

import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Part of a Parse message after its name: text, zero byte, parameter types. */
public final class StatementBody {
  private StatementBody() {}

  /**
   * Appends a Parse message. Parameters whose types the client left open get those that they were
   * found to have, as the server keeps them when it has to plan a statement anew.
   */
  public static void parse(ByteBuf out, PreparedStatement statement) {
    byte[] body = statement.body();
    int[] types = statement.shape() == null ? null : statement.shape().parameterTypes();
    int text = body.length;
    if (types != null) {
      text = 0;
      while (body[text++] != 0) {}
    }
    int size = types == null ? text : text + 2 + 4 * types.length;
    byte[] serverName = statement.serverName();
    out.writeByte(FrontendType.PARSE).writeInt(4 + serverName.length + 1 + size);
    out.writeBytes(serverName).writeByte(0).writeBytes(body, 0, text);
    if (types != null) {
      out.writeShort(types.length);
      for (int type : types) {
        out.writeInt(type);
      }
    }
  }

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
