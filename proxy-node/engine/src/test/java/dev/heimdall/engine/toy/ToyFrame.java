package dev.heimdall.engine.toy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of both directions: a type, four bytes of token (0 from a server), two bytes of length,
 * and so many bytes of text or numbers.
 */
final class ToyFrame {
  static final int HEADER = 7;

  // From a server.
  static final byte GREETING = 'G';
  static final byte VALUE = 'V';
  static final byte ROW = 'R';
  static final byte ERROR = 'E';
  static final byte HANDLE = 'H';
  static final byte DONE = 'D';
  static final byte STOPPED = 'S';

  // From a client.
  static final byte LOG_IN = 'l';
  static final byte QUERY = 'q';
  static final byte PREPARE = 'p';
  static final byte EXECUTE = 'x';
  static final byte FORGET = 'f';
  static final byte RESET = 'r';
  static final byte STOP = 's';
  static final byte LEAVE = 'b';

  private ToyFrame() {}

  static void write(ByteBuf out, byte type, int token, byte[] body) {
    out.writeByte(type).writeInt(token).writeShort(body.length).writeBytes(body);
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] numbers(int... numbers) {
    byte[] body = new byte[4 * numbers.length];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) (numbers[i / 4] >>> 8 * (3 - i % 4));
    }
    return body;
  }

  /** The length of the frame that begins there, or 0 while that is not known. */
  static int length(ByteBuf in, int at, int end) {
    int length = end - at < HEADER ? 0 : HEADER + in.getUnsignedShort(at + 5);
    return length <= end - at ? length : 0;
  }

  static int token(ByteBuf in, int at) {
    return in.getInt(at + 1);
  }

  static String text(ByteBuf in, int at) {
    return new String(
        ByteBufUtil.getBytes(in, at + HEADER, in.getUnsignedShort(at + 5)), StandardCharsets.UTF_8);
  }

  /** The number of its body at this place. */
  static int number(ByteBuf in, int at, int place) {
    return in.getInt(at + HEADER + 4 * place);
  }
}
