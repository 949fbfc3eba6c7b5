package dev.heimdall.manager.web;

import dev.heimdall.model.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The proxies that are believed what they report of their clients' addresses, in {@code
 * X-Forwarded-For}: each adds the address that it has seen at the right, so that the right-most one
 * that is no proxy's is the client's. What is left of it, the client has written himself.
 *
 * @param networks of their addresses; none: no proxy is believed
 */
public record TrustedProxies(List<Cidr> networks) {
  static final String HEADER = "X-Forwarded-For";

  static final String PROTOCOL = "X-Forwarded-Proto";

  private static final TrustedProxies NONE = new TrustedProxies(List.of());

  public TrustedProxies {
    networks = List.copyOf(networks);
  }

  public static TrustedProxies none() {
    return NONE;
  }

  static boolean isTls(List<String> forwarded) {
    return !forwarded.isEmpty()
        && Stream.of(String.join(",", forwarded).split(",", -1))
            .allMatch(protocol -> protocol.strip().equalsIgnoreCase("https"));
  }

  boolean trusts(InetAddress address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  /**
   * Returns the client that has sent a request.
   *
   * @param peer whose connection it came by
   * @param forwarded the values of the header, in their order
   * @return the nearest that is known, where the header is missing or cannot be read
   */
  InetAddress client(InetAddress peer, List<String> forwarded) {
    InetAddress client = peer;
    String[] reported = String.join(",", forwarded).split(",", -1);
    for (int i = reported.length - 1; i >= 0 && trusts(client); i--) {
      Optional<InetAddress> before = address(reported[i].strip());
      if (before.isEmpty()) {
        return client;
      }
      client = before.get();
    }
    return client;
  }

  /** As proxies write it: some in quotes, with brackets or with a port. */
  private static Optional<InetAddress> address(String written) {
    String text = written;
    if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
      text = text.substring(1, text.length() - 1);
    }
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      text = end < 0 ? "" : text.substring(1, end);
    } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
      text = text.substring(0, text.indexOf(':'));
    }
    try {
      return text.indexOf('/') >= 0 ? Optional.empty() : Cidr.ofAddressOrNetwork(text).network();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
