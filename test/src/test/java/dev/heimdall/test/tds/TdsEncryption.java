package dev.heimdall.test.tds;

/** How a server answers the ENCRYPTION option of PRELOGIN, by its value on the wire. */
public enum TdsEncryption {
  /** Supported, not asked for: the log-in alone is encrypted where the client can. */
  OFF,
  /** All is encrypted where the client can. */
  ON,
  /** Nothing is encrypted; clients that require encryption give up. */
  NOT_SUPPORTED,
  /** All is encrypted, or there is no log-in. */
  REQUIRED;

  private static final int CLIENT_REQUIRES = 3;

  /** Server's answer to the client's value; the table of MS-TDS 2.2.6.5. */
  TdsEncryption answer(int client) {
    boolean asks = client == ON.ordinal() || client == CLIENT_REQUIRES;
    if (this == NOT_SUPPORTED) {
      return NOT_SUPPORTED;
    }
    if (client == NOT_SUPPORTED.ordinal()) {
      return this == OFF ? NOT_SUPPORTED : REQUIRED;
    }
    if (this == OFF) {
      return asks ? ON : OFF;
    }
    return asks ? ON : REQUIRED;
  }
}
