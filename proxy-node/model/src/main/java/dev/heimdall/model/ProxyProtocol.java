package dev.heimdall.model;

import java.util.List;

/** PROXY protocol version 2 in front of a client's first bytes. */
public record ProxyProtocol(
    @Setting(
            value = "Read a PROXY header from the networks in `trusted`.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean enabled,
    @Setting(
            value = "Networks of the load balancers. Must not be empty when `enabled`.",
            byDefault = "[]",
            format = Format.NETWORK,
            applies = Applies.NEW_CONNECTIONS)
        List<Cidr> trusted,
    @Setting(
            value = "Refuse a connection from a trusted network that comes without the header.",
            byDefault = "true",
            applies = Applies.NEW_CONNECTIONS)
        boolean required) {
  public ProxyProtocol {
    trusted = List.copyOf(trusted);
  }

  /** Every setting at its default. */
  public static ProxyProtocol defaults() {
    return Shape.of(ProxyProtocol.class).defaults();
  }
}
