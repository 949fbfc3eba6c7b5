package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The first message of both sides: options, of which encryption is agreed. */
public final class Prelogin {
  public static final int VERSION = 0;
  public static final int ENCRYPTION = 1;
  public static final int INSTANCE = 2;
  public static final int THREAD = 3;
  public static final int MARS = 4;
  public static final int TRACE = 5;
  public static final int FEDAUTH_REQUIRED = 6;
  public static final int NONCE = 7;

  /** Encryption of the log-in alone. */
  public static final int ENCRYPT_OFF = 0;

  public static final int ENCRYPT_ON = 1;
  public static final int ENCRYPT_NOT_SUPPORTED = 2;
  public static final int ENCRYPT_REQUIRED = 3;

  private static final int TERMINATOR = 0xFF;
  private static final int ENTRY_BYTES = 5;

  /** More are none of the protocol's. */
  private static final int MOST_OPTIONS = 32;

  private record Option(int token, byte[] value) {}

  private final List<Option> options = new ArrayList<>();

  /** Sets an option, behind those that are set, and returns itself. */
  public Prelogin with(int token, byte... value) {
    options.removeIf(option -> option.token() == token);
    options.add(new Option(token, value.clone()));
    return this;
  }

  /** Sets the version: major, minor, build and sub-build. */
  public Prelogin withVersion(int major, int minor, int build, int subBuild) {
    return with(
        VERSION,
        (byte) major,
        (byte) minor,
        (byte) (build >> 8),
        (byte) build,
        (byte) subBuild,
        (byte) (subBuild >> 8));
  }

  /** The bytes of an option, or null where it is absent. */
  public byte[] value(int token) {
    for (Option option : options) {
      if (option.token() == token) {
        return option.value().clone();
      }
    }
    return null;
  }

  public boolean has(int token) {
    return value(token) != null;
  }

  /** One of the four outcomes; a client that sends none supports none. */
  public int encryption() {
    return first(ENCRYPTION, ENCRYPT_NOT_SUPPORTED);
  }

  /** True if the client asks for several sessions over one connection. */
  public boolean mars() {
    return first(MARS, 0) != 0;
  }

  public boolean fedAuthRequired() {
    return first(FEDAUTH_REQUIRED, 0) != 0;
  }

  /** The instance that the client means, without its terminator; empty for the default one. */
  public String instance() {
    byte[] value = value(INSTANCE);
    if (value == null) {
      return "";
    }
    int end = 0;
    while (end < value.length && value[end] != 0) {
      end++;
    }
    return new String(value, 0, end, StandardCharsets.ISO_8859_1);
  }

  private int first(int token, int otherwise) {
    byte[] value = value(token);
    return value == null || value.length == 0 ? otherwise : value[0] & 0xFF;
  }

  /**
   * Reads a message's payload.
   *
   * @throws TdsProtocolException for what is none
   */
  public static Prelogin read(ByteBuf in) {
    Prelogin read = new Prelogin();
    int start = in.readerIndex();
    int length = in.readableBytes();
    for (int at = 0; ; at += ENTRY_BYTES) {
      if (at >= length) {
        throw new TdsProtocolException("a PRELOGIN without the end of its options");
      }
      int token = in.getUnsignedByte(start + at);
      if (token == TERMINATOR) {
        break;
      }
      if (length - at < ENTRY_BYTES || read.options.size() == MOST_OPTIONS) {
        throw new TdsProtocolException("the options of a PRELOGIN cannot be read");
      }
      int offset = in.getUnsignedShort(start + at + 1);
      int bytes = in.getUnsignedShort(start + at + 3);
      if (offset + bytes > length) {
        throw new TdsProtocolException("an option of a PRELOGIN is beyond its end");
      }
      byte[] value = new byte[bytes];
      in.getBytes(start + offset, value);
      read.with(token, value);
    }
    in.skipBytes(length);
    return read;
  }

  /** Appends the payload. */
  public void write(ByteBuf out) {
    int offset = options.size() * ENTRY_BYTES + 1;
    for (Option option : options) {
      out.writeByte(option.token()).writeShort(offset).writeShort(option.value().length);
      offset += option.value().length;
    }
    out.writeByte(TERMINATOR);
    for (Option option : options) {
      out.writeBytes(option.value());
    }
  }

  @Override
  public String toString() {
    return "Prelogin"
        + Arrays.toString(options.stream().mapToInt(Option::token).toArray())
        + " encryption="
        + encryption();
  }
}
