package dev.heimdall.engine.handover;

import dev.heimdall.engine.sql.LexerMode;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Writes state for another process, which reads it in the same order with {@link StateReader}. */
public final class StateWriter {
  /** In place of a length: what follows says which of others these are. */
  static final int REFERENCE = -2;

  private final int level;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private final DataOutputStream out = new DataOutputStream(bytes);

  public StateWriter() {
    this(FrameType.LEVEL);
  }

  /**
   * @param level what who reads it understands, of {@link FrameType#LEVEL}
   */
  public StateWriter(int level) {
    this.level = level;
  }

  /** Step that may fail on a stream but never does on one to memory. */
  private interface Step {
    void run() throws IOException;
  }

  private StateWriter write(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  public StateWriter number(int value) {
    return write(() -> out.writeInt(value));
  }

  public StateWriter longNumber(long value) {
    return write(() -> out.writeLong(value));
  }

  public StateWriter flag(boolean value) {
    return write(() -> out.writeBoolean(value));
  }

  /**
   * @param value may be null
   */
  public StateWriter bytes(byte[] value) {
    return write(
        () -> {
          out.writeInt(value == null ? -1 : value.length);
          if (value != null) {
            out.write(value);
          }
        });
  }

  /**
   * Writes the first ones of bytes, and not once more if others begin or end with the same.
   *
   * @param others which the reader has by then; may be null
   */
  public StateWriter bytes(byte[] value, int length, byte[] others) {
    int last = others == null || level < FrameType.REFERENCES ? -1 : others.length - length;
    for (int at : new int[] {0, last}) {
      if (last >= 0 && Arrays.equals(value, 0, length, others, at, at + length)) {
        return number(REFERENCE).number(at).number(length);
      }
    }
    return bytes(Arrays.copyOf(value, length));
  }

  /**
   * @param value may be null
   */
  public StateWriter text(String value) {
    return bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param values may be null
   */
  public StateWriter texts(Map<String, String> values) {
    number(values == null ? -1 : values.size());
    if (values != null) {
      values.forEach((name, value) -> text(name).text(value));
    }
    return this;
  }

  /** Writes the lexer mode, which decides how a text is cut into tokens. */
  public StateWriter lexerMode(LexerMode mode) {
    return flag(mode.backslashEscapes())
        .flag(mode.quotedNames())
        .flag(mode.hiddenSigns())
        .flag(mode.doubtful());
  }

  /** Number of bytes written. */
  public int length() {
    return bytes.size();
  }

  public byte[] toBytes() {
    return bytes.toByteArray();
  }
}
