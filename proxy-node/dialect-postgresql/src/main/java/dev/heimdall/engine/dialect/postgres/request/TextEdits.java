package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.wire.EditedText;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Changes to the text of one client's statements when it goes to the server. */
final class TextEdits {
  /** Bytes in the place of those of the text from one index to another. */
  private record Edit(int start, int end, byte[] instead) {}

  /** A text to which more than this is added is not sent. */
  private static final int MOST_BYTES = 1 << 20;

  private final List<Edit> edits = new ArrayList<>(4);
  private int bytes;
  private final List<Integer> own = new ArrayList<>(2);

  /** True if more would have to be put in than is sent; what is there is not all of it then. */
  boolean tooMany() {
    return bytes > MOST_BYTES;
  }

  /** Puts bytes in the place of those of the text from one index to another. */
  void replace(int start, int end, byte[] instead) {
    bytes += instead.length;
    edits.add(new Edit(start, end, instead));
  }

  /** Marks this one of the statements, counted with the inserted ones, as the node's own. */
  void own(int statement) {
    own.add(statement);
  }

  /**
   * Writes the text with its edits.
   *
   * @param at where it begins in the input
   * @param unicode whether a character may take several bytes, as in UTF-8
   */
  EditedText write(ByteBuf out, ByteBuf input, int at, int length, boolean unicode) {
    EditedText edited = new EditedText();
    own.forEach(edited::own);
    edits.sort(Comparator.comparingInt(Edit::start));
    int done = 0;
    int characters = 0;
    for (Edit edit : edits) {
      characters += characters(input, at + done, at + edit.start(), unicode);
      out.writeBytes(input, at + done, edit.start() - done);
      int from = out.writerIndex();
      out.writeBytes(edit.instead());
      int sent = characters(out, from, out.writerIndex(), unicode);
      edited.change(
          characters, sent, characters(input, at + edit.start(), at + edit.end(), unicode));
      characters += sent;
      done = edit.end();
    }
    out.writeBytes(input, at + done, length - done);
    return edited;
  }

  /** Writes the edited text as a message of this type that has nothing else in it. */
  EditedText message(ByteBuf out, byte type, ByteBuf input, int at, int length, boolean unicode) {
    int start = PgWriter.begin(out, type);
    EditedText edited = write(out, input, at, length, unicode);
    out.writeByte(0);
    PgWriter.end(out, start);
    return edited;
  }

  private static int characters(ByteBuf text, int from, int to, boolean unicode) {
    if (!unicode) {
      return to - from;
    }
    int count = 0;
    for (int i = from; i < to; i++) {
      if ((text.getByte(i) & 0xc0) != 0x80) {
        count++;
      }
    }
    return count;
  }
}
