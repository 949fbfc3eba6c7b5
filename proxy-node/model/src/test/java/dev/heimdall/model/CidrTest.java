package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.255.255, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.1.2.3/32, 10.1.2.3, true",
    "10.1.2.3/32, 10.1.2.2, false",
    "192.168.4.0/22, 192.168.7.255, true",
    "192.168.4.0/22, 192.168.8.0, false",
    "128.0.0.0/1, 255.0.0.1, true",
    "128.0.0.0/1, 127.0.0.1, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "::/0, ::1, true",
    "::/0, 127.0.0.1, false",
    "fd00::/8, fdff::1, true",
    "fd00::/8, fe80::1, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "::1/128, ::1, true",
    "10.0.0.0/8, ::ffff:10.1.1.1, true",
    "all, 203.0.113.9, true",
    "all, ::1, true",
  })
  void networkHoldsItsAddressesOnly(String network, String address, boolean expected)
      throws Exception {
    assertThat(Cidr.parse(network).contains(InetAddress.getByName(address))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/08",
        "10.0.0.1/8",
        "10.0.0/8",
        "010.0.0.0/8",
        "256.0.0.0/8",
        "localhost/8",
        "::/129",
        "fd00::1/8",
        "fe80::%eth0/10",
        "[::]/0",
        "ALL",
        "10.0.0.0/8 "
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Cidr.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "\"%s\" is not \"all\" or a network such as \"10.0.0.0/8\" or \"fd00::/8\"", text);
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, 10.1.2.3/32",
    "::1, ::1/128",
    "10.1.2.3/8, 10.0.0.0/8",
    "10.1.2.3/0, 0.0.0.0/0",
    "10.1.2.3/33,",
    "example.org,"
  })
  void nearestNetworkIsTheOneThatWasMeant(String written, String network) {
    assertThat(Cidr.nearest(written)).isEqualTo(Optional.ofNullable(network));
  }

  @Test
  void addressInsideOfTheNetworkIsNoNetwork() throws Exception {
    Optional<InetAddress> host = Optional.of(InetAddress.getByName("10.0.0.1"));

    assertThatThrownBy(() -> new Cidr(host, 8))
        .hasMessage("10.0.0.1/8 is not a network: the bits after the prefix must be zero");
    assertThatThrownBy(() -> new Cidr(Optional.empty(), 8))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void textIsWhatWasRead() {
    assertThat(Cidr.parse("10.0.0.0/8"))
        .hasToString("10.0.0.0/8")
        .isEqualTo(Cidr.parse("10.0.0.0/8"));
    assertThat(Cidr.ALL).hasToString("all");
  }
}
