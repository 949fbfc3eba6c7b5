package dev.heimdall.engine.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;

/**
 * Address of a client of a Unix domain socket. Rules and limits of addresses take it for one of the
 * loopback address, as only this machine's clients can be either; operators read {@code local}.
 */
public final class LocalClient {
  /** Text that operators read in place of an address. */
  public static final String SHOWN = "local";

  /** Known by being this very object: a PROXY header can claim the same address and port. */
  public static final InetSocketAddress ADDRESS = new InetSocketAddress(loopback(), 0);

  private LocalClient() {}

  private static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(SHOWN, new byte[] {127, 0, 0, 1});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an IPv4 address has 4 bytes", e);
    }
  }

  /** True if the client has come by a Unix domain socket. */
  @SuppressWarnings("ReferenceEquality")
  public static boolean is(SocketAddress client) {
    return client == ADDRESS;
  }

  /** The client's host as operators read it. */
  public static String host(InetSocketAddress client) {
    return is(client) ? SHOWN : client.getAddress().getHostAddress();
  }
}
