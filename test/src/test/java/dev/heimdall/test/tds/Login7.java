package dev.heimdall.test.tds;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** LOGIN7, MS-TDS 2.2.6.4: the fields that a server looks at. */
final class Login7 {
  private static final int FIXED = 36;
  private static final int INTEGRATED = 0x80;
  private static final int EXTENSION = 0x10;
  private static final int READ_ONLY = 0x20;
  private static final int END = 0xFF;

  static final int RECOVERY = 1;
  static final int FEDERATED = 2;
  static final int UTF8 = 10;

  private final byte[] message;
  private final WireReader in;
  final int version;
  final int packetSize;
  final boolean integrated;
  final boolean readOnly;
  final String host;
  final String user;

  /** True if what follows it is encrypted, too. */
  boolean encrypted;

  final String application;
  final String language;
  final String database;
  private final String password;
  private final Map<Integer, byte[]> features = new LinkedHashMap<>();

  Login7(byte[] message) {
    this.message = message;
    in = new WireReader(message);
    in.i32();
    version = in.i32();
    packetSize = in.i32();
    in.bytes(12);
    in.u8();
    int second = in.u8();
    int type = in.u8();
    int third = in.u8();
    integrated = (second & INTEGRATED) != 0;
    readOnly = (type & READ_ONLY) != 0;
    host = text(0);
    user = text(1);
    password = plain(2);
    application = text(3);
    language = text(7);
    database = text(8);
    if ((third & EXTENSION) != 0 && version >= TdsOptions.TDS_74) {
      readFeatures();
    }
  }

  private WireReader field(int number) {
    in.seek(FIXED + number * 4);
    int from = in.u16();
    return new WireReader(message, from, message.length);
  }

  private int length(int number) {
    in.seek(FIXED + number * 4 + 2);
    return in.u16();
  }

  private String text(int number) {
    return field(number).utf16(length(number));
  }

  private String plain(int number) {
    byte[] hidden = field(number).bytes(length(number) * 2);
    for (int i = 0; i < hidden.length; i++) {
      int b = hidden[i] & 0xFF ^ 0xA5;
      hidden[i] = (byte) (b << 4 | b >> 4);
    }
    return new String(hidden, StandardCharsets.UTF_16LE);
  }

  private void readFeatures() {
    int from = field(5).i32();
    WireReader at = new WireReader(message, from, message.length);
    for (int feature = at.u8(); feature != END; feature = at.u8()) {
      features.put(feature, at.bytes(at.i32()));
    }
  }

  boolean hasPassword(String expected) {
    return password.equals(expected);
  }

  boolean asks(int feature) {
    return features.containsKey(feature);
  }

  byte[] feature(int number) {
    return features.get(number);
  }

  @Override
  public String toString() {
    return "0x"
        + Integer.toHexString(version)
        + " "
        + user
        + "@"
        + database
        + " "
        + application
        + " features "
        + features.keySet();
  }
}
