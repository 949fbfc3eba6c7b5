package dev.heimdall.engine.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FleetNumbersTest {
  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static FleetNumbers among(String networks, String... own) {
    return FleetNumbers.among(
        Arrays.stream(networks.split(" ")).map(Cidr::parse).toList(),
        Stream.of(own).map(FleetNumbersTest::address).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.1.0/24 10.0.7.0/24, 10.0.1.0, 1",
    "10.0.1.0/24 10.0.7.0/24, 10.0.1.255, 256",
    "10.0.1.0/24 10.0.7.0/24, 10.0.7.9, 266",
    "10.0.0.0/20, 10.0.15.255, 4097",
    "10.0.0.0/20 10.0.16.0/20 10.0.32.0/20, 10.0.47.255, 12291",
    "10.0.0.0/19 10.0.32.0/19 10.0.64.0/19, 10.0.95.255, 24583",
    "200.0.0.0/24, 200.0.0.200, 201"
  })
  void aNodeIsFoundByTheNumberOfItsAddress(String networks, String own, int node) {
    FleetNumbers numbers = among(networks, own);

    assertThat(numbers.node()).isEqualTo(node);
    assertThat(numbers.isFound()).isTrue();
    for (int session : new int[] {1, numbers.mostSessions()}) {
      int number = numbers.ofSession(session);
      assertThat(FleetNumbers.isOfSession(number)).as("%d", number).isTrue();
      assertThat(numbers.nodeOf(number)).isEqualTo(node);
    }
    FleetNumbers other = among(networks, "192.0.2.1");
    assertThat(other.address(node)).contains(address(own));
    assertThat(other.node()).isNotEqualTo(node);
    assertThat(other.isFound()).as("whose address is elsewhere").isFalse();
    assertThat(numbers.address(other.node())).isEmpty();
    assertThat(FleetNumbers.isOfSession(other.ofSession(other.mostSessions()))).isTrue();
  }

  @Test
  void theFirstOfItsAddressesCountsAndThoseOfOtherFamiliesDoNot() {
    assertThat(among("10.0.1.0/24", "fd00::1", "10.0.1.7", "10.0.1.3", "192.0.2.1").node())
        .isEqualTo(4);
  }

  @Test
  void aNumberThatWasWrittenDownIsNoAddress() {
    FleetNumbers numbers = FleetNumbers.of(4095);

    assertThat(numbers.nodeOf(numbers.ofSession(5))).isEqualTo(4095);
    assertThat(numbers.address(4095)).isEmpty();
    assertThat(numbers.address(0)).isEmpty();
    assertThat(List.of(FleetNumbers.isOfSession(FleetNumbers.LOWEST - 1), numbers.isFound()))
        .containsOnly(false);
  }
}
