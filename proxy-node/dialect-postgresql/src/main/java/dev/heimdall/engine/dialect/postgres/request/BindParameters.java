package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.sql.Parameter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Reads the parameters of a Bind message (PostgreSQL protocol 3, message formats). */
final class BindParameters {
  private static final int[] NONE = {};

  private BindParameters() {}

  /**
   * The values of a whole Bind message.
   *
   * @param formats where the parameter format codes begin, behind the names
   * @param types object ids from the Parse message; fewer than parameters mean 0
   * @return null when the message is malformed
   */
  static List<Parameter> read(ByteBuf input, int formats, int end, int[] types) {
    int at = formats;
    if (end - at < 2) {
      return null;
    }
    int formatCount = input.getUnsignedShort(at);
    int formatsAt = at + 2;
    at = formatsAt + 2 * formatCount;
    if (end - at < 2) {
      return null;
    }
    int count = input.getUnsignedShort(at);
    at += 2;
    List<Parameter> parameters = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      if (end - at < 4) {
        return null;
      }
      int length = input.getInt(at);
      at += 4;
      if (length > end - at) {
        return null;
      }
      byte[] value = null;
      if (length >= 0) {
        value = new byte[length];
        input.getBytes(at, value);
        at += length;
      }
      boolean binary =
          formatCount > 0
              && input.getUnsignedShort(
                      formatsAt + 2 * (formatCount == 1 ? 0 : Math.min(i, formatCount - 1)))
                  == 1;
      parameters.add(new Parameter(i < types.length ? types[i] : 0, binary, value));
    }
    return parameters;
  }

  /**
   * The formats that the result's columns are wanted in.
   *
   * @param formats as for {@link #read}, which must have found the message well formed
   */
  static List<Integer> resultFormats(ByteBuf input, int formats, int end) {
    int at = formats;
    if (end - at < 2) {
      return List.of();
    }
    at += 2 + 2 * input.getUnsignedShort(at);
    int parameters = end - at < 2 ? 0 : input.getUnsignedShort(at);
    at += 2;
    for (int i = 0; i < parameters && end - at >= 4; i++) {
      at += 4 + Math.max(0, input.getInt(at));
    }
    List<Integer> found = new ArrayList<>(2);
    int count = end - at < 2 ? 0 : input.getUnsignedShort(at);
    for (int i = 0; i < count && end - at >= 4 + 2 * i; i++) {
      found.add(input.getUnsignedShort(at + 2 + 2 * i));
    }
    return found;
  }

  /**
   * The types of parameters that a Parse message gives.
   *
   * @param at where their number stands, behind the text
   * @param end of the message
   */
  static int[] types(ByteBuf input, int at, int end) {
    int count = end - at < 2 ? 0 : Math.min(input.getUnsignedShort(at), (end - at - 2) / 4);
    if (count == 0) {
      return NONE;
    }
    int[] types = new int[count];
    for (int i = 0; i < count; i++) {
      types[i] = input.getInt(at + 2 + 4 * i);
    }
    return types;
  }
}
