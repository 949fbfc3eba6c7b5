package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.model.ConsoleRight;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Client that logged in, and the way it did.
 *
 * @param request what it asked for
 * @param encoder how the client is answered
 * @param capabilities what was agreed with it that its servers must have agreed on too
 * @param own what the client proved, as a log-in for the server
 * @param groups of a directory that it is in; none where another method has let it in
 * @param provedAt when it did, by {@link System#nanoTime}
 * @param right what it may do at the admin console
 * @param again how it may log in again over the same connection; null where its protocol has no
 *     such thing
 */
public record Login(
    SessionRequest request,
    ClientEncoder encoder,
    Capabilities capabilities,
    ServerCredential own,
    List<String> groups,
    long provedAt,
    ConsoleRight right,
    boolean tls,
    InetSocketAddress address,
    LogInAgain again) {

  public String user() {
    return request.user();
  }

  /** As the client names it. */
  public String database() {
    return request.database();
  }

  /** Name of the client's application as its log-in had it; may be null. */
  public String applicationName() {
    return request.applicationName();
  }

  /** True if it may do everything at the admin console. */
  public boolean admin() {
    return right == ConsoleRight.ALL;
  }

  /** True if its server connection is made for it alone. */
  public boolean dedicated() {
    return request.dedicated() != null;
  }
}
