package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.AuthMethod;
import dev.heimdall.model.AuthRule;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.ConnectionType;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthTableTest {

  private static final AuthTable TABLE =
      new AuthTable(
          List.of(
              rule(ConnectionType.HOST, "all", "mallory", "all", AuthMethod.REJECT),
              rule(ConnectionType.HOSTSSL, "shop", "all", "10.0.0.0/8", AuthMethod.CERT),
              rule(ConnectionType.HOST, "shop", "alice", "10.1.2.0/23", AuthMethod.MD5),
              rule(ConnectionType.HOST, "all", "all", "fd00:1::/33", AuthMethod.TRUST),
              rule(ConnectionType.HOSTNOSSL, "all", "all", "192.0.2.7/32", AuthMethod.REJECT),
              rule(ConnectionType.HOST, "all", "all", "192.0.2.0/24", AuthMethod.SCRAM_SHA_256),
              rule(ConnectionType.HOST, "all", "root", "0.0.0.0/0", AuthMethod.PASSWORD)));

  @ParameterizedTest
  @CsvSource({
    "tls,   10.1.2.3,      shop,  alice,   2",
    "plain, 10.1.2.3,      shop,  alice,   3",
    "plain, 10.1.3.255,    shop,  alice,   3",
    "plain, 10.1.4.0,      shop,  alice,   0",
    "plain, 10.1.1.255,    shop,  alice,   0",
    "plain, 10.1.2.3,      shop,  bob,     0",
    "tls,   10.1.2.3,      shop,  bob,     2",
    "tls,   10.1.2.3,      other, bob,     0",
    "tls,   11.0.0.1,      shop,  bob,     0",
    "tls,   10.1.2.3,      shop,  mallory, 1",
    "plain, ::1,           other, mallory, 1",
    "plain, fd00:1::1,     any,   any,     4",
    "plain, fd00:1:7fff::, any,   any,     4",
    "plain, fd00:1:8000::, any,   any,     0",
    "plain, 192.0.2.7,     any,   any,     5",
    "tls,   192.0.2.7,     any,   any,     6",
    "plain, 192.0.2.8,     any,   any,     6",
    "plain, 8.8.8.8,       any,   root,    7",
    "plain, 2001:db8::1,   any,   root,    0",
    "plain, 8.8.8.8,       any,   Root,    0",
    "plain, 8.8.8.8,       SHOP,  alice,   0"
  })
  void firstRuleThatFitsDecides(
      String connection, String address, String database, String user, int position)
      throws Exception {
    InetAddress client = InetAddress.getByName(address);

    int found =
        TABLE
            .match(connection.equals("tls"), client, database, user)
            .map(AuthTable.Match::position)
            .orElse(0);

    assertThat(found).isEqualTo(position);
  }

  @Test
  void mappedIpv4AddressIsAnIpv4Address() throws UnknownHostException {
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    mapped[12] = (byte) 192;
    mapped[14] = 2;
    mapped[15] = 9;
    Inet6Address client = Inet6Address.getByAddress(null, mapped, -1);

    assertThat(TABLE.match(false, client, "any", "any").map(AuthTable.Match::position)).contains(6);
  }

  @Test
  void emptyTableMatchesNobody() {
    assertThat(
            new AuthTable(List.of()).match(true, InetAddress.getLoopbackAddress(), "shop", "alice"))
        .isEmpty();
  }

  static AuthRule rule(
      ConnectionType type, String database, String user, String address, AuthMethod method) {
    return new AuthRule(
        type, List.of(database), List.of(user), Cidr.parse(address), method, List.of());
  }
}
