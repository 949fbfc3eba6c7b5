package dev.heimdall.manager.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** Who gets a slot, behind proxies, too. */
class CallerSlotsTest {
  private static final int OF_ONE = 2;

  private final CallerSlots slots = new CallerSlots(6, OF_ONE);

  private static final class Caller implements CallerSlots.Caller {
    private boolean awaited;
    private boolean evicted;

    @Override
    public boolean awaited() {
      return awaited;
    }

    @Override
    public void evict() {
      evicted = true;
    }
  }

  private static InetAddress address(int last) throws Exception {
    return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
  }

  private Caller ofTheProxy() throws Exception {
    Caller caller = new Caller();
    assertThat(slots.take(address(1), caller, true)).isTrue();
    return caller;
  }

  @Test
  void aProxyHasMoreThanOneOfItsClients() throws Exception {
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
  void oneThatKeepsTheManagerWaitingMakesRoomForAnotherOfItsClient() throws Exception {
    Caller slow = ofTheProxy();
    Caller busy = ofTheProxy();
    Caller next = ofTheProxy();
    slots.move(address(7), slow, false);
    slots.move(address(7), busy, false);
    slow.awaited = true;

    assertThat(slots.move(address(7), next, false)).isTrue();
    assertThat(slow.evicted).isTrue();
    assertThat(busy.evicted).isFalse();
  }

  @Test
  void whoHasLeftIsNowhere() throws Exception {
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
