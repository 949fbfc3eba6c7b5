package dev.heimdall.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who has to leave for a new caller. */
class CallerSlotsTest {
  private final CallerSlots slots = new CallerSlots(4, 3);
  private final List<String> evicted = new ArrayList<>();

  private final class Caller implements CallerSlots.Caller {
    private final String name;
    private boolean answering;

    Caller(String name) {
      this.name = name;
    }

    @Override
    public boolean awaited() {
      return !answering;
    }

    @Override
    public void evict() {
      evicted.add(name);
    }
  }

  private static InetAddress address(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anAddressWithAllItsSlotsLosesTheOneThatIsAwaitedForLongest() {
    Caller first = new Caller("first");
    assertThat(slots.take(address(1), first)).isTrue();
    assertThat(slots.take(address(1), new Caller("second"))).isTrue();
    assertThat(slots.take(address(1), new Caller("third"))).isTrue();
    slots.answered(address(1), first);

    assertThat(slots.take(address(1), new Caller("fourth"))).isTrue();
    assertThat(evicted).containsExactly("second");
  }

  @Test
  void otherAddressesTakeSlotsOfTheOneThatHasMost() {
    slots.take(address(2), new Caller("other"));
    slots.take(address(1), new Caller("first"));
    slots.take(address(1), new Caller("second"));
    slots.take(address(1), new Caller("third"));

    assertThat(slots.take(address(3), new Caller("check"))).isTrue();
    assertThat(evicted).containsExactly("first");
  }

  @Test
  void whoIsBeingAnsweredStays() {
    for (int i = 0; i < 4; i++) {
      Caller caller = new Caller("busy " + i);
      caller.answering = true;
      slots.take(address(i), caller);
    }
    assertThat(slots.take(address(9), new Caller("late"))).isFalse();
    assertThat(evicted).isEmpty();
  }

  @Test
  void slotsOfThoseWhoLeftAreFree() {
    Caller first = new Caller("first");
    slots.take(address(1), first);
    slots.take(address(1), new Caller("second"));
    slots.take(address(1), new Caller("third"));
    slots.leave(address(1), first);
    slots.leave(address(1), first);

    assertThat(slots.take(address(1), new Caller("next"))).isTrue();
    assertThat(evicted).isEmpty();
  }
}
