package dev.heimdall.test.tds;

import java.util.LinkedHashMap;
import java.util.Map;

/** PRELOGIN's options, MS-TDS 2.2.6.5. */
final class Prelogin {
  private static final int VERSION = 0;
  private static final int ENCRYPTION = 1;
  private static final int INSTANCE = 2;
  private static final int THREAD = 3;
  private static final int MARS = 4;
  private static final int FEDERATED = 6;
  private static final int END = 0xFF;

  private final Map<Integer, byte[]> options = new LinkedHashMap<>();

  static Prelogin read(byte[] message) {
    Prelogin read = new Prelogin();
    WireReader in = new WireReader(message);
    for (int option = in.u8(); option != END; option = in.u8()) {
      int from = in.u16Big();
      int length = in.u16Big();
      read.options.put(option, new WireReader(message, from, message.length).bytes(length));
    }
    return read;
  }

  /** What the client says of encryption. */
  int encryption() {
    byte[] value = options.get(ENCRYPTION);
    return value == null || value.length == 0 ? TdsEncryption.NOT_SUPPORTED.ordinal() : value[0];
  }

  /** The server's: version 16.0.1000, the default instance, no MARS. */
  byte[] answer(TdsEncryption encryption) {
    Map<Integer, byte[]> mine = new LinkedHashMap<>();
    mine.put(VERSION, new byte[] {16, 0, 0x03, (byte) 0xE8, 0, 0});
    mine.put(ENCRYPTION, new byte[] {(byte) encryption.ordinal()});
    mine.put(INSTANCE, new byte[] {0});
    mine.put(THREAD, new byte[0]);
    if (options.containsKey(MARS)) {
      mine.put(MARS, new byte[] {0});
    }
    if (options.containsKey(FEDERATED)) {
      mine.put(FEDERATED, new byte[] {0});
    }
    ByteBuilder head = new ByteBuilder();
    ByteBuilder values = new ByteBuilder();
    int from = mine.size() * 5 + 1;
    for (Map.Entry<Integer, byte[]> option : mine.entrySet()) {
      head.u8(option.getKey()).u16Big(from + values.size()).u16Big(option.getValue().length);
      values.bytes(option.getValue());
    }
    return head.u8(END).bytes(values.toBytes()).toBytes();
  }
}
