package dev.heimdall.engine.auth;

import dev.heimdall.model.AuthRule;
import dev.heimdall.model.ConnectionType;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/** One VDB's authentication rules, read like pg_hba.conf: the first rule that fits decides. */
public final class AuthTable {

  private final List<AuthRule> rules;

  public AuthTable(List<AuthRule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * The rule that decides.
   *
   * @param position its place in the table, from 1
   */
  public record Match(int position, AuthRule rule) {}

  /**
   * @param tls whether the connection is encrypted
   * @param database the name that the client gave
   * @return empty when no rule fits: the client is to be refused
   */
  public Optional<Match> match(boolean tls, InetAddress client, String database, String user) {
    InetAddress address = withoutMapping(client);
    for (int i = 0; i < rules.size(); i++) {
      AuthRule rule = rules.get(i);
      if (isFor(rule.type(), tls)
          && names(rule.databases(), database)
          && names(rule.users(), user)
          && rule.address().contains(address)) {
        return Optional.of(new Match(i + 1, rule));
      }
    }
    return Optional.empty();
  }

  private static boolean isFor(ConnectionType type, boolean tls) {
    switch (type) {
      case HOST:
        return true;
      case HOSTSSL:
        return tls;
      case HOSTNOSSL:
        return !tls;
    }
    throw new AssertionError(type);
  }

  private static boolean names(List<String> listed, String name) {
    return listed.contains(AuthRule.ALL) || listed.contains(name);
  }

  /**
   * A socket for both families shows IPv4 clients as {@code ::ffff:1.2.3.4}: rules mean the latter.
   */
  private static InetAddress withoutMapping(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an IPv6 address has 16 bytes", e);
    }
  }
}
