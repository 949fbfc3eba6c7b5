package dev.heimdall.manager.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class BodyMemoryTest {
  private final BodyMemory memory = new BodyMemory(100);

  private final class Body implements BodyMemory.Holder {
    private final InetAddress from;
    private boolean arriving = true;
    private boolean evicted;

    Body(int address) throws Exception {
      from = InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) address});
    }

    @Override
    public InetAddress from() {
      return from;
    }

    @Override
    public boolean arriving() {
      return arriving;
    }

    @Override
    public void evict() {
      evicted = true;
    }
  }

  @Test
  void oneAddressGetsHalf() throws Exception {
    Body one = new Body(1);
    Body other = new Body(1);
    assertThat(memory.take(one, 30)).isTrue();
    assertThat(memory.take(other, 20)).isTrue();
    assertThat(memory.take(other, 1)).isFalse();
    memory.back(one);
    assertThat(memory.take(other, 30)).isTrue();
    memory.back(other);
    memory.back(other);
    assertThat(memory.take(one, 50)).isTrue();
  }

  @Test
  void whatArrivesFromAddressesWithMoreMakesRoom() throws Exception {
    Body first = new Body(1);
    Body second = new Body(2);
    Body complete = new Body(2);
    assertThat(memory.take(first, 45)).isTrue();
    assertThat(memory.take(second, 20)).isTrue();
    assertThat(memory.take(complete, 30)).isTrue();
    complete.arriving = false;

    Body modest = new Body(3);
    assertThat(memory.take(modest, 10)).isTrue();
    assertThat(second.evicted).isTrue();
    assertThat(complete.evicted).isFalse();
    assertThat(memory.take(modest, 20)).isTrue();
    assertThat(first.evicted).isTrue();

    // One that takes more than the others gets nothing of theirs.
    Body greedy = new Body(4);
    assertThat(memory.take(greedy, 40)).isTrue();
    assertThat(memory.take(greedy, 5)).isFalse();
    assertThat(modest.evicted).isFalse();
  }
}
