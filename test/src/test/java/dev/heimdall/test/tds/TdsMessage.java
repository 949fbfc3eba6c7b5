package dev.heimdall.test.tds;

/**
 * A message that the server received.
 *
 * @param connection its number, from 1 in the order of connecting
 * @param spid of the session, 0 before the log-in
 * @param type batch, rpc, attention, bulk, transaction, login, prelogin
 * @param status bits of its first packet: 8 reset, 16 reset that keeps the transaction
 * @param descriptor of the transaction in its headers, 0 without one
 * @param text of a batch or a call, or what a transaction request wants
 */
public record TdsMessage(
    int connection, int spid, String type, int status, long descriptor, String text) {
  /** If the connection was to be reset first. */
  public boolean resets() {
    return (status & (PacketType.RESET | PacketType.RESET_KEEPING_TRANSACTION)) != 0;
  }
}
