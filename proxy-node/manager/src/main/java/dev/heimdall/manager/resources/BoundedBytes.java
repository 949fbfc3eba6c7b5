package dev.heimdall.manager.resources;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Bytes that are written, up to a bound. */
final class BoundedBytes extends OutputStream {
  private final int most;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  BoundedBytes(int most) {
    this.most = most;
  }

  /** There were more. */
  static final class Full extends IOException {
    private static final long serialVersionUID = 1L;

    Full(int most) {
      super("more than %,d bytes".formatted(most));
    }
  }

  @Override
  public void write(int one) throws IOException {
    room(1);
    bytes.write(one);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    room(length);
    bytes.write(from, offset, length);
  }

  private void room(int length) throws Full {
    if (length > most - bytes.size()) {
      throw new Full(most);
    }
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }
}
