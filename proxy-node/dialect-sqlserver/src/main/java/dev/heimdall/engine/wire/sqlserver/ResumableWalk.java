package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Reads integers, whole pieces and bytes to pass over from runs that end anywhere. Each step orders
 * the next one: bytes to pass over first, then an integer or a piece.
 */
abstract class ResumableWalk {
  /** Bytes of the longest piece that is held whole. */
  static final int LONGEST_PIECE = 1 << 20;

  private static final int FIRST_HELD = 64;

  private long skip;
  private boolean shows;

  private int want;
  private int have;
  private long integer;

  private boolean wantsPiece;
  private int length;

  /** The first bytes of a piece that a cut went through; dropped with its end. */
  private byte[] held;

  private int heldBytes;

  /** Takes a run of bytes. */
  public void on(ByteBuf in, int from, int to) {
    int at = from;
    while (true) {
      if (skip > 0) {
        int run = (int) Math.min(skip, to - at);
        if (shows && run > 0) {
          shown(in, at, run);
        }
        skip -= run;
        at += run;
        if (skip > 0) {
          return;
        }
        shows = false;
      }
      if (wantsPiece) {
        int missing = length - heldBytes;
        if (to - at < missing) {
          hold(in, at, to - at);
          return;
        }
        wantsPiece = false;
        if (heldBytes == 0) {
          piece(in, at, length);
        } else {
          hold(in, at, missing);
          ByteBuf whole = Unpooled.wrappedBuffer(held, 0, length);
          held = null;
          heldBytes = 0;
          piece(whole, 0, whole.readableBytes());
        }
        at += missing;
      } else if (have == 0 && to - at >= want) {
        int bytes = want;
        integer(read(in, at, bytes));
        at += bytes;
      } else {
        while (have < want && at < to) {
          integer |= (long) in.getUnsignedByte(at++) << 8 * have++;
        }
        if (have < want) {
          return;
        }
        long value = integer;
        integer = 0;
        have = 0;
        integer(value);
      }
    }
  }

  private static long read(ByteBuf in, int at, int bytes) {
    return switch (bytes) {
      case 1 -> in.getUnsignedByte(at);
      case 2 -> in.getUnsignedShortLE(at);
      case 4 -> in.getUnsignedIntLE(at);
      default -> in.getLongLE(at);
    };
  }

  private void hold(ByteBuf in, int at, int bytes) {
    if (bytes == 0) {
      return;
    }
    if (held == null) {
      held = new byte[Math.min(length, Math.max(FIRST_HELD, bytes))];
    } else if (held.length < heldBytes + bytes) {
      held = Arrays.copyOf(held, Math.min(length, Math.max(2 * held.length, heldBytes + bytes)));
    }
    in.getBytes(at, held, heldBytes, bytes);
    heldBytes += bytes;
  }

  /** Orders an integer of 1, 2, 4 or 8 bytes. */
  final void wantInteger(int bytes) {
    want = bytes;
  }

  /**
   * Orders a piece as a whole.
   *
   * @throws TdsProtocolException for one that is too long to hold
   */
  final void wantPiece(long bytes) {
    if (bytes > LONGEST_PIECE) {
      throw new TdsProtocolException(
          "a token of " + bytes + " bytes: at most " + LONGEST_PIECE + " are held");
    }
    wantsPiece = true;
    length = (int) bytes;
  }

  /** Orders bytes to pass over before the next integer or piece. */
  final void skip(long bytes) {
    skip += bytes;
  }

  /** Orders that the bytes to pass over are shown to {@link #shown}. */
  final void show() {
    shows = true;
  }

  /** True if nothing of what was ordered was read yet. */
  final boolean isBetween() {
    return skip == 0 && have == 0 && heldBytes == 0 && !wantsPiece;
  }

  /** Forgets what was ordered. */
  final void restart() {
    skip = 0;
    shows = false;
    have = 0;
    integer = 0;
    wantsPiece = false;
    held = null;
    heldBytes = 0;
  }

  /** An integer was read; the next step is to be ordered. */
  abstract void integer(long value);

  /** A piece is there; the next step is to be ordered. */
  abstract void piece(ByteBuf in, int at, int bytes);

  /** Bytes pass that were to be shown. */
  abstract void shown(ByteBuf in, int at, int bytes);
}
