package dev.heimdall.launcher.moving;

import dev.heimdall.model.RdsHost;

/** Addresses of servers as URLs have them: what host and port are is judged with the document. */
final class Addresses {
  private Addresses() {}

  /**
   * @param host a name or an IP address, an IPv6 address without brackets
   */
  static String of(String host, String port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** True if the host of an address has a name that RDS gives. */
  static boolean ofRds(String address) {
    return RdsHost.ofAws(RdsHost.withoutPort(address));
  }
}
