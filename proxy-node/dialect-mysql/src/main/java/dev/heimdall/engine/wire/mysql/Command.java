package dev.heimdall.engine.wire.mysql;

/** The first byte of what a client sends as a command (COM_*). */
public final class Command {
  public static final byte QUIT = 0x01;
  public static final byte INIT_DB = 0x02;
  public static final byte QUERY = 0x03;
  public static final byte FIELD_LIST = 0x04;
  public static final byte CREATE_DB = 0x05;
  public static final byte DROP_DB = 0x06;
  public static final byte REFRESH = 0x07;
  public static final byte SHUTDOWN = 0x08;
  public static final byte STATISTICS = 0x09;
  public static final byte PROCESS_INFO = 0x0A;
  public static final byte PROCESS_KILL = 0x0C;
  public static final byte DEBUG = 0x0D;
  public static final byte PING = 0x0E;
  public static final byte CHANGE_USER = 0x11;
  public static final byte BINLOG_DUMP = 0x12;
  public static final byte TABLE_DUMP = 0x13;
  public static final byte REGISTER_REPLICA = 0x15;
  public static final byte STMT_PREPARE = 0x16;
  public static final byte STMT_EXECUTE = 0x17;
  public static final byte STMT_SEND_LONG_DATA = 0x18;
  public static final byte STMT_CLOSE = 0x19;
  public static final byte STMT_RESET = 0x1A;
  public static final byte SET_OPTION = 0x1B;
  public static final byte STMT_FETCH = 0x1C;
  public static final byte BINLOG_DUMP_GTID = 0x1E;
  public static final byte RESET_CONNECTION = 0x1F;

  /** MariaDB's. */
  public static final byte STMT_BULK_EXECUTE = (byte) 0xFA;

  private Command() {}
}
