package dev.heimdall.engine.toy;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Frames of the toy protocol, and what is in them: the length of the content in two bytes, a number
 * that counts the frames of both sides up, the content.
 */
final class ToyFrames {
  static final int HEADER = 3;

  /** First bytes of the server's frames. */
  static final int GREETING = 'G';

  static final int SWITCH = 'S';
  static final int CHALLENGE = 'C';
  static final int OK = 'K';
  static final int ERROR = 'E';
  static final int ROW = 'R';
  static final int VALUE = 'V';

  /** First bytes of the client's frames. */
  static final int LOG_IN = 'L';

  static final int PROOF = 'P';
  static final int CANCEL = 'X';

  /** Capabilities, a bit each. */
  static final int TLS = 1;

  /** The client wants to be told what servers report. */
  static final int REPORTS = 2;

  private ToyFrames() {}

  static void frame(ByteBuf out, int number, Consumer<ByteBuf> content) {
    int start = out.writerIndex();
    out.writeShort(0).writeByte(number);
    content.accept(out);
    out.setShort(start, out.writerIndex() - start - HEADER);
  }

  static void text(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeByte(bytes.length).writeBytes(bytes);
  }

  static String text(ByteBuf in) {
    return in.readCharSequence(in.readUnsignedByte(), StandardCharsets.UTF_8).toString();
  }

  static byte[] rest(ByteBuf in) {
    byte[] bytes = new byte[in.readableBytes()];
    in.readBytes(bytes);
    return bytes;
  }
}
