package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/**
 * Walks TYPE_INFO and values by their lengths. A type is one number: how its length is given, its
 * size where that is fixed, and its own byte.
 */
abstract class TypedWalk extends ResumableWalk {
  /** Values of as many bytes as the type says. */
  static final int FIXED = 0;

  /** One byte of length, 0 for NULL. */
  static final int BYTE_LENGTH = 1;

  /** Two bytes of length, 0xFFFF for NULL. */
  static final int SHORT_LENGTH = 2;

  /** Four bytes of length, 0 for NULL. */
  static final int LONG_LENGTH = 3;

  /** A pointer, a timestamp and four bytes of length; no pointer for NULL. */
  static final int POINTER = 4;

  /** Chunks. */
  static final int CHUNKS = 5;

  /** A table: in requests only. */
  static final int TABLE = 6;

  static final int INT_N = 0x26;
  static final int INT_4 = 0x38;
  static final int GUID = 0x24;
  static final int BIT_N = 0x68;
  static final int FLOAT_N = 0x6D;
  static final int MONEY_N = 0x6E;
  static final int DATETIME_N = 0x6F;
  static final int N_VARCHAR = 0xE7;
  static final int N_CHAR = 0xEF;
  static final int TEXT = 0x23;
  static final int IMAGE = 0x22;
  static final int N_TEXT = 0x63;

  private static final int MAX = 0xFFFF;
  private static final int COLLATION = 5;
  private static final long NULL_CHUNKS = -1;
  private static final long NULL_LENGTH = 0xFFFF_FFFFL;

  /** States of subclasses are from here on. */
  static final int FIRST_OWN_STATE = 16;

  private static final int TYPE = 0;
  private static final int SHORT_MAXIMUM = 1;
  private static final int SCHEMA = 2;
  private static final int STRINGS = 3;
  private static final int BYTE_VALUE = 4;
  private static final int SHORT_VALUE = 5;
  private static final int LONG_VALUE = 6;
  private static final int POINTER_VALUE = 7;
  private static final int POINTED_VALUE = 8;
  private static final int CHUNKED_VALUE = 9;
  private static final int CHUNK = 10;
  private static final int SHOWN_VALUE = 11;

  /** Meaning of the next integer or piece. */
  private int state;

  private int type;
  private int byteStrings;
  private int shortStrings;
  private int afterStrings;

  /** Type whose values' lengths are checked; 0 for none. */
  private int checked;

  /** True if the bytes of the value that is being walked are shown. */
  private boolean showsValue;

  /** Sets the meaning of the next integer or piece. */
  final void expect(int state) {
    this.state = state;
  }

  final int state() {
    return state;
  }

  final void expect(int state, int bytes) {
    this.state = state;
    wantInteger(bytes);
  }

  static int kind(int type) {
    return type & 0xF;
  }

  static int size(int type) {
    return type >> 4 & 0xF;
  }

  static int code(int type) {
    return type >> 8 & 0xFF;
  }

  private static int type(int code, int kind, int size) {
    return code << 8 | size << 4 | kind;
  }

  /** Begins a TYPE_INFO. */
  final void walkType() {
    expect(TYPE, 1);
  }

  /** Begins strings: so many behind one byte of length, then so many behind two. */
  final void walkStrings(int behindBytes, int behindShorts, int after) {
    byteStrings = behindBytes;
    shortStrings = behindShorts;
    afterStrings = after;
    nextString();
  }

  private void nextString() {
    if (byteStrings > 0) {
      byteStrings--;
      expect(STRINGS, 1);
    } else if (shortStrings > 0) {
      shortStrings--;
      expect(STRINGS, 2);
    } else if (afterStrings == TYPE) {
      typeWalked(type);
    } else {
      stringsWalked(afterStrings);
    }
  }

  /** Has the next value's length checked. */
  final void checksLength(int type) {
    checked = code(type);
  }

  private void check(long bytes) {
    boolean fits =
        switch (checked) {
          case INT_N -> bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
          case GUID -> bytes == 16;
          case BIT_N -> bytes == 1;
          case FLOAT_N, MONEY_N, DATETIME_N -> bytes == 4 || bytes == 8;
          case N_VARCHAR, N_CHAR -> bytes % 2 == 0;
          default -> true;
        };
    if (bytes > 0 && !fits) {
      throw new TdsProtocolException(
          "a value of %d bytes of the type 0x%02x".formatted(bytes, checked));
    }
    checked = 0;
  }

  /**
   * Begins a value.
   *
   * @param shows the value's bytes; {@link #valueWalked} then comes behind them
   * @return false if there is nothing to read but bytes to pass over, so that the value is walked
   */
  final boolean walkValue(int type, boolean shows) {
    showsValue = shows;
    switch (kind(type)) {
      case FIXED -> {
        if (!shows) {
          skip(size(type));
          return false;
        }
        pass(size(type));
      }
      case BYTE_LENGTH -> expect(BYTE_VALUE, 1);
      case SHORT_LENGTH -> expect(SHORT_VALUE, 2);
      case LONG_LENGTH -> expect(LONG_VALUE, 4);
      case POINTER -> {
        if (isRequest()) {
          expect(POINTED_VALUE, 4);
        } else {
          expect(POINTER_VALUE, 1);
        }
      }
      case CHUNKS -> expect(CHUNKED_VALUE, 8);
      default -> throw new TdsProtocolException("a table as a value");
    }
    return true;
  }

