package dev.heimdall.engine.dialect.sqlserver.answer;

/** Names of what servers say in the answer to a log-in. */
public final class LogInReply {
  /** Bytes of a packet, as agreed. */
  public static final String PACKET_SIZE = "packet size";

  private LogInReply() {}
}
