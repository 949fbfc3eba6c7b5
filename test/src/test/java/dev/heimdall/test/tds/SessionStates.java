package dev.heimdall.test.tds;

/** States of session recovery: what a client gets back when it reconnects, MS-TDS 2.2.7.14. */
final class SessionStates {
  private SessionStates() {}

  /** What the log-in leaves: initial database, collation and language. */
  static byte[] initial(String database) {
    ByteBuilder state = new ByteBuilder();
    state.shortText(database).u8(TypeInfo.COLLATION.length).bytes(TypeInfo.COLLATION);
    state.shortText("us_english");
    // State 0; its length in one byte where it is below 255.
    return new ByteBuilder().u8(0).u8(state.size()).bytes(state.toBytes()).toBytes();
  }
}
