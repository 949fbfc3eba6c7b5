package dev.heimdall.engine.client;

import java.util.Map;

/**
 * Parameters that a client requests when it logs in, before it has proved anything.
 *
 * @param database as the client names it
 * @param applicationName what it calls itself; may be null
 * @param dedicated what a server connection that is made for this session alone is asked for, as
 *     for replication; null for a session whose connections come from a pool
 * @param secretLength bytes of the secret that its cancel key shall have
 * @param number in its cancel key, of which the client has been told; 0 where it has not
 */
public record SessionRequest(
    String user,
    String database,
    String applicationName,
    Map<String, String> dedicated,
    int secretLength,
    int number) {

  /** Of a client that gets its number when it has logged in. */
  public SessionRequest(
      String user,
      String database,
      String applicationName,
      Map<String, String> dedicated,
      int secretLength) {
    this(user, database, applicationName, dedicated, secretLength, 0);
  }
}
