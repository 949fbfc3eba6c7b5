package dev.heimdall.engine.wire.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Information in command tags besides the number of rows. */
public final class CommandTag {
  private static final byte[][] CHANGE_NAMES = {
    bytes("DEALLOCATE"), bytes("DEALLOCATE ALL"), bytes("DISCARD ALL"), bytes("PREPARE")
  };

  private CommandTag() {}

  private static byte[] bytes(String tag) {
    return tag.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * True if the statement has given or taken names of prepared statements.
   *
   * @param at where the tag begins
   * @param length of the tag with its zero byte
   */
  public static boolean changesNames(ByteBuf in, int at, int length) {
    byte first = length > 0 ? in.getByte(at) : 0;
    if (first != 'D' && first != 'P') {
      return false;
    }
    for (byte[] tag : CHANGE_NAMES) {
      if (tag.length == length - 1 && startsWith(in, at, tag)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(ByteBuf in, int at, byte[] tag) {
    for (int i = 0; i < tag.length; i++) {
      if (in.getByte(at + i) != tag[i]) {
        return false;
      }
    }
    return true;
  }
}
