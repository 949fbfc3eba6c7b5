package dev.heimdall.engine.dialect.mysql.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EventPacketsTest {
  private static final int FULL = 0xffffff;
  private static final int MOST = 1000;

  private final ByteArrayOutputStream stream = new ByteArrayOutputStream();

  private EventPackets packets() {
    return new EventPackets(new ByteArrayInputStream(stream.toByteArray()), MOST);
  }

  /** As the server cuts it: a packet that is not full ends it. */
  private void send(int marker, byte[] content) {
    byte[] all = new byte[content.length + 1];
    all[0] = (byte) marker;
    System.arraycopy(content, 0, all, 1, content.length);
    int at = 0;
    int size;
    do {
      size = Math.min(FULL, all.length - at);
      stream.write(size);
      stream.write(size >> 8);
      stream.write(size >> 16);
      stream.write(0);
      stream.write(all, at, size);
      at += size;
    } while (size == FULL);
  }

  private static byte[] event(int length) {
    byte[] event = new byte[length];
    for (int i = 0; i < length; i++) {
      event[i] = (byte) (i * 31 >> 3);
    }
    return event;
  }

  @Test
  void eventsOfAllLengthsAreFoundOneAfterTheOther() throws IOException {
    int[] lengths = {
      19,
      500,
      MOST - 1,
      MOST,
      MOST + 1,
      FULL - 2,
      FULL - 1,
      FULL,
      FULL + 1,
      2 * FULL - 1,
      2 * FULL,
      40
    };
    for (int length : lengths) {
      send(0, event(length));
    }
    EventPackets packets = packets();
    for (int length : lengths) {
      packets.next();
      assertThat(packets.whole()).as("%d bytes", length).isEqualTo(length <= MOST);
      assertThat(packets.length()).isEqualTo(Math.min(length, MOST));
      assertThat(packets.event()).startsWith(Arrays.copyOf(event(length), 19));
      assertThat(packets.event().length).isLessThan(65537);
    }
  }

  @Test
  void anErrorEndsTheStream() {
    send(0xff, "\u00d4\u0004#HY000the file is gone".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(packets()::next)
        .isInstanceOfSatisfying(ServerEnd.class, end -> assertThat(end.number()).isEqualTo(1236))
        .hasMessage("the file is gone");
  }

  @Test
  void soDoesAnEndAndALostConnection() {
    send(0xfe, new byte[4]);
    assertThatThrownBy(packets()::next).isInstanceOf(ServerEnd.class);
    stream.reset();
    stream.writeBytes(new byte[] {100, 0, 0, 0, 0, 1, 2});
    assertThatThrownBy(packets()::next).isInstanceOf(EOFException.class);
  }
}
