package dev.heimdall.launcher.deployment;

import dev.heimdall.model.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Addresses for networks that are made: of none that is there in the deployment's regions, and none
 * twice, as networks that share addresses can never be connected. For one thread.
 */
final class FreeAddresses {
  private static final int FIRST = 40;
  private static final int BYTE = 256;

  private final Account account;
  private final List<String> regions;
  private final List<Cidr> taken = new ArrayList<>();
  private boolean asked;

  /**
   * Sends no request yet.
   *
   * @param regions of the deployment
   * @param wished addresses that the command line gives to networks
   */
  FreeAddresses(Account account, List<String> regions, List<Cidr> wished) {
    this.account = account;
    this.regions = List.copyOf(regions);
    taken.addAll(wished);
  }

  /** Others each time. */
  Cidr next() {
    if (!asked) {
      asked = true;
      regions.stream()
          .flatMap(region -> account.addresses(region).stream())
          .map(Cidr::parse)
          .forEach(taken::add);
    }
    Cidr next =
        candidates()
            .filter(one -> taken.stream().noneMatch(one::overlaps))
            .findFirst()
            // All private ones are taken: --addresses knows better.
            .orElseGet(() -> candidates().findFirst().orElseThrow());
    taken.add(next);
    return next;
  }

  private static Stream<Cidr> candidates() {
    return Stream.of(
            IntStream.range(FIRST, BYTE).mapToObj(i -> "10." + i),
            IntStream.range(0, FIRST).mapToObj(i -> "10." + i),
            IntStream.range(16, 32).mapToObj(i -> "172." + i))
        .flatMap(each -> each)
        .map(beginning -> Cidr.parse(beginning + ".0.0/16"));
  }
}
