package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.session.ClientInput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Puts another text into a client's message, as rules want it. */
final class TextChange {
  private TextChange() {}

  /**
   * Changes the message at the reader's position, which is here whole.
   *
   * @param before bytes of the message's body in front of the text
   * @param length of the text that goes
   * @param total of the message so far
   */
  static void apply(
      ClientInput pending, byte type, int before, byte[] text, int length, int total) {
    ByteBuf input = pending.bytes();
    int body = input.readerIndex() + MessageFormat.HEADER;
    int behind = total - MessageFormat.HEADER - before - length;
    ByteBuf changed = Unpooled.buffer(total - length + text.length);
    changed.writeByte(type).writeInt(total - 1 + text.length - length);
    changed.writeBytes(input, body, before).writeBytes(text);
    changed.writeBytes(input, body + before + length, behind);
    pending.replace(changed, total);
  }
}
