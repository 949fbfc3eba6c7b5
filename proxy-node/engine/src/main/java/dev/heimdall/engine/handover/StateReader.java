package dev.heimdall.engine.handover;

import dev.heimdall.engine.sql.LexerMode;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads what a {@link StateWriter} has written, perhaps of another release. Whatever is not there,
 * or cannot be, is an {@link UnreadableStateException}; lengths are checked before memory is taken.
 */
public final class StateReader {
  private final ByteArrayInputStream bytes;
  private final DataInputStream in;

  public StateReader(byte[] state) {
    bytes = new ByteArrayInputStream(state);
    in = new DataInputStream(bytes);
  }

  /** Reads one value. */
  private interface Step<T> {
    T read() throws IOException;
  }

  private static <T> T read(Step<T> step) {
    try {
      return step.read();
    } catch (IOException e) {
      throw new UnreadableStateException("the state ends too early");
    }
  }

  public int number() {
    return read(in::readInt);
  }

  public long longNumber() {
    return read(in::readLong);
  }

  public boolean flag() {
    return read(in::readBoolean);
  }

  /** True if nothing follows. */
  public boolean isOver() {
    return bytes.available() == 0;
  }

  /** A number of things that follow, each of which takes a byte at least. */
  public int count() {
    int count = number();
    if (count < 0 || count > bytes.available()) {
      throw new UnreadableStateException("the state has an impossible number: " + count);
    }
    return count;
  }

  /** Null where null was written. */
  public byte[] bytes() {
    int length = number();
    if (length == -1) {
      return null;
    }
    if (length < 0 || length > bytes.available()) {
      throw new UnreadableStateException("the state has an impossible length: " + length);
    }
    return read(() -> in.readNBytes(length));
  }

  /**
   * Null where null was written.
   *
   * @param others as the writer was given them
   */
  public byte[] bytes(byte[] others) {
    bytes.mark(0);
    if (number() != StateWriter.REFERENCE) {
      bytes.reset();
      return bytes();
    }
    int at = number();
    int length = number();
    if (others == null || at < 0 || length < 0 || length > others.length - at) {
      throw new UnreadableStateException(
          "the state refers to %d bytes that it does not have".formatted(length));
    }
    return Arrays.copyOfRange(others, at, at + length);
  }

  /** Null where null was written. */
  public String text() {
    byte[] text = bytes();
    return text == null ? null : new String(text, StandardCharsets.UTF_8);
  }

  /** In their order; null where null was written. */
  public Map<String, String> texts() {
    int count = number();
    if (count == -1) {
      return null;
    }
    if (count < 0 || count > bytes.available()) {
      throw new UnreadableStateException("the state has an impossible number: " + count);
    }
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      texts.put(text(), text());
    }
    return texts;
  }

  public LexerMode lexerMode() {
    return new LexerMode(flag(), flag(), flag(), flag());
  }

  /**
   * Checks that the following data is of this version.
   *
   * @param what for the message
   */
  public void version(int known, String what) {
    int version = number();
    if (version != known) {
      throw new UnreadableStateException(
          "%s is of version %d, and this release knows %d".formatted(what, version, known));
    }
  }
}
