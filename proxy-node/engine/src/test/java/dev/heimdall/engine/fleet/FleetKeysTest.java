package dev.heimdall.engine.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Secret;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FleetKeysTest {
  private static final String OLD = "the old key of a fleet, long enough";
  private static final String NEW = "the new key of a fleet, long enough";
  private static final byte[] CHALLENGE = "01234567890123456789".getBytes();
  private static final KillRequest REQUEST = new KillRequest(1048577, false, "shop", "ann", false);

  private static FleetKeys keys(String... lines) {
    return FleetKeys.of(Optional.of(new Secret(String.join("\n", lines))));
  }

  private static boolean accepted(FleetKeys by, FleetKeys of) {
    return by.accept(CHALLENGE, REQUEST, of.proof(CHALLENGE, REQUEST));
  }

  @Test
  void whatOneNodeProvesTheOthersAccept() {
    assertThat(accepted(keys(NEW), keys(NEW))).isTrue();
    assertThat(accepted(keys(NEW), keys("  " + NEW + "  ", ""))).isTrue();
    assertThat(accepted(keys(NEW), keys(OLD))).isFalse();
  }

  @Test
  void aKeyIsExchangedOnOneNodeAfterAnother() {
    List<FleetKeys> steps = List.of(keys(OLD), keys(NEW, OLD), keys(NEW));
    for (int i = 0; i + 1 < steps.size(); i++) {
      assertThat(accepted(steps.get(i), steps.get(i + 1))).isTrue();
      assertThat(accepted(steps.get(i + 1), steps.get(i))).isTrue();
    }
  }

  @Test
  void aProofIsOfOneRequestAndOneChallengeOnly() {
    FleetKeys keys = keys(NEW);
    byte[] proof = keys.proof(CHALLENGE, REQUEST);
    byte[] another = CHALLENGE.clone();
    another[19]++;
    assertThat(keys.accept(another, REQUEST, proof)).isFalse();
    for (KillRequest other :
        List.of(
            new KillRequest(1048578, false, "shop", "ann", false),
            new KillRequest(1048577, true, "shop", "ann", false),
            new KillRequest(1048577, false, "shops", "ann", false),
            new KillRequest(1048577, false, "shopa", "nn", false),
            new KillRequest(1048577, false, "shop", "bob", false),
            new KillRequest(1048577, false, "shop", "ann", true))) {
      assertThat(keys.accept(CHALLENGE, other, proof)).as(other.toString()).isFalse();
    }
  }

  @Test
  void whatIsNoProofIsRefused() {
    FleetKeys keys = keys(NEW);
    byte[] proof = keys.proof(CHALLENGE, REQUEST);
    for (byte[] wrong :
        List.of(
            new byte[0],
            new byte[32],
            Arrays.copyOf(proof, 31),
            Arrays.copyOfRange(proof, 1, 33),
            new byte[640])) {
      assertThat(keys.accept(CHALLENGE, REQUEST, wrong)).isFalse();
    }
  }

  @Test
  void withoutAKeyNothingIsBelieved() {
    for (FleetKeys none : List.of(FleetKeys.of(Optional.empty()), keys("", " "))) {
      assertThat(none.isEmpty()).isTrue();
      assertThat(none.proof(CHALLENGE, REQUEST)).isEmpty();
      assertThat(accepted(none, none)).isFalse();
      assertThat(accepted(none, keys(NEW))).isFalse();
    }
    assertThat(accepted(keys(NEW), FleetKeys.of(Optional.empty()))).isFalse();
  }
}
