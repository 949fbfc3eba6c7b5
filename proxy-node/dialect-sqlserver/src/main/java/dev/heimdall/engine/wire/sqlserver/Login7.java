package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client's log-in. */
public record Login7(
    Client client, Flags flags, Credentials credentials, Names names, List<LoginFeature> features) {
  /** Bytes of the longest one. */
  public static final int LONGEST = 128 * 1024 - 1;

  private static final int HEADER_7_1 = 86;
  private static final int HEADER_7_2 = 94;
  private static final int CLIENT_ID_BYTES = 6;
  private static final int OBFUSCATION = 0xA5;
  private static final int MOST_FEATURES = 64;

  private static final int HOST_AT = 36;
  private static final int USER_AT = 40;
  private static final int PASSWORD_AT = 44;
  private static final int APPLICATION_AT = 48;
  private static final int SERVER_AT = 52;
  private static final int EXTENSION_AT = 56;
  private static final int LIBRARY_AT = 60;
  private static final int LANGUAGE_AT = 64;
  private static final int DATABASE_AT = 68;
  private static final int CLIENT_ID_AT = 72;
  private static final int SSPI_AT = 78;
  private static final int ATTACH_AT = 82;
  private static final int NEW_PASSWORD_AT = 86;
  private static final int LONG_SSPI_AT = 90;

  public Login7 {
    features = List.copyOf(features);
  }

  /**
   * Numbers that a client gives of itself.
   *
   * @param tds the version of the protocol, as {@link TdsVersion#number()}
   * @param packetSize 0 for the server's own
   * @param id a network card's, six bytes
   */
  public record Client(
      int tds,
      int packetSize,
      int version,
      int pid,
      int connection,
      int zone,
      int lcid,
      byte[] id) {
    /** A client of this version that gives nothing of itself. */
    public static Client of(TdsVersion version, int packetSize) {
      return new Client(version.number(), packetSize, 0, 0, 0, 0, 0, new byte[CLIENT_ID_BYTES]);
    }
  }

  /** The four bytes of flags. */
  public record Flags(int first, int second, int type, int third) {
    /** As ODBC clients have them: database and language must be there, ANSI settings. */
    public static final Flags ODBC = new Flags(0xE0, 0x03, 0, 0);

    private static final int ODBC_BIT = 0x02;
    private static final int INTEGRATED_BIT = 0x80;
    private static final int READ_ONLY_BIT = 0x20;
    private static final int CHANGES_PASSWORD_BIT = 0x01;
    private static final int EXTENSION_BIT = 0x10;

    /** True if the session begins with ANSI_DEFAULTS and the like. */
    public boolean odbc() {
      return (second & ODBC_BIT) != 0;
    }

    /** True for a log-in by the operating system's account (SSPI). */
    public boolean integrated() {
      return (second & INTEGRATED_BIT) != 0;
    }

    /** True for ApplicationIntent=ReadOnly. */
    public boolean readOnly() {
      return (type & READ_ONLY_BIT) != 0;
    }

    /** Returns these flags with, or without, ApplicationIntent=ReadOnly. */
    public Flags withReadOnly(boolean intent) {
      return new Flags(first, second, intent ? type | READ_ONLY_BIT : type & ~READ_ONLY_BIT, third);
    }

    public boolean changesPassword() {
      return (third & CHANGES_PASSWORD_BIT) != 0;
    }

    boolean hasExtension() {
      return (third & EXTENSION_BIT) != 0;
    }

    Flags withExtension(boolean there) {
      return new Flags(first, second, type, there ? third | EXTENSION_BIT : third & ~EXTENSION_BIT);
    }
  }

  /** Credentials of a log-in; {@code toString} shows neither passwords nor tokens. */
  public record Credentials(String user, String password, String newPassword, byte[] sspi) {
    public static Credentials of(String user, String password) {
      return new Credentials(user, password, "", new byte[0]);
    }

    @Override
    public String toString() {
      return "Credentials[" + user + "]";
    }
  }

  /** Names beside the user's. */
  public record Names(
      String host,
      String application,
      String server,
      String library,
      String language,
      String database,
      String attachedFile) {}

  /** The version that the client speaks. */
  public TdsVersion tds() {
    return TdsVersion.of(client.tds());
  }

  /** The feature of this number, or null. */
  public LoginFeature feature(int id) {
    for (LoginFeature feature : features) {
      if (feature.id() == id) {
        return feature;
      }
    }
    return null;
  }

  /**
   * Reads a message's payload.
   *
   * @throws TdsProtocolException for what is none
   */
  public static Login7 read(ByteBuf whole) {
    long length = whole.readableBytes() < 4 ? 0 : whole.getUnsignedIntLE(whole.readerIndex());
    if (length < HEADER_7_1 || length > LONGEST || length > whole.readableBytes()) {
      throw new TdsProtocolException("a LOGIN7 of " + length + " bytes");
    }
    ByteBuf in = whole.slice(whole.readerIndex(), (int) length);
    int tds = in.getIntLE(4);
    TdsVersion version = TdsVersion.of(tds);
    boolean wide = version.hasHeaders() && length >= HEADER_7_2;
    byte[] id = new byte[CLIENT_ID_BYTES];
    in.getBytes(CLIENT_ID_AT, id);
    Client client =
        new Client(
            tds,
            in.getIntLE(8),
            in.getIntLE(12),
            in.getIntLE(16),
            in.getIntLE(20),
            in.getIntLE(28),
            in.getIntLE(32),
            id);
    Flags flags =
        new Flags(
            in.getUnsignedByte(24),
            in.getUnsignedByte(25),
            in.getUnsignedByte(26),
            in.getUnsignedByte(27));
    Credentials credentials =
        new Credentials(
            text(in, USER_AT),
            password(in, PASSWORD_AT),
            wide && flags.changesPassword() ? password(in, NEW_PASSWORD_AT) : "",
            sspi(in, wide));
    Names names =
        new Names(
            text(in, HOST_AT),
            text(in, APPLICATION_AT),
            text(in, SERVER_AT),
            text(in, LIBRARY_AT),
            text(in, LANGUAGE_AT),
            text(in, DATABASE_AT),
            text(in, ATTACH_AT));
    // Its bit has no meaning in older versions, of which some clients set it.
    boolean extended = version.compareTo(TdsVersion.V7_4) >= 0 && flags.hasExtension();
    List<LoginFeature> features = extended ? features(in) : List.of();
    whole.skipBytes(whole.readableBytes());
    return new Login7(client, flags, credentials, names, features);
  }

  private static String text(ByteBuf in, int field) {
    int bytes = 2 * in.getUnsignedShortLE(field + 2);
    return in.toString(place(in, field, bytes), bytes, StandardCharsets.UTF_16LE);
  }

  private static String password(ByteBuf in, int field) {
    int bytes = 2 * in.getUnsignedShortLE(field + 2);
    byte[] clear = new byte[bytes];
    in.getBytes(place(in, field, bytes), clear);
    for (int i = 0; i < bytes; i++) {
      clear[i] = (byte) swap((clear[i] & 0xFF) ^ OBFUSCATION);
    }
    return new String(clear, StandardCharsets.UTF_16LE);
  }

  private static int swap(int value) {
    return value >> 4 | (value & 0x0F) << 4;
  }

  private static byte[] sspi(ByteBuf in, boolean wide) {
    long bytes = in.getUnsignedShortLE(SSPI_AT + 2);
    if (bytes == 0xFFFF && wide && in.getUnsignedIntLE(LONG_SSPI_AT) > 0) {
      bytes = in.getUnsignedIntLE(LONG_SSPI_AT);
    }
    byte[] read = new byte[(int) Math.min(bytes, in.readableBytes())];
    in.getBytes(place(in, SSPI_AT, bytes), read);
    return read;
  }

  /** Where the bytes of a field are. */
  private static int place(ByteBuf in, int field, long bytes) {
    int offset = in.getUnsignedShortLE(field);
    if (bytes == 0) {
      return 0;
    }
    if (offset + bytes > in.readableBytes()) {
      throw new TdsProtocolException("a field of LOGIN7 is beyond its end");
    }
    return offset;
  }

  private static List<LoginFeature> features(ByteBuf in) {
    if (in.getUnsignedShortLE(EXTENSION_AT + 2) < 4) {
      throw new TdsProtocolException("a LOGIN7 without the extension that it announces");
    }
    long start = in.getUnsignedIntLE(place(in, EXTENSION_AT, 4));
    List<LoginFeature> features = new ArrayList<>();
    if (start >= in.readableBytes()) {
      throw new TdsProtocolException("the features of LOGIN7 are beyond its end");
    }
    in.readerIndex((int) start);
    int id;
    while ((id = TdsStrings.need(in, 1).readUnsignedByte()) != LoginFeature.TERMINATOR) {
      long length = TdsStrings.need(in, 4).readUnsignedIntLE();
      if (length > in.readableBytes() || features.size() == MOST_FEATURES) {
        throw new TdsProtocolException("the features of LOGIN7 cannot be read");
      }
      byte[] data = new byte[(int) length];
      in.readBytes(data);
      features.add(new LoginFeature(id, data));
    }
    return features;
  }

  /**
   * Appends the payload.
   *
   * @throws IllegalArgumentException for one that no server would take
   */
  public void write(ByteBuf out) {
    boolean wide = tds().hasHeaders();
    int at = out.writerIndex();
    out.writeIntLE(0).writeIntLE(client.tds()).writeIntLE(client.packetSize());
    out.writeIntLE(client.version()).writeIntLE(client.pid()).writeIntLE(client.connection());
    Flags sent = flags.withExtension(wide && !features.isEmpty());
    out.writeByte(sent.first()).writeByte(sent.second());
    out.writeByte(sent.type()).writeByte(sent.third());
    out.writeIntLE(client.zone()).writeIntLE(client.lcid());
    out.writeZero((wide ? HEADER_7_2 : HEADER_7_1) - HOST_AT);
    out.setBytes(at + CLIENT_ID_AT, client.id(), 0, CLIENT_ID_BYTES);
    field(out, at, HOST_AT, names.host());
    field(out, at, USER_AT, credentials.user());
    secret(out, at, PASSWORD_AT, credentials.password());
    field(out, at, APPLICATION_AT, names.application());
    field(out, at, SERVER_AT, names.server());
    int extension = out.writerIndex();
    if (sent.hasExtension()) {
      place(out, at, EXTENSION_AT, 4);
      out.writeIntLE(0);
    }
    field(out, at, LIBRARY_AT, names.library());
    field(out, at, LANGUAGE_AT, names.language());
    field(out, at, DATABASE_AT, names.database());
    byte[] sspi = credentials.sspi();
    place(out, at, SSPI_AT, Math.min(sspi.length, 0xFFFF));
    if (wide && sspi.length >= 0xFFFF) {
      out.setIntLE(at + LONG_SSPI_AT, sspi.length);
    }
    out.writeBytes(sspi);
    field(out, at, ATTACH_AT, names.attachedFile());
    if (wide) {
      secret(out, at, NEW_PASSWORD_AT, credentials.newPassword());
    }
    if (sent.hasExtension()) {
      out.setIntLE(extension, out.writerIndex() - at);
      for (LoginFeature feature : features) {
        out.writeByte(feature.id()).writeIntLE(feature.data().length).writeBytes(feature.data());
      }
      out.writeByte(LoginFeature.TERMINATOR);
    }
    int length = out.writerIndex() - at;
    if (length > LONGEST) {
      throw new IllegalArgumentException("a LOGIN7 of " + length + " bytes");
    }
    out.setIntLE(at, length);
  }

  private static void field(ByteBuf out, int at, int field, String text) {
    place(out, at, field, text.length());
    TdsStrings.write(out, text);
  }

  private static void secret(ByteBuf out, int at, int field, String text) {
    place(out, at, field, text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.writeByte(swap(c & 0xFF) ^ OBFUSCATION).writeByte(swap(c >> 8) ^ OBFUSCATION);
    }
  }

  private static void place(ByteBuf out, int at, int field, int count) {
    int offset = out.writerIndex() - at;
    if (offset > 0xFFFF || count > 0xFFFF) {
      throw new IllegalArgumentException("a field of LOGIN7 of " + count + " at " + offset);
    }
    out.setShortLE(at + field, offset).setShortLE(at + field + 2, count);
  }
}
