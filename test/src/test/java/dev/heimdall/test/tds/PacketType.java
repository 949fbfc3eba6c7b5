package dev.heimdall.test.tds;

/** Types and status bits of packets. */
final class PacketType {
  static final int BATCH = 1;
  static final int RPC = 3;
  static final int REPLY = 4;
  static final int ATTENTION = 6;
  static final int BULK = 7;
  static final int TRANSACTION = 14;
  static final int LOGIN7 = 16;
  static final int PRELOGIN = 18;
  static final int TLS_RECORD = 0x16;

  static final int END = 1;
  static final int IGNORE = 2;
  static final int RESET = 8;
  static final int RESET_KEEPING_TRANSACTION = 16;

  private PacketType() {}

  static String name(int type) {
    return switch (type) {
      case BATCH -> "batch";
      case RPC -> "rpc";
      case ATTENTION -> "attention";
      case BULK -> "bulk";
      case TRANSACTION -> "transaction";
      case LOGIN7 -> "login";
      case PRELOGIN -> "prelogin";
      default -> "type " + type;
    };
  }
}
