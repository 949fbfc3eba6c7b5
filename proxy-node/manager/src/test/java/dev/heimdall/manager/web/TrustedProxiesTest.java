package dev.heimdall.manager.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Cidr;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose address counts. */
class TrustedProxiesTest {
  private final TrustedProxies proxies =
      new TrustedProxies(List.of(Cidr.parse("10.0.0.0/24"), Cidr.parse("fd00::/8")));

  private static InetAddress address(String text) throws Exception {
    return InetAddress.getByName(text);
  }

  private String client(String peer, String... forwarded) throws Exception {
    return proxies.client(address(peer), Arrays.asList(forwarded)).getHostAddress();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.1 | 203.0.113.7                             | 203.0.113.7",
        "10.0.0.1 | 203.0.113.7, 10.0.0.2                   | 203.0.113.7",
        "10.0.0.1 | 1.1.1.1, 203.0.113.7, 10.0.0.2          | 203.0.113.7",
        "10.0.0.1 | 10.0.0.9, 203.0.113.7                   | 203.0.113.7",
        "10.0.0.1 | 10.0.0.3, 10.0.0.2                      | 10.0.0.3",
        "10.0.0.1 | 203.0.113.7:51234                       | 203.0.113.7",
        "10.0.0.1 | [2001:db8::1]:443                       | 2001:db8:0:0:0:0:0:1",
        "10.0.0.1 | 2001:db8::1                             | 2001:db8:0:0:0:0:0:1",
        "fd00::1  | ::ffff:203.0.113.7                      | 203.0.113.7",
        "203.0.113.9 | 1.1.1.1                              | 203.0.113.9",
        "203.0.113.9 | 10.0.0.1                             | 203.0.113.9"
      })
  void theRightMostThatIsNoProxysIsTheClients(String peer, String forwarded, String client)
      throws Exception {
    assertThat(client(peer, forwarded)).isEqualTo(client);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", ",", ",,,", "unknown", "_hidden", "localhost", "example.com", "1.2.3", "1.2.3.4.5",
        "1.2.3.256", "[", "[]", "[::1", "::1%eth0", "10.0.0.0/24", "\"", "\"\"", "-1", "01.2.3.4",
        "0x7f000001", "2130706433", "203.0.113.7 203.0.113.8", "203.0.113.7;", "\u0661.2.3.4"
      })
  void whatCannotBeReadCountsForNothing(String malformed) throws Exception {
    assertThat(client("10.0.0.1", malformed)).isEqualTo("10.0.0.1");
    assertThat(client("10.0.0.1", malformed + ", 203.0.113.7")).isEqualTo("203.0.113.7");
    assertThat(client("10.0.0.1", "203.0.113.7, " + malformed + ", 10.0.0.2"))
        .isEqualTo("10.0.0.2");
  }

  @Test
  void headersOfOneNameAreOneList() throws Exception {
    assertThat(client("10.0.0.1", "1.1.1.1", "203.0.113.7", "10.0.0.2")).isEqualTo("203.0.113.7");
    assertThat(client("10.0.0.1")).isEqualTo("10.0.0.1");
    assertThat(client("10.0.0.1", "x".repeat(30_000))).isEqualTo("10.0.0.1");
    assertThat(client("10.0.0.1", "10.0.0.2,".repeat(3000) + "10.0.0.3")).isEqualTo("10.0.0.2");
  }

  @Test
  void nobodyIsTrustedByDefault() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    assertThat(TrustedProxies.none().client(here, List.of("203.0.113.7"))).isEqualTo(here);
  }
}
