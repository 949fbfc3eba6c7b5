package dev.heimdall.test.secure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;

/** A socket whose output goes in the packets that a test wants. */
final class Valve extends Socket {
  private enum Mode {
    OPEN,
    BYTE_BY_BYTE,
    ONE_MORE,
    HELD
  }

  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private Mode mode = Mode.OPEN;

  /** From now on each byte is written on its own. */
  void byteByByte() {
    mode = Mode.BYTE_BY_BYTE;
  }

  /** The next write goes through; then nothing is written until {@link #release}. */
  void holdAfterFirstWrite() {
    mode = Mode.ONE_MORE;
  }

  /** Writes what was held, in one piece. */
  void release() throws IOException {
    mode = Mode.OPEN;
    super.getOutputStream().write(held.toByteArray());
    held.reset();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    OutputStream out = super.getOutputStream();
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        switch (mode) {
          case OPEN -> out.write(bytes, from, length);
          case ONE_MORE -> {
            mode = Mode.HELD;
            out.write(bytes, from, length);
          }
          case HELD -> held.write(bytes, from, length);
          case BYTE_BY_BYTE -> {
            for (int i = 0; i < length; i++) {
              out.write(bytes, from + i, 1);
            }
          }
        }
      }
    };
  }
}