  @Override
  final void integer(long value) {
    switch (state) {
      case BYTE_VALUE -> {
        if (checked != 0) {
          check(value);
        }
        pass(value);
      }
      case SHORT_VALUE -> {
        long bytes = value == MAX ? 0 : value;
        if (checked != 0) {
          check(bytes);
        }
        pass(bytes);
      }
      case LONG_VALUE -> pass(length(value));
      case POINTER_VALUE -> {
        if (value == 0) {
          endValue();
        } else {
          skip(value + Long.BYTES);
          expect(POINTED_VALUE, 4);
        }
      }
      case POINTED_VALUE -> pass(value == NULL_LENGTH ? 0 : length(value));
      case CHUNKED_VALUE -> {
        if (value == NULL_CHUNKS) {
          endValue();
        } else {
          expect(CHUNK, 4);
        }
      }
      case CHUNK -> {
        if (value == 0) {
          endValue();
        } else {
          showChunk();
          skip(length(value));
        }
      }
      case TYPE -> type((int) value);
      case SHORT_MAXIMUM -> maximum((int) value);
      case SCHEMA -> walkStrings(value == 0 ? 0 : 2, value == 0 ? 0 : 1, TYPE);
      case STRINGS -> {
        skip(2 * value);
        nextString();
      }
      default -> ownInteger(value);
    }
  }

  private void pass(long bytes) {
    if (bytes > 0) {
      showChunk();
      skip(bytes);
    }
    endValue();
  }

  private void endValue() {
    if (showsValue) {
      expect(SHOWN_VALUE);
      wantPiece(0);
    } else {
      valueWalked();
    }
  }

  @Override
  final void piece(ByteBuf in, int at, int bytes) {
    if (state == SHOWN_VALUE) {
      valueWalked();
    } else {
      ownPiece(in, at, bytes);
    }
  }

  private void showChunk() {
    if (showsValue) {
      show();
    }
  }

  private static long length(long bytes) {
    if (bytes > Integer.MAX_VALUE) {
      throw new TdsProtocolException("a value of " + bytes + " bytes");
    }
    return bytes;
  }

  private void type(int code) {
    switch (code) {
      case 0x1F -> walked(type(code, FIXED, 0));
      case 0x30, 0x32 -> walked(type(code, FIXED, 1));
      case 0x34 -> walked(type(code, FIXED, 2));
      case 0x38, 0x3A, 0x3B, 0x7A -> walked(type(code, FIXED, 4));
      case 0x3C, 0x3D, 0x3E, 0x7F -> walked(type(code, FIXED, 8));
      case 0x28 -> walked(type(code, BYTE_LENGTH, 0));
      case 0x24, 0x25, INT_N, 0x27, 0x29, 0x2A, 0x2B, 0x2D, 0x2F, 0x68, 0x6D, 0x6E, 0x6F -> {
        skip(1);
        walked(type(code, BYTE_LENGTH, 0));
      }
      case 0x37, 0x3F, 0x6A, 0x6C -> {
        skip(3);
        walked(type(code, BYTE_LENGTH, 0));
      }
      case TEXT, N_TEXT -> {
        skip(4 + COLLATION);
        walked(type(code, POINTER, 0));
      }
      case IMAGE -> {
        skip(4);
        walked(type(code, POINTER, 0));
      }
      case 0x62 -> {
        skip(4);
        walked(type(code, LONG_LENGTH, 0));
      }
      case 0xA5, 0xA7, 0xAD, 0xAF, 0xE7, 0xEF -> {
        type = type(code, SHORT_LENGTH, 0);
        expect(SHORT_MAXIMUM, 2);
      }
      case 0xF1 -> {
        type = type(code, CHUNKS, 0);
        expect(SCHEMA, 1);
      }
      case 0xF0 -> {
        type = type(code, CHUNKS, 0);
        if (isRequest()) {
          walkStrings(3, 0, TYPE);
        } else {
          skip(2);
          walkStrings(3, 1, TYPE);
        }
      }
      case 0xF3 -> {
        type = type(code, TABLE, 0);
        walkStrings(3, 0, TYPE);
      }
      case 0xF4 -> walked(type(code, CHUNKS, 0));
      case 0xF5 -> {
        skip(3);
        walked(type(code, SHORT_LENGTH, 0));
      }
      default -> throw new TdsProtocolException("a value of unknown type 0x%02x".formatted(code));
    }
  }

  private void maximum(int bytes) {
    int code = code(type);
    if (code != 0xA5 && code != 0xAD) {
      skip(COLLATION);
    }
    walked(bytes == MAX ? type(code, CHUNKS, 0) : type);
  }

  private void walked(int type) {
    this.type = type;
    typeWalked(type);
  }

  /** True in requests, where user-defined types have shorter names. */
  abstract boolean isRequest();

  /** A TYPE_INFO is over, but for bytes to pass over. */
  abstract void typeWalked(int type);

  /** Strings are over, but for bytes to pass over. */
  abstract void stringsWalked(int after);

  /** A value is over, but for bytes to pass over where they are not shown. */
  abstract void valueWalked();

  /** An integer of the subclass. */
  abstract void ownInteger(long value);

  /** A piece of the subclass. */
  abstract void ownPiece(ByteBuf in, int at, int bytes);
}
