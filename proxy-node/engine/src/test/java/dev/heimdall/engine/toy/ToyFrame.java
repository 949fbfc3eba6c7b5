package dev.heimdall.engine.toy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The bytes of both directions, from the greeting on: a type, four bytes of token, two bytes of
 * length, and so many bytes of text or numbers. The token of a request is that of the last reply;
 * until a client's log-in is over, it counts the frames of both sides up.
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

  // From a server during a log-in.
  static final byte SWITCH = 'W';
  static final byte CHALLENGE = 'C';
  static final byte FULL = 'F';
  static final byte KEY = 'Y';
  static final byte WELCOME = 'K';

  // From a client.
  static final byte LOG_IN = 'l';
  static final byte PROOF = 'o';
  static final byte ASK_KEY = 'y';
  static final byte CANCEL = 'c';
  static final byte QUERY = 'q';
  static final byte PREPARE = 'p';
  static final byte EXECUTE = 'x';
  static final byte FORGET = 'f';
  static final byte RESET = 'r';
  static final byte STOP = 's';
  static final byte LEAVE = 'b';

  /** From both: a part of a TLS handshake, and the last one before the other side's. */
  static final byte HANDSHAKE = 't';

  static final byte HANDSHAKE_END = 'u';

  /** Capabilities, a bit each; the other ones are servers'. */
  static final int TLS = 1;

  /** The client wants to be told what servers report. */
  static final int REPORTS = 2;

  private ToyFrame() {}

  static void write(ByteBuf out, byte type, int token, Consumer<ByteBuf> body) {
    out.writeByte(type).writeInt(token).writeShort(0);
    int start = out.writerIndex();
    body.accept(out);
    out.setShort(start - 2, out.writerIndex() - start);
  }

  /** A text in a body that has more than it. */
  static void part(ByteBuf out, String text) {
    out.writeByte(text(text).length).writeBytes(text(text));
  }

  static String part(ByteBuf in) {
    return in.readCharSequence(in.readUnsignedByte(), StandardCharsets.UTF_8).toString();
  }

  static byte[] rest(ByteBuf in) {
    byte[] bytes = new byte[in.readableBytes()];
    in.readBytes(bytes);
    return bytes;
  }

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
