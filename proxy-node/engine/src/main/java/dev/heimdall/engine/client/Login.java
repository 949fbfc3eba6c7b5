package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.ServerCredential;
import java.net.InetSocketAddress;
import java.util.Map;

/**
 * Who logged in, and how.
 *
 * @param database as the client names it
 * @param parameters start-up parameters other than user, database and replication
 * @param minor minor protocol version that both sides speak
 * @param replication value of the replication parameter, or null
 * @param own what the client proved, as a log-in for the server
 * @param provedAt when it did, by {@link System#nanoTime}
 * @param admin whether it may use the admin console
 */
public record Login(
    String user,
    String database,
    Map<String, String> parameters,
    int minor,
    String replication,
    ServerCredential own,
    long provedAt,
    boolean admin,
    boolean tls,
    InetSocketAddress address) {}
