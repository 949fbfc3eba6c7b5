package dev.heimdall.manager.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerMemoryTest {
  private static final int MIB = 1 << 20;
  private static final long PATIENCE = 100;

  private long now;
  private final AnswerMemory memory = new AnswerMemory(8 * MIB, PATIENCE, () -> now);
  private final List<Client> evicted = new ArrayList<>();

  private final class Client implements AnswerMemory.Holder {
    private final InetAddress from;

    Client(int address) throws Exception {
      from = InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) address});
    }

    @Override
    public InetAddress from() {
      return from;
    }

    @Override
    public void evict() {
      evicted.add(this);
    }
  }

  private List<Client> fill(int address) throws Exception {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(new Client(address));
      assertThat(memory.take(clients.get(i), MIB)).isTrue();
    }
    return clients;
  }

  @Test
  void oneAddressGetsHalfOfIt() throws Exception {
    fill(1);

    assertThat(memory.take(new Client(1), MIB)).isFalse();
    assertThat(memory.take(new Client(1), AnswerMemory.SMALL)).isTrue();
    assertThat(memory.take(new Client(2), MIB)).isTrue();
    assertThat(evicted).isEmpty();
  }

  @Test
  void whoDoesNotTakeAnAnswerMakesRoomForOthersOfTheSameAddress() throws Exception {
    List<Client> slow = fill(1);
    now += PATIENCE + 1;

    assertThat(memory.take(new Client(1), MIB)).isTrue();
    assertThat(evicted).containsExactly(slow.get(0));
  }

  @Test
  void addressesWithMoreMakeRoomForThoseWithLess() throws Exception {
    fill(1);
    fill(2);

    assertThat(memory.take(new Client(3), MIB)).isTrue();
    assertThat(evicted).hasSize(1);
    assertThat(memory.take(new Client(1), 4 * MIB)).isFalse();
  }

  @Test
  void whatIsGivenBackIsThereAgain() throws Exception {
    List<Client> clients = fill(1);
    memory.back(clients.get(0));
    memory.back(clients.get(0));

    assertThat(memory.take(new Client(1), MIB)).isTrue();
    assertThat(memory.take(new Client(1), MIB)).isFalse();
  }

  @Test
  void anAnswerThatIsLargerThanHalfOfItIsNeverTaken() throws Exception {
    assertThat(memory.take(new Client(1), memory.largest())).isTrue();
    assertThat(memory.take(new Client(2), memory.largest() + 1)).isFalse();
  }
}
