package dev.heimdall.engine.wire.sqlserver;

/** Versions of the protocol that are spoken, oldest first. */
public enum TdsVersion {
  /** SQL Server 2000: two bytes of user type, four bytes of row count, no ALL_HEADERS. */
  V7_1(0x71000001),
  /** SQL Server 2005: MARS, (max) types, ALL_HEADERS in each request. */
  V7_2(0x72090002),
  /** SQL Server 2008: dates and times, table-valued parameters. */
  V7_3A(0x730A0003),
  /** SQL Server 2008 R2: NBCROW. */
  V7_3B(0x730B0003),
  /** SQL Server 2012 and later: features agreed at log-in. */
  V7_4(0x74000004),
  /** SQL Server 2022: TLS first. LOGIN7 and LOGINACK then have the number of 8.0. */
  V8_0(0x08000000);

  private static final TdsVersion[] VALUES = values();
  private static final int OLDEST = 0x71000000;

  private final int number;

  TdsVersion(int number) {
    this.number = number;
  }

  /** As LOGIN7 has it little-endian, and LOGINACK big-endian. */
  public int number() {
    return number;
  }

  /**
   * The version that a number names, or the one below it; a number above all is {@link #V7_4}, as
   * servers take it.
   *
   * @throws TdsProtocolException for 7.0 and what came before
   */
  public static TdsVersion of(int number) {
    if (number == V8_0.number) {
      return V8_0;
    }
    if (number >= 0 && number < OLDEST) {
      throw new TdsProtocolException(
          "TDS version 0x%08x is not supported: 7.1 and later are".formatted(number));
    }
    TdsVersion found = V7_1;
    for (TdsVersion version : VALUES) {
      if (version != V8_0 && (number < 0 || number >= version.number)) {
        found = version;
      }
    }
    return found;
  }

  /** The version whose tokens these are: with 8.0 only the log-in is another one. */
  public TdsVersion ofTokens() {
    return this == V8_0 ? V7_4 : this;
  }

  /** True if user types and row counts are wide, and requests begin with ALL_HEADERS. */
  public boolean hasHeaders() {
    return this != V7_1;
  }

  /** True if each RETURNVALUE has the ordinal of its parameter; below, it has a length there. */
  public boolean hasOrdinals() {
    return this != V7_1;
  }

  /** Bytes of a user type in metadata. */
  public int userTypeBytes() {
    return this == V7_1 ? 2 : 4;
  }

  /** Bytes of DONE, DONEPROC and DONEINPROC behind the token's own byte. */
  public int doneBytes() {
    return this == V7_1 ? 8 : 12;
  }
}
