package dev.heimdall.engine.wire.sqlserver;

/** The first bytes of what replies consist of, and the bits of DONE. */
public final class TdsToken {
  public static final int TVP_ROW = 0x01;
  public static final int OFFSET = 0x78;
  public static final int RETURN_STATUS = 0x79;
  public static final int COL_METADATA = 0x81;
  public static final int ALT_METADATA = 0x88;
  public static final int DATA_CLASSIFICATION = 0xA3;
  public static final int TABNAME = 0xA4;
  public static final int COLINFO = 0xA5;
  public static final int ORDER = 0xA9;
  public static final int ERROR = 0xAA;
  public static final int INFO = 0xAB;
  public static final int RETURN_VALUE = 0xAC;
  public static final int LOGIN_ACK = 0xAD;
  public static final int FEATURE_EXT_ACK = 0xAE;
  public static final int ROW = 0xD1;
  public static final int NBC_ROW = 0xD2;
  public static final int ALT_ROW = 0xD3;
  public static final int ENV_CHANGE = 0xE3;
  public static final int SESSION_STATE = 0xE4;
  public static final int SSPI = 0xED;
  public static final int FED_AUTH_INFO = 0xEE;
  public static final int DONE = 0xFD;
  public static final int DONE_PROC = 0xFE;
  public static final int DONE_IN_PROC = 0xFF;

  /** Another DONE follows. */
  public static final int DONE_MORE = 0x01;

  /** The statement failed. */
  public static final int DONE_ERROR = 0x02;

  /** A transaction is open. */
  public static final int DONE_IN_TRANSACTION = 0x04;

  /** The row count means something. */
  public static final int DONE_COUNT = 0x10;

  /** Acknowledges an attention. */
  public static final int DONE_ATTENTION = 0x20;

  /** One of several RPCs of a message is done. */
  public static final int DONE_RPC_IN_BATCH = 0x80;

  /** The results before it are to be discarded. */
  public static final int DONE_SERVER_ERROR = 0x100;

  private TdsToken() {}
}
