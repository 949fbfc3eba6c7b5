package dev.heimdall.model.callers;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets a slot, and who has to leave for him, behind proxies, too. */
class CallerSlotsTest {
  private final CallerSlots slots = new CallerSlots(6, 2);
  private final List<Caller> evicted = new ArrayList<>();

  private final class Caller implements CallerSlots.Caller {
    private boolean awaited;

    @Override
    public boolean awaited() {
      return awaited;
    }

    @Override
    public void evict() {
      evicted.add(this);
    }
  }

  private static InetAddress address(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** One that keeps the listener waiting. */
  private Caller slow(int last) {
    Caller caller = new Caller();
    caller.awaited = true;
    assertThat(slots.take(address(last), caller, false)).isTrue();
    return caller;
  }

  private Caller ofTheProxy() {
    Caller caller = new Caller();
    assertThat(slots.take(address(1), caller, true)).isTrue();
    return caller;
  }

  @Test
  void anAddressWithAllItsSlotsLosesTheOneThatIsAwaitedForLongest() {
    Caller first = slow(1);
    Caller second = slow(1);
    slots.answered(first);

    slow(1);
    assertThat(evicted).containsExactly(second);
  }

  @Test
  void otherAddressesTakeSlotsOfTheOneThatHasMost() {
    for (int address = 4; address < 8; address++) {
      slow(address);
    }
    Caller first = slow(1);
    slow(1);

    slow(3);
    assertThat(evicted).containsExactly(first);
  }

  @Test
  void whoIsBeingAnsweredStays() {
    for (int address = 1; address <= 6; address++) {
      slow(address).awaited = false;
    }
    assertThat(slots.take(address(9), new Caller(), false)).isFalse();
    assertThat(evicted).isEmpty();
  }

  @Test
  void slotsOfThoseWhoLeftAreFree() {
    Caller first = slow(1);
    slow(1);
    slots.leave(first);
    slots.leave(first);

    slow(1);
    assertThat(evicted).isEmpty();
  }

  @Test
  void aProxyHasMoreThanOneOfItsClients() {
    Caller[] callers = new Caller[5];
    for (int i = 0; i < callers.length; i++) {
      callers[i] = ofTheProxy();
    }
    assertThat(slots.move(address(7), callers[0], false)).isTrue();
    assertThat(slots.move(address(7), callers[1], false)).isTrue();
    assertThat(slots.move(address(7), callers[2], false)).as("a third one of a client").isFalse();
    assertThat(slots.move(address(8), callers[3], false)).as("of another").isTrue();

    // With its next request it is another client's.
    assertThat(slots.move(address(1), callers[0], true)).isTrue();
    assertThat(slots.move(address(7), callers[2], false)).isTrue();
  }

  @Test
  void oneThatKeepsTheListenerWaitingMakesRoomForAnotherOfItsClient() {
    Caller slow = ofTheProxy();
    Caller busy = ofTheProxy();
    Caller next = ofTheProxy();
    slots.move(address(7), slow, false);
    slots.move(address(7), busy, false);
    slow.awaited = true;

    assertThat(slots.move(address(7), next, false)).isTrue();
    assertThat(evicted).containsExactly(slow);
  }

  @Test
  void whoHasLeftIsNowhere() {
    Caller gone = ofTheProxy();
    slots.move(address(7), gone, false);
    slots.leave(gone);
    assertThat(slots.move(address(7), gone, false)).isFalse();
    slots.leave(gone);
    for (int i = 0; i < 6; i++) {
      ofTheProxy();
    }
    assertThat(slots.take(address(9), new Caller(), false))
        .as("all are taken, none waits")
        .isFalse();
  }
}
